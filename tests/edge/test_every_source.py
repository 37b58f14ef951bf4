"""What every source keeps, wherever its pictures come from and whichever process decodes them: one suite for all."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from contract.health import CameraState
from edge.capture import Source, open_source
from edge.clock import SystemClock
from edge.settings import CameraSettings
from edge.sources.address import address
from edge.values import Frame
from tests.support import needs
from tests.support.coded import a_video
from tests.support.http_camera import HlsCamera, HttpCamera
from tests.support.process import wait_until
from tests.support.rtsp_camera import rtsp_camera
from tests.support.walk import BEGIN

MOST = 40
"""Frames that are looked at."""
STOP_S = 2.5
"""The edge gives its cameras so long (``supervisor.CAMERAS_STOP_S``)."""


@dataclass(frozen=True)
class Kind:
    """One kind of source: ``serve`` gives its address while it is there."""

    name: str
    serve: Callable[[Path], AbstractContextManager[str]]
    codec: str | None
    marks: tuple[pytest.MarkDecorator, ...] = ()


def footage(name: str) -> Callable[[Path], AbstractContextManager[str]]:
    return lambda _: nullcontext(str(needs.data_dir() / name))


def rtsp(mount: str) -> Callable[[Path], AbstractContextManager[str]]:
    @contextmanager
    def serve(_: Path) -> Iterator[str]:
        camera = rtsp_camera(mount)
        camera.start(mount)
        try:
            yield camera.url
        finally:
            camera.kill()

    return serve


@contextmanager
def http(camera: HttpCamera) -> Iterator[str]:
    with camera:
        yield camera.url


KINDS = (
    Kind("recording", lambda folder: nullcontext(str(a_video(folder / "a.mp4", seconds=6))), "h264"),
    Kind("simulated", lambda _: nullcontext("sim:street?seed=7&seconds=6"), "h264"),
    Kind("mjpeg", lambda _: http(HttpCamera()), "mjpeg"),
    Kind("hls", lambda folder: http(HlsCamera(folder)), "h264"),
    Kind("rtsp-h264", rtsp("/camera"), "h264", (pytest.mark.rtsp,)),
    Kind("rtsp-h265", rtsp("/h265"), "hevc", (pytest.mark.rtsp,)),
    Kind("vfr", footage("videos/dvrscan_traffic_camera_vfr.mp4"), "h264", (pytest.mark.data,)),
    Kind("b-frames", footage("videos/aboda_video4_abandoned_bag.avi"), "mpeg4", (pytest.mark.data,)),
    Kind("no-frame-count", footage("videos/slow_traffic_small_copy.mp4"), "h264", (pytest.mark.data,)),
    Kind("hevc", footage("videos/night_ir_cctv_hevc_960x1088.mp4"), "hevc", (pytest.mark.data,)),
    Kind(
        "hostile",
        footage("hostile/bgslib_demo_48x48_rawvideo_aborts_opencv.avi"),
        "rawvideo",
        (pytest.mark.data,),
    ),
)
CASES = [
    pytest.param(kind, in_own_process, id=f"{kind.name}{'-isolated' if in_own_process else ''}", marks=kind.marks)
    for kind in KINDS
    for in_own_process in (False, True)
    if not (in_own_process and kind.name == "simulated")
]


@contextmanager
def running(kind: Kind, in_own_process: bool, folder: Path) -> Iterator[tuple[Source, threading.Event, bool]]:
    """The source, the event that stops it, and whether it is live."""
    stop = threading.Event()
    with kind.serve(folder) as text:
        camera = CameraSettings(
            name="kho", source=text, as_fast_as_possible=True, start_at=None if address(text) else BEGIN
        )
        try:
            yield (
                open_source(camera, SystemClock(), stop, in_own_process=in_own_process),
                stop,
                address(text) is not None,
            )
        finally:
            stop.set()


def left() -> list[str]:
    """What of sources is still there: reader threads of ours, processes that decode."""
    threads = [one.name for one in threading.enumerate() if one.name.startswith("read-")]
    # A child of the fork server is a grandchild of ours.
    servers = [one for one in psutil.Process().children() if "forkserver" in " ".join(one.cmdline())]
    return threads + [f"process {one.pid}" for server in servers for one in server.children()]


def gone() -> None:
    wait_until(lambda: not left(), "readers and processes to end", 8)


@pytest.mark.parametrize(("kind", "in_own_process"), CASES)
def test_every_source_keeps_the_same_promises(tmp_path: Path, kind: Kind, in_own_process: bool) -> None:
    with running(kind, in_own_process, tmp_path) as (source, stop, is_live):
        assert source.counters.state is CameraState.CONNECTING
        assert source.counters.frames == 0
        frames = source.frames()
        seen: list[Frame] = []
        for frame in islice(frames, MOST):
            if is_live:
                late_s = (SystemClock().now() - frame.captured_at).total_seconds()
                assert -0.1 < late_s < 2.5, "a live picture is of now"
            if len(seen) < 3 or len(seen) % 10 == 0:
                agrees(frame)
            seen.append(frame)
            source.rest(10 < len(seen) < 20)
        counters = source.counters
        assert counters.state in (CameraState.ONLINE, CameraState.FINISHED)
        assert counters.frames >= len(seen)
        assert counters.frames - counters.dropped <= len(seen) + 4, "two are on their way, two ahead"
        assert (counters.faults, counters.reconnects, counters.error) == (0, 0, None)
        assert is_live or counters.dropped == 0, "every frame of a recording counts"
        stop.set()
        clock = SystemClock()
        began_s = clock.mono_s()
        assert len(list(frames)) <= 1
        assert clock.mono_s() - began_s < STOP_S
    assert len(seen) == MOST
    times_are_sound(seen, is_live)
    packets_are_sound(seen, kind)
    gone()


@pytest.mark.parametrize(("kind", "in_own_process"), CASES)
def test_a_source_that_is_closed_early_lets_go(tmp_path: Path, kind: Kind, in_own_process: bool) -> None:
    with running(kind, in_own_process, tmp_path) as (source, _, _):
        frames = source.frames()
        first = next(frames)
        kept = first.luma.copy()
        clock = SystemClock()
        began_s = clock.mono_s()
        frames.close()
        assert clock.mono_s() - began_s < STOP_S
        gone()
        assert np.array_equal(first.luma, kept)
        assert first.image.shape == (first.height, first.width, 3), "a frame outlives its source"


def agrees(frame: Frame) -> None:
    """Its luma and its colours are of one picture."""
    assert frame.luma.shape == (frame.height, frame.width)
    assert frame.image.shape == (frame.height, frame.width, 3)
    assert frame.luma.dtype == frame.image.dtype == np.uint8
    grey = cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY).astype(float).ravel()
    correlation = np.corrcoef(grey, frame.luma.astype(float).ravel())[0, 1]
    assert correlation > 0.97


def times_are_sound(frames: list[Frame], is_live: bool) -> None:
    for one, other in pairwise(frames):
        assert one.pts_s < other.pts_s
        assert one.index < other.index
        assert one.captured_at < other.captured_at
        assert other.captured_at.utcoffset() == timedelta(0)
        slip_s = (other.captured_at - one.captured_at).total_seconds() - (other.pts_s - one.pts_s)
        assert abs(slip_s) <= (0.2 if is_live else 1e-5), "both clocks tell the same time"


def packets_are_sound(frames: list[Frame], kind: Kind) -> None:
    packets = [packet for frame in frames for packet in frame.packets]
    assert packets[0].is_keyframe
    assert {packet.stream.codec for packet in packets} == {kind.codec}
    assert {(packet.stream.width, packet.stream.height) for packet in packets} == {(frames[0].width, frames[0].height)}
    assert all(one.dts < other.dts for one, other in pairwise(packets))
    assert all(packet.data and packet.pts >= packet.dts - 1 for packet in packets)
    shown = [frame.pts_s for frame in frames]
    stamps = {round(packet.pts_s, 3) for packet in packets}
    assert {round(at, 3) for at in shown} <= stamps, "each picture's time is its packet's"
    for packet in packets:
        slip_s = (packet.captured_at - frames[0].captured_at).total_seconds() - (packet.pts_s - shown[0])
        assert abs(slip_s) < 1.0
