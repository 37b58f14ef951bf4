"""The heartbeat: counters as they are, rates over the last interval."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from contract.event import ModelRef
from contract.health import CameraState, PictureState
from edge.health import HealthReport, Metrics
from edge.outbox import Outbox
from tests.support.driven_clock import DrivenClock
from tests.support.events import BEGIN, a_change


@dataclass
class Status:
    """A camera's counters, set by the test."""

    camera: str = "kho-sau"
    label: str = "Kho sau"
    state: CameraState = CameraState.ONLINE
    last_frame_at: datetime | None = BEGIN
    up_s: float = 1.0
    frames: int = 10
    dropped: int = 0
    inferences: int = 3
    detections_dropped: int = 0
    reconnects: int = 0
    error: str | None = None
    picture: PictureState | None = PictureState.OK
    clock_offset_ms: int | None = None
    unit: str = ""


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(BEGIN + timedelta(minutes=5))


def test_a_heartbeat_tells_rates_since_the_one_before(tmp_path: Path, clock: DrivenClock) -> None:
    camera = Status()
    with Outbox(tmp_path / "outbox.db", site="a", edge="b") as outbox:
        report = HealthReport(
            [camera],
            outbox,
            clock,
            data_dir=tmp_path,
            model=ModelRef(name="none"),
            config_version=lambda: "1",
            detect_share=lambda: 0.6,
        )
        clock.sleep(10)
        assert report.read().cameras[0].fps == 1.0
        camera.frames, camera.inferences, camera.detections_dropped = 260, 33, 20
        clock.sleep(10)
        health = report.read()
    second = health.cameras[0]
    assert (second.fps, second.label) == (25.0, "Kho sau")
    assert (second.detect_fps, second.detections_dropped, health.detect_share) == (3.0, 20, 0.6)


def test_a_heartbeat_tells_what_waits_and_for_how_long(tmp_path: Path, clock: DrivenClock) -> None:
    with Outbox(tmp_path / "outbox.db", site="a", edge="b", clock=clock) as outbox:
        report = HealthReport(
            [], outbox, clock, data_dir=tmp_path, model=ModelRef(name="none"), config_version=lambda: "1"
        )
        assert report.read().outbox_oldest_s == 0.0
        outbox.put(a_change(1))
        clock.pass_s(7)
        health = report.read()
    assert (health.outbox_depth, health.session) == (1, 1)
    assert health.outbox_oldest_s == pytest.approx(7.0)
    assert health.disk_free_bytes > 0


def test_metrics_are_the_counters_when_they_are_read(tmp_path: Path) -> None:
    camera = Status()
    registry = CollectorRegistry()
    with Outbox(tmp_path / "outbox.db", site="a", edge="b") as outbox:
        registry.register(Metrics([camera], outbox))
        camera.frames, camera.detections_dropped = 77, 5
        text = generate_latest(registry).decode()
    assert 'anninh_camera_frames_total{camera="kho-sau"} 77.0' in text
    assert 'anninh_camera_detections_dropped_total{camera="kho-sau"} 5.0' in text
    assert "anninh_detect_share 1.0" in text
    assert "anninh_outbox_depth 0.0" in text
