"""A real camera loses its power, the edge is restarted meanwhile, and the camera comes back: one event, told whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.codec import decode
from contract.event import Event
from edge.outbox import Outbox
from tests.edge.test_supervisor import running, stopped, write
from tests.support.process import answer, free_port, wait_until
from tests.support.rtsp_camera import RtspCamera, rtsp_camera

pytestmark = pytest.mark.rtsp


@pytest.fixture
def camera() -> Iterator[RtspCamera]:
    serving = rtsp_camera()
    serving.start()
    yield serving
    serving.kill()


def journalled(tmp_path: Path) -> list[Event]:
    """Every event message about the camera's signal that waits in the edge's journal; read beside the running edge."""
    with Outbox(tmp_path / "data" / "outbox.db", site="hoa-thuan", edge="khom4") as outbox:
        messages = [decode(row.payload) for row in outbox.due(0.0, 1000)]
    return [one for one in messages if isinstance(one, Event) and one.data.rule.kind == "camera_offline"]


def test_a_camera_without_power_is_one_event_over_a_restart_of_the_edge(camera: RtspCamera, tmp_path: Path) -> None:
    health = {"offline": {"log_s": 2, "dwell_s": 5, "close_s": 2, "cool_s": 0}}
    one: dict[str, object] = {"name": "kho-sau", "label": "Kho sau", "source": camera.url, "health": health}
    port = free_port()
    config = write(tmp_path, [one], metrics_port=port)

    with running(config) as edge:
        wait_until(lambda: 'anninh_camera_picture_ok{camera="kho-sau"} 1.0' in answer(port, "/metrics"), "pictures", 30)
        camera.kill()
        wait_until(lambda: len(journalled(tmp_path)) == 1, "the outage to be told", 60)
        _, log = stopped(edge)
    assert [line["event"] for line in log if line["event"].startswith(("camera_s", "cameras_"))][-2:] == [
        "camera_silent",
        "cameras_offline",
    ], "logged first, told later"
    (opened,) = journalled(tmp_path)
    assert (opened.source, opened.data.phase) == ("anninh:hoa-thuan/khom4/kho-sau", "opened")
    with running(config) as edge:
        camera.start()
        wait_until(lambda: len(journalled(tmp_path)) == 2, "the outage to be over", 90)
        _, log = stopped(edge)
    assert [line for line in log if line["level"] == "error"] == []
    closed = journalled(tmp_path)[1].data
    assert (closed.event_id, closed.phase, closed.revision) == (opened.data.event_id, "closed", 2)
    assert "event_closed_after_restart" not in {line["event"] for line in log}
