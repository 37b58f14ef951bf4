"""Two streams of one camera: one is looked at, the other's packets are kept, whichever of them breaks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from pydantic import ValidationError

from contract.health import CameraState
from edge.capture import Source, open_source
from edge.clock import SystemClock
from edge.settings import CameraSettings
from edge.sources.record import Choice, on_the_time_of
from edge.values import Frame, Packet, StreamInfo
from tests.support.coded import BEGIN, a_frame
from tests.support.outage import outlived
from tests.support.process import free_port, wait_until
from tests.support.rtsp_camera import RtspCamera

TICKS = Fraction(1, 90_000)
SMALL = StreamInfo(codec="h264", width=320, height=180, time_base=TICKS, extradata=None)
LARGE = StreamInfo(codec="hevc", width=640, height=360, time_base=TICKS, extradata=None)


def packet(stream: StreamInfo, pts_s: float, *, is_keyframe: bool = False) -> Packet:
    ticks = round(pts_s / TICKS)
    at = BEGIN + timedelta(seconds=pts_s)
    return Packet(
        stream=stream,
        data=b"x",
        pts=ticks,
        dts=ticks,
        duration=1,
        is_keyframe=is_keyframe,
        pts_s=pts_s,
        captured_at=at,
    )


def test_packets_are_the_small_streams_until_the_large_one_has_a_keyframe_and_again_when_it_is_gone() -> None:
    small = [packet(SMALL, at / 10, is_keyframe=at % 10 == 0) for at in range(40)]
    large = [packet(LARGE, at / 10 + 0.05, is_keyframe=at % 10 == 3) for at in range(40)]
    choice = Choice()
    assert choice.update(small[:2], (), False) == tuple(small[:2])
    assert choice.update(small[2:3], large[1:3], True) == (small[2],), "no keyframe yet"
    taken = choice.update(small[3:5], large[3:5], True)
    assert taken == (small[3], *large[3:5]), "what is before the keyframe is still the small one's"
    assert choice.update(small[5:6], large[5:6], True) == (large[5],)
    assert choice.update(small[6:7], (), True) == (), "it is only late"
    assert choice.update(small[7:8], (), False) == (), "gone: the small one begins with a keyframe"
    assert choice.update(small[8:12], (), False) == tuple(small[10:12])
    assert choice.update(small[32:33], large[33:34], True) == (small[32], large[33])
    assert choice.update(small[13:14], large[34:35], True) == (large[34],)


def test_the_packets_time_is_the_frames_by_the_edges_clock() -> None:
    frame = a_frame(0, 7.0)
    moved = on_the_time_of(frame, [packet(LARGE, 6.5)])
    assert moved[0].pts_s == pytest.approx(6.5)
    late = Frame(
        camera="kho",
        index=1,
        pts_s=100.0,
        captured_at=BEGIN + timedelta(seconds=7.0),
        width=160,
        height=120,
        decode=lambda: a_frame(0, 0.0).image,
    )
    assert on_the_time_of(late, [packet(LARGE, 6.5)])[0].pts_s == pytest.approx(99.5)


@pytest.mark.parametrize(
    ("source", "record"),
    [("rtsp://10.0.0.5/sub", "main.mp4"), ("sim:street", "rtsp://10.0.0.5/main"), ("a.mp4", "rtsp://10.0.0.5/main")],
)
def test_a_record_stream_goes_with_a_live_camera(source: str, record: str) -> None:
    with pytest.raises(ValidationError, match="record"):
        CameraSettings(name="kho", source=source, record=record)


@contextmanager
def two_streams(in_own_process: bool) -> Iterator[tuple[RtspCamera, RtspCamera, Source, list[Frame]]]:
    """A camera's small and large stream, each on a server of its own, the source, and the frames that it gives."""
    small, large = RtspCamera(free_port(), "/camera"), RtspCamera(free_port(), "/main")
    stop, given = threading.Event(), list[Frame]()
    settings = CameraSettings(name="kho", source=small.url, record=large.url)
    source = open_source(settings, SystemClock(), stop, in_own_process=in_own_process)
    small.start("/camera")
    large.start("/main")
    walker = threading.Thread(target=lambda: given.extend(source.frames()))
    walker.start()
    try:
        yield small, large, source, given
    finally:
        stop.set()
        walker.join(timeout=5)
        small.kill()
        large.kill()
        assert not walker.is_alive()


def codecs(frames: list[Frame]) -> set[str]:
    return {packet.stream.codec for frame in frames for packet in frame.packets}


@pytest.mark.rtsp
@pytest.mark.parametrize("in_own_process", [False, True])
def test_the_large_stream_is_kept_and_either_may_break(in_own_process: bool) -> None:
    with two_streams(in_own_process) as (small, large, source, given):
        wait_until(lambda: given and codecs(given[-5:]) == {"hevc"}, "the large stream's packets", 40)
        begun = len(given)
        wait_until(lambda: len(given) >= begun + 20, "twenty frames", 20)
        kept = [packet for frame in given[begun:] for packet in frame.packets]
        assert {(packet.stream.codec, packet.stream.width) for packet in kept} == {("hevc", 640)}
        assert all(one.dts < other.dts for one, other in pairwise(kept))
        assert {frame.width for frame in given} == {320}
        slips = [frame.pts_s - packet.pts_s for frame in given[begun:] for packet in frame.packets]
        assert max(map(abs, slips)) < 1.0, "both streams tell the same time"

        large.kill()
        wait_until(lambda: "h264" in codecs(given[-5:]), "the small stream to step in", 40)
        back = next(frame for frame in given[begun:] if "h264" in codecs([frame]))
        assert back.packets[0].is_keyframe
        assert source.counters.state is CameraState.ONLINE
        assert "record stream: no picture" in (source.counters.error or "")
        large.start("/main")
        wait_until(lambda: codecs(given[-3:]) == {"hevc"}, "the large stream to be back", 60)
        wait_until(lambda: source.counters.error is None, "no complaint any more")

        small.kill()
        wait_until(lambda: source.counters.state is CameraState.OFFLINE, "the small stream to be missed", 20)
        last, after = outlived(given, lambda: small.start("/camera"))
        assert codecs([after]) == {"hevc"}
        waited = [packet.pts_s for packet in after.packets]
        assert max(waited) - min(waited) > 0.6 * (after.pts_s - last.pts_s), "the gap of one is none of the other"
