"""One edge as a process: it starts, tells of itself, stops at once when told to, and leaves nothing behind."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract.event import Phase
from contract.health import CameraState
from edge.evidence import EvidenceFolder
from edge.outbox import Outbox
from tests.support.coded import a_video
from tests.support.events import a_change
from tests.support.evidence_server import EvidenceServer
from tests.support.fixtures import Mosquitto
from tests.support.process import answer, free_port, wait_until
from tests.support.receiver import Receiver

STREET: dict[str, Any] = {
    "name": "kho-sau",
    "source": "sim:street?seed=7&seconds=15",
    "as_fast_as_possible": True,
    "zones": {"ca": {"points": [[0, 0], [1, 0], [1, 1], [0, 1]]}},
    "rules": [{"name": "nguoi", "kind": "intrusion", "zone": "ca", "dwell_s": 0.5, "close_s": 1, "cool_s": 0}],
}

LONG: dict[str, Any] = STREET | {
    "source": "sim:street?seed=7&seconds=3600",
    "zones": STREET["zones"] | {"phai": {"points": [[0.8, 0], [1, 0], [1, 1], [0.8, 1]]}},
    "rules": [*STREET["rules"], {**STREET["rules"][0], "name": "ben-phai", "zone": "phai", "dwell_s": 0.3}],
}
"""Plays on for as long as a test takes: at its right people come and go, in the whole of it somebody always is."""


def write(tmp_path: Path, cameras: list[dict[str, object]], **more: object) -> Path:
    path = tmp_path / "edge.yaml"
    document = {
        "site": "hoa-thuan",
        "edge": "khom4",
        "data_dir": str(tmp_path / "data"),
        "broker": {"url": f"mqtt://127.0.0.1:{free_port()}"},
        "server": {"url": f"http://127.0.0.1:{free_port()}"},
        "model": {"name": "builtin"},
        "heartbeat_s": 0.5,
        "clip": {"before_s": 1, "longest_s": 5},
        "cameras": cameras,
        **more,
    }
    path.write_text(yaml.safe_dump(document))
    return path


@contextmanager
def running(config: Path) -> Iterator[subprocess.Popen[str]]:
    """``anninh edge`` as a process; killed at the end of the block if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "edge", "edge", "--config", str(config)], stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def stopped(
    process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM
) -> tuple[float, list[dict[str, str]]]:
    """Seconds until the process had ended after the signal, and what it logged."""
    began_s = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    return time.monotonic() - began_s, [json.loads(line) for line in err.splitlines() if line.startswith("{")]


@pytest.mark.broker
def test_events_and_their_evidence_reach_the_server(mosquitto: Mosquitto, tmp_path: Path) -> None:
    token_file = tmp_path / "token"
    token_file.write_text("t0ken")
    with EvidenceServer() as web, Receiver(mosquitto.url) as server:
        config = write(
            tmp_path,
            [LONG],
            broker={"url": mosquitto.url},
            server={"url": web.url, "token_file": str(token_file)},
        )
        with running(config) as edge:
            wait_until(
                lambda: any(event.data.phase is Phase.CLOSED for event in server.events), "an event to close", 40
            )
            closed = next(event for event in server.events if event.data.phase is Phase.CLOSED)
            named = {part.sha256 for part in closed.data.evidence}
            assert None not in named, closed.data.evidence
            wait_until(lambda: named <= set(web.whole), "its evidence")
            wait_until(lambda: "kho-sau" in web.pictures, "a picture of the camera")
            wait_until(lambda: server.health[-1].data.cameras[0].frames > 0, "a heartbeat with frames")
            seconds, log = stopped(edge)
        assert edge.returncode == 0
        assert seconds < 5
        assert server.health[-1].data.cameras[0].state is CameraState.ONLINE
        wait_until(lambda: server.statuses[-1].data.state == "offline", "the goodbye")
    assert log[-1]["event"] == "edge_stopped"
    assert [line for line in log if line["level"] == "error"] == []
    ids = [event.data.event_id for event in server.events]
    phases = {event.data.event_id: event.data.phase for event in server.events}
    assert ids
    assert set(phases.values()) == {Phase.CLOSED}, "what was open when it stopped was closed"


def test_ctrl_c_without_broker_and_server_stops_within_five_seconds(tmp_path: Path) -> None:
    with running(write(tmp_path, [STREET])) as edge:
        wait_until((tmp_path / "data" / "outbox.db").exists, "the journal", 30)
        time.sleep(1.5)
        seconds, log = stopped(edge, signal.SIGINT)
    assert seconds < 5
    assert edge.returncode == 0
    assert log[-1]["event"] == "edge_stopped"


def test_one_bad_source_does_not_stop_another_camera(tmp_path: Path) -> None:
    good: dict[str, object] = {"name": "tot", "source": str(a_video(tmp_path / "good.mp4")), "loop": True}
    bad: dict[str, object] = {"name": "hong", "source": str(tmp_path / "nowhere.mp4")}
    odd: dict[str, object] = {"name": "la", "source": "gopher://nowhere"}
    port = free_port()
    with running(write(tmp_path, [bad, odd, good], metrics_port=port)) as edge:
        wait_until(lambda: 'anninh_camera_up{camera="tot"} 1.0' in answer(port, "/metrics"), "the good camera", 30)
        assert 'anninh_camera_up{camera="hong"} 0.0' in answer(port, "/metrics")
        _, log = stopped(edge)
    told = [line for line in log if line.get("camera") == "la" and line["event"] == "camera_restarts"]
    assert told
    assert "cannot open" in told[0]["error"]
    assert sum(line["event"] == "camera_offline" for line in log) == 1


def test_what_a_killed_edge_left_open_is_closed_at_the_next_start(tmp_path: Path) -> None:
    config = write(tmp_path, [{"name": "kho-sau", "source": str(tmp_path / "nowhere.mp4")}])
    with Outbox(tmp_path / "data" / "outbox.db", site="hoa-thuan", edge="khom4") as outbox:
        outbox.put(a_change(1))
    folder = EvidenceFolder(tmp_path / "data" / "evidence")
    folder.folder.mkdir()
    (folder.folder / "draft-x.mp4").write_bytes(b"half a clip")
    with running(config) as edge:
        wait_until(lambda: not (folder.folder / "draft-x.mp4").exists(), "the start", 30)
        stopped(edge)
    with Outbox(tmp_path / "data" / "outbox.db", site="hoa-thuan", edge="khom4") as outbox:
        assert outbox.open_events() == []
        assert [row.id.rpartition(".")[2] for row in outbox.due(0.0, 10)] == ["1", "2"]


def test_two_edges_cannot_share_a_folder(tmp_path: Path) -> None:
    config = write(tmp_path, [{"name": "kho-sau", "source": str(tmp_path / "nowhere.mp4")}])
    with running(config) as first:
        wait_until((tmp_path / "data" / "outbox.db").exists, "the first", 30)
        second = subprocess.run(
            [sys.executable, "-m", "edge", "edge", "--config", str(config)], capture_output=True, text=True, check=False
        )
        stopped(first)
    assert second.returncode == 2
    assert "another edge runs on" in second.stderr
