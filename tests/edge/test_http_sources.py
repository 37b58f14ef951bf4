"""MJPEG over HTTP and HLS from real servers: found, lost, found again, and their credentials never shown."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice, pairwise
from pathlib import Path

import pytest

from contract.health import CameraState
from edge.capture import Source, masked, open_source
from edge.clock import SystemClock
from edge.defaults import default_camera
from edge.sources.address import address
from edge.sources.live import Pace
from edge.values import Frame
from tests.support.driven_clock import DrivenClock
from tests.support.http_camera import CREDENTIALS, FPS, HlsCamera, HttpCamera
from tests.support.outage import outlived
from tests.support.process import wait_until


@contextmanager
def walked(url: str, *, in_own_process: bool = False) -> Iterator[tuple[Source, list[Frame]]]:
    """The source, and a list that its frames are added to by a thread that takes them all."""
    stop, given = threading.Event(), list[Frame]()
    source = open_source(default_camera("kho", url), SystemClock(), stop, in_own_process=in_own_process)
    walker = threading.Thread(target=lambda: given.extend(source.frames()))
    walker.start()
    try:
        yield source, given
    finally:
        stop.set()
        walker.join(timeout=5)
        assert not walker.is_alive()


@pytest.fixture(params=["mjpeg", "hls"])
def camera(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HttpCamera]:
    with HttpCamera() if request.param == "mjpeg" else HlsCamera(tmp_path) as serving:
        yield serving


def test_a_camera_that_goes_and_comes_is_lost_and_found(camera: HttpCamera, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with walked(camera.url) as (source, given):
        wait_until(lambda: len(given) >= 5, "frames", 20)
        camera.kill()
        wait_until(lambda: source.counters.state is CameraState.OFFLINE, "the camera to be missed", 30)
        assert "no picture" in (source.counters.error or "")
        last, after = outlived(given, camera.start)
        assert source.counters.state is CameraState.ONLINE
        assert source.counters.error is None
        assert source.counters.reconnects >= 1
        gap_s = after.pts_s - last.pts_s
        assert gap_s > 2.0
        assert (after.captured_at - last.captured_at).total_seconds() == pytest.approx(gap_s, abs=0.5)
    assert all(one.pts_s < other.pts_s for one, other in pairwise(given))
    assert "s3cret" not in caplog.text


def test_an_mjpeg_cameras_time_is_when_its_pictures_arrive() -> None:
    with HttpCamera() as camera, walked(camera.url) as (_, given):
        wait_until(lambda: len(given) >= 25, "frames", 20)
        spacing_s = (given[-1].pts_s - given[0].pts_s) / (given[-1].index - given[0].index)
        assert spacing_s == pytest.approx(1 / FPS, rel=0.4), "not the 25 a second that FFmpeg supposes"
        assert abs((given[-1].captured_at - SystemClock().now()).total_seconds()) < 1.0


def test_every_frame_of_an_hls_segment_is_seen_at_its_own_speed(tmp_path: Path) -> None:
    with HlsCamera(tmp_path) as camera, walked(camera.url) as (source, given):
        wait_until(lambda: len(given) >= 30, "three segments", 30)
        frames = list(islice(given, 30))
        assert source.counters.dropped <= 5, "a segment comes at once, and is not looked at only at its end"
    steps = [other.pts_s - one.pts_s for one, other in pairwise(frames)]
    assert sorted(steps)[len(steps) // 2] == pytest.approx(1 / FPS, abs=0.001), "stamps, not arrivals"


def test_a_refused_password_is_told_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    with HttpCamera() as camera:
        url = camera.url.replace(CREDENTIALS, "admin:wr0ng")
        with walked(url) as (source, _):
            wait_until(lambda: source.counters.error is not None, "the refusal")
            assert "no picture" in (source.counters.error or "")
            assert "authori" in (source.counters.error or "").lower()
    assert "wr0ng" not in caplog.text
    assert "wr0ng" not in str(source.counters)


def test_a_camera_that_falls_silent_is_offline() -> None:
    with HttpCamera() as camera, walked(camera.url) as (source, given):
        wait_until(lambda: len(given) >= 3, "frames", 20)
        camera.fall_silent(True)
        wait_until(lambda: source.counters.state is CameraState.OFFLINE, "the silence to be noticed", 20)
        camera.fall_silent(False)
        wait_until(lambda: source.counters.state is CameraState.ONLINE, "its return", 20)


@pytest.mark.parametrize(
    ("url", "shown", "is_paced"),
    [
        ("http://a:b@10.0.0.5:8080/video?pwd=x", "http://***@10.0.0.5:8080/video", False),
        ("https://10.0.0.5/live/index.m3u8?token=x", "https://10.0.0.5/live/index.m3u8", True),
    ],
)
def test_an_address_over_http(url: str, shown: str, is_paced: bool) -> None:
    found = address(url)
    assert found is not None
    assert found.is_paced is is_paced
    assert masked(url) == shown


def test_a_burst_is_spread_and_lateness_moves_the_rest_back() -> None:
    clock = DrivenClock()
    pace = Pace(clock)
    zero_s = clock.mono_s()
    assert [pace.due_s(at) - zero_s for at in (5.0, 5.1, 5.9)] == pytest.approx([0.0, 0.1, 0.9])
    clock.pass_s(3.0)
    assert pace.due_s(6.0) - zero_s == pytest.approx(3.0), "it is late: shown now"
    assert pace.due_s(6.9) - zero_s == pytest.approx(3.9), "and those after it in their own time"
    assert pace.due_s(600.0) - zero_s == pytest.approx(3.0), "a leap is not waited for"
