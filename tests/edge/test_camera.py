"""A camera's thread: a worker that fails gets a successor after a wait, and the counters go on."""

import itertools
import random
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from contract.health import CameraState, PictureState
from edge.camera import Camera
from edge.capture import open_source
from edge.clip import Recorder
from edge.clock import SystemClock
from edge.settings import CameraSettings, ClipSettings
from edge.values import Frame
from edge.worker import Worker
from models import registry
from tests.support.coded import a_video
from tests.support.driven_clock import DrivenClock


def a_worker(tmp_path: Path, stop: threading.Event, fails_at: int | None = None) -> Worker:
    """A real worker over a file of one second; ``fails_at``: the frame on which something in it breaks."""
    source = tmp_path / "in.mp4"
    settings = CameraSettings(name="kho-sau", source=str(source), as_fast_as_possible=True)

    def watch(frame: Frame, _tracks: object) -> None:
        if frame.index == fails_at:
            raise RuntimeError("a stage broke")

    return Worker(
        settings,
        open_source(settings, SystemClock(), stop),
        registry.load("builtin"),
        Recorder("kho-sau", ClipSettings(), tmp_path / "evidence", print),
        site_source="anninh:a/b/kho-sau",
        timezone=ZoneInfo("UTC"),
        watch=watch,
    )


@pytest.mark.logs_errors
def test_a_failed_worker_gets_a_successor_and_counters_go_on(tmp_path: Path) -> None:
    a_video(tmp_path / "in.mp4", seconds=1.0)
    stop, clock = threading.Event(), DrivenClock()
    states: list[tuple[CameraState, str | None]] = []

    def make() -> Worker:
        states.append((camera.state, camera.error))
        if len(states) == 2:
            raise ValueError("the model is gone")
        return a_worker(tmp_path, stop, fails_at=4 if len(states) == 1 else None)

    camera = Camera("kho-sau", "Kho sau", make, clock, stop, random.Random(7))
    camera.run()
    assert states == [
        (CameraState.CONNECTING, None),
        (CameraState.OFFLINE, "RuntimeError: a stage broke"),
        (CameraState.OFFLINE, "ValueError: the model is gone"),
    ]
    assert (camera.state, camera.error) == (CameraState.FINISHED, None)
    assert (camera.frames, camera.reconnects) == (5 + 10, 2)
    assert 2.0 < clock.slept_s < 5.0, "one second, then two, give or take a quarter"


def test_a_camera_that_keeps_failing_stops_when_told(tmp_path: Path) -> None:
    stop, clock = threading.Event(), DrivenClock()
    waits: list[float] = []

    def make() -> Worker:
        waits.append(clock.slept_s)
        if len(waits) == 12:
            stop.set()
        raise ValueError("never")

    Camera("kho-sau", "Kho sau", make, clock, stop, random.Random(7)).run()
    steps = [after - before for before, after in itertools.pairwise(waits)]
    assert max(steps) <= 60 * 1.25 + 0.2
    assert steps[-1] >= 60 * 0.75


def half_covered(path: Path) -> Path:
    """Forty seconds at two frames a second: half of a scene, half of a cloth over the lens."""
    chance = np.random.default_rng(7)
    scene = np.kron(chance.integers(30, 220, (18, 32)), np.ones((10, 10))).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=2, width=320, height=180, options={"bf": "0"})
        assert isinstance(stream, av.VideoStream)
        stream.pix_fmt = "yuv420p"
        for index in range(80):
            seen = scene if index < 40 else np.full_like(scene, 90)
            grain = chance.normal(0, 3, scene.shape)
            picture = VideoFrame.from_ndarray(np.clip(seen + grain, 0, 255).astype(np.uint8), format="gray")
            container.mux(stream.encode(picture.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    return path


def test_time_under_a_cover_is_no_time_in_which_the_camera_was_up(tmp_path: Path) -> None:
    stop, clock = threading.Event(), DrivenClock()
    health = {"covered": {"dwell_s": 5}}
    settings = CameraSettings.model_validate(
        {"name": "kho-sau", "source": str(half_covered(tmp_path / "in.mp4")), "health": health}
    )
    readings: list[tuple[float, PictureState | None]] = []

    def make() -> Worker:
        return Worker(
            settings,
            open_source(settings, clock, stop),
            registry.load("builtin"),
            Recorder("kho-sau", ClipSettings(), tmp_path / "evidence", lambda _: None),
            site_source="anninh:a/b/kho-sau",
            timezone=ZoneInfo("UTC"),
            watch=lambda *_: readings.append((camera.up_s, camera.picture)),
        )

    camera = Camera("kho-sau", "Kho sau", make, clock, stop)
    camera.run()
    seconds = [up_s for up_s, _ in readings]
    assert [picture for _, picture in (readings[38], readings[-1])] == [PictureState.OK, PictureState.COVERED]
    assert seconds[38] == pytest.approx(19.0, abs=1.0)
    assert seconds[-1] == pytest.approx(25.0, abs=1.5), "what was counted until it was sure is made up for afterwards"
    assert seconds == sorted(seconds)
    assert camera.up_s - readings[-1][0] <= 1.0


def test_other_masks_open_the_camera_anew_and_counters_go_on(tmp_path: Path) -> None:
    a_video(tmp_path / "in.mp4", seconds=1.0)
    stop, clock, made = threading.Event(), DrivenClock(), 0
    plain = CameraSettings(name="kho-sau", source=str(tmp_path / "in.mp4"), as_fast_as_possible=True)
    masked = plain.model_copy(update={"masks": (((0.0, 0.0), (0.2, 0.0), (0.2, 0.2)),)})
    frames: list[int] = []

    def make() -> Worker:
        nonlocal made
        made += 1
        settings = plain if made == 1 else masked
        return Worker(
            settings,
            open_source(settings, SystemClock(), stop),
            registry.load("builtin"),
            Recorder("kho-sau", ClipSettings(), tmp_path / "evidence", print),
            site_source="anninh:a/b/kho-sau",
            timezone=ZoneInfo("UTC"),
            watch=lambda frame, _tracks: frames.append(frame.index),
            wanted=lambda: plain if len(frames) < 4 else masked,
        )

    camera = Camera("kho-sau", "Kho sau", make, clock, stop)
    camera.run()
    assert made == 2
    assert frames == [0, 1, 2, 3, *range(10)]
    assert (camera.state, camera.error, camera.reconnects) == (CameraState.FINISHED, None, 1)
    assert camera.frames == 5 + 10
    assert clock.slept_s == 0.0
