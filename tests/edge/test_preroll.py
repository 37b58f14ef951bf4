"""The last seconds of coded packets."""

from fractions import Fraction

from edge.preroll import Preroll
from edge.values import Packet, StreamInfo
from tests.support.coded import BEGIN

STREAM = StreamInfo(codec="h264", width=160, height=120, time_base=Fraction(1, 10), extradata=None)


def packet(number: int, *, every: int = 10, size: int = 100) -> Packet:
    return Packet(
        stream=STREAM,
        data=bytes(size),
        pts=number,
        dts=number,
        duration=1,
        is_keyframe=number % every == 0,
        pts_s=number / 10,
        captured_at=BEGIN,
    )


def test_preroll_begins_with_the_keyframe_before_the_span() -> None:
    preroll = Preroll(before_s=2.5)
    for number in range(78):
        preroll.update([packet(number)])
    assert [kept.pts for kept in preroll.packets()] == list(range(50, 78)), "5.0 s is the last keyframe before 5.2 s"


def test_packets_before_the_first_keyframe_are_not_kept() -> None:
    preroll = Preroll(before_s=5.0)
    preroll.update([packet(number) for number in range(7, 15)])
    assert [kept.pts for kept in preroll.packets()] == [10, 11, 12, 13, 14]


def test_the_oldest_go_first_when_the_bytes_are_too_many() -> None:
    preroll = Preroll(before_s=60.0, max_bytes=2500)
    for number in range(55):
        preroll.update([packet(number)])
    assert [kept.pts for kept in preroll.packets()] == list(range(30, 55))


def test_a_camera_without_another_keyframe_does_not_fill_the_memory() -> None:
    preroll = Preroll(before_s=1.0, max_bytes=2500)
    for number in range(200):
        preroll.update([packet(number, every=1000)])
    assert sum(len(kept.data) for kept in preroll.packets()) <= 2500
