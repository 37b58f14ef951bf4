"""A live camera: a real RTSP server, H.264 and H.265, killed and started again; the newest frame wins; a dead one is
tried again. Decoded here and in a process of its own."""

import logging
import threading
from collections.abc import Generator, Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from contract.health import CameraState
from edge.capture import Source, open_source
from edge.clock import SystemClock
from edge.defaults import default_camera
from edge.values import Frame
from tests.support.outage import outlived
from tests.support.process import free_port, wait_until
from tests.support.rtsp_camera import RtspCamera, rtsp_camera


@pytest.fixture
def rtsp() -> Iterator[RtspCamera]:
    camera = rtsp_camera()
    camera.start()
    yield camera
    camera.kill()


def opened(url: str, *, in_own_process: bool = False) -> tuple[Source, Generator[Frame, None, None], threading.Event]:
    stop = threading.Event()
    source = open_source(default_camera("kho", url), SystemClock(), stop, in_own_process=in_own_process)
    return source, source.frames(), stop


@pytest.mark.rtsp
@pytest.mark.parametrize("in_own_process", [False, True])
@pytest.mark.parametrize(("mount", "codec"), [("/camera", "h264"), ("/h265", "hevc")])
def test_a_killed_camera_goes_offline_and_its_frames_come_back_with_it(
    rtsp: RtspCamera, caplog: pytest.LogCaptureFixture, mount: str, codec: str, in_own_process: bool
) -> None:
    caplog.set_level(logging.INFO)
    source, frames, stop = opened(rtsp.url_of(mount), in_own_process=in_own_process)
    before = [next(frames) for _ in range(12)]
    assert before[0].packets[0].is_keyframe
    assert {packet.stream.codec for frame in before for packet in frame.packets} == {codec}
    assert before[0].image.shape == (180, 320, 3)
    assert all(one.pts_s < other.pts_s for one, other in pairwise(before))
    assert abs((SystemClock().now() - before[-1].captured_at).total_seconds()) < 1.5

    rtsp.kill()
    given = list(before)
    walker = threading.Thread(target=lambda: given.extend(frames))
    walker.start()
    wait_until(lambda: source.counters.state is CameraState.OFFLINE, "the camera to be missed")
    assert "no picture" in (source.counters.error or "")
    up_s = source.counters.up_s
    last, after = outlived(given, lambda: rtsp.start(mount))
    assert after.packets[0].is_keyframe, "what is kept can be played from here"
    gap_s = after.pts_s - last.pts_s
    assert gap_s > 2.0
    assert (after.captured_at - last.captured_at).total_seconds() == pytest.approx(gap_s, abs=0.5), "on both clocks"
    assert source.counters.up_s - up_s < given[-1].pts_s - last.pts_s - gap_s + 1.0, "the gap was no time up"
    assert {packet.stream.codec for packet in after.packets} == {codec}
    assert source.counters.state is CameraState.ONLINE
    assert source.counters.reconnects >= 1
    assert source.counters.error is None
    states = [record.message for record in caplog.records if record.message.startswith("camera_")]
    assert states[0] == "camera_online"
    assert states[-1] == "camera_online"
    assert 1 <= states.count("camera_offline") <= 2, "one line for each reason, not for each attempt"
    stop.set()
    walker.join(timeout=5)
    assert not walker.is_alive()


@pytest.mark.rtsp
@pytest.mark.parametrize("in_own_process", [False, True])
def test_a_slow_worker_gets_the_newest_frame_and_every_packet(rtsp: RtspCamera, in_own_process: bool) -> None:
    source, frames, stop = opened(rtsp.url, in_own_process=in_own_process)
    first = next(frames)
    passed_at = first.captured_at + timedelta(seconds=2.0)
    wait_until(lambda: SystemClock().now() > passed_at, "20 frames to pass")
    second = next(frames)
    assert (SystemClock().now() - second.captured_at).total_seconds() < 0.5, "the newest, not the next"
    assert second.index >= first.index + 14
    assert source.counters.dropped >= 13
    stamps = [packet.dts for packet in second.packets]
    assert len(stamps) >= 14
    steps = {other - one for one, other in pairwise(stamps)}
    assert max(steps) < 90_000 * 0.25, "no hole in the coded stream"
    stop.set()
    frames.close()


def test_a_camera_that_is_not_there_is_offline_with_the_reason_and_stops_at_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    source, frames, stop = opened(f"rtsp://admin:secret@127.0.0.1:{free_port()}/none")
    walker = threading.Thread(target=lambda: list(frames))
    walker.start()
    wait_until(lambda: source.counters.reconnects >= 1, "a second attempt")
    assert source.counters.state in (CameraState.OFFLINE, CameraState.CONNECTING)
    assert "no picture" in (source.counters.error or "")
    stop.set()
    walker.join(timeout=2.0)
    assert not walker.is_alive()
    assert "secret" not in caplog.text
    assert [record.message for record in caplog.records].count("camera_offline") == 1


@pytest.mark.rtsp
def test_a_worker_that_gives_up_lets_go_of_the_camera(rtsp: RtspCamera) -> None:
    source, frames, _ = opened(rtsp.url)
    next(frames)
    frames.close()
    wait_until(lambda: not [one for one in threading.enumerate() if one.name == "read-kho"], "the reader to end")
    assert source.counters.frames >= 1
