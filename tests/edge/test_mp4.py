"""Clips a browser plays, from whatever the camera sends."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import pytest

from edge import h264, h265, mp4
from edge.values import Packet
from tests.support.coded import a_video, packets_of, played


def pictures(packets: Sequence[Packet]) -> list[bytes]:
    """The coded pictures and what belongs to them, without parameter sets."""
    if packets[0].stream.codec not in ("h264", "hevc"):
        return [packet.data for packet in packets]
    module = h264 if packets[0].stream.codec == "h264" else h265
    sets = module.parameter_sets(packets[0].stream.extradata, packets[0].data)
    units = (unit for packet in packets for unit in h264.units(packet.data, sets))
    is_set = (7, 8) if module is h264 else (32, 33, 34)
    return [unit for unit in units if module.unit_type(unit) not in is_set]


def facts(path: Path) -> tuple[str, str, float]:
    """Codec, pixel format and start time in seconds of an MP4."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        return context.codec.canonical_name, str(context.pix_fmt), float((container.start_time or 0) / av.time_base)


def has_its_index_first(path: Path) -> bool:
    data = path.read_bytes()
    return data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("bitstream_filter", [None, "h264_mp4toannexb"], ids=["from a file", "annex B as RTSP sends"])
def test_h264_is_not_coded_again(tmp_path: Path, bitstream_filter: str | None) -> None:
    packets = packets_of(a_video(tmp_path / "in.mp4"), bitstream_filter=bitstream_filter)
    clip = tmp_path / "clip.mp4"
    mp4.write(packets, clip)
    assert pictures(packets_of(clip)) == pictures(packets)
    assert facts(clip) == ("h264", "yuv420p", 0.0)
    assert has_its_index_first(clip)
    assert len(played(clip)) == 40
    assert packets_of(clip)[0].stream.extradata[:1] == b"\x01"  # type: ignore[index]


@pytest.mark.data
@pytest.mark.parametrize("name", ["pets2009_s2l1_vtest_480x360.mp4", "dvrscan_traffic_camera_vfr.mp4"])
def test_real_h264_with_b_frames_keeps_its_pictures_and_times(tmp_path: Path, data_dir: Path, name: str) -> None:
    whole = packets_of(data_dir / "videos" / name)
    keys = [index for index, packet in enumerate(whole) if packet.is_keyframe]
    packets = whole[keys[1] if len(keys) > 1 else 0 :][:150]
    clip = tmp_path / "clip.mp4"
    mp4.write(packets, clip)
    shown = sorted(packet.pts_s for packet in packets)
    assert [round(at, 3) for at, _ in played(clip)] == [round(at - shown[0], 3) for at in shown]
    assert facts(clip)[2] == 0.0


@pytest.mark.parametrize(
    ("codec", "suffix", "pix_fmt", "options", "named"),
    [
        ("libx264", "mp4", "yuv420p", {"g": "10", "bf": "2"}, "avc1.64000A"),
        ("libx264", "mp4", "yuv444p", {"g": "10"}, "avc1.F4000A"),
        ("libx265", "mp4", "yuv420p", {"x265-params": "log-level=none:keyint=10"}, "hvc1.1.6.L30.90"),
        ("libx265", "mp4", "yuv420p10le", {"x265-params": "log-level=none:keyint=10"}, "hvc1.2.4.L30.90"),
        ("mpeg4", "avi", "yuv420p", {"g": "10"}, "mp4v.20"),
        ("mjpeg", "avi", "yuvj420p", {}, "mp4v.6C"),
    ],
    ids=["H.264", "H.264 4:4:4", "HEVC", "HEVC 10 bits", "MPEG-4 ASP", "motion JPEG"],
)
def test_what_an_mp4_can_hold_is_not_coded_again(
    tmp_path: Path, codec: str, suffix: str, pix_fmt: str, options: dict[str, str], named: str
) -> None:
    source = a_video(tmp_path / f"in.{suffix}", codec=codec, pix_fmt=pix_fmt, options=options)
    clip = tmp_path / "clip.mp4"
    packets = packets_of(source)
    written = mp4.write(packets, clip)
    assert written == mp4.Written(codec=named, is_native=True, gaps_s=())
    assert pictures(packets_of(clip)) == pictures(packets)
    assert has_its_index_first(clip)
    shown = played(clip)
    assert len(shown) == 40
    assert shown[-1][0] == pytest.approx(3.9, abs=0.05)


def test_what_it_cannot_hold_is_coded_as_h264(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    written = mp4.write(packets_of(a_video(tmp_path / "in.avi", codec="mpeg2video", size=(161, 121))), clip)
    assert (written.codec[:5], written.is_native) == ("avc1.", False)
    assert facts(clip) == ("h264", "yuv420p", 0.0)
    assert has_its_index_first(clip)
    assert len(played(clip)) == 40


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "bitstream_filter"),
    [
        ("night_ir_cctv_hevc_960x1088.mp4", None),
        ("night_ir_cctv_hevc_960x1088.mp4", "hevc_mp4toannexb"),
        ("aboda_video4_abandoned_bag.avi", None),
    ],
    ids=["HEVC of a file", "HEVC as RTSP sends", "MPEG-4 ASP"],
)
def test_real_footage_of_other_codecs_keeps_its_pictures(
    tmp_path: Path, data_dir: Path, name: str, bitstream_filter: str | None
) -> None:
    packets = packets_of(data_dir / "videos" / name, bitstream_filter=bitstream_filter)[:200]
    assert bitstream_filter is None or packets[0].stream.extradata is None
    clip = tmp_path / "clip.mp4"
    assert mp4.write(packets, clip).is_native
    kept = packets_of(clip)
    assert pictures(kept) == pictures(packets)
    assert len(played(clip)) == 200
    if kept[0].stream.codec == "hevc":
        assert b"hvc1" in clip.read_bytes()[:4096]


def test_new_parameter_sets_in_mid_stream_begin_a_new_clip(tmp_path: Path) -> None:
    """Sent by a camera whose coding was changed while it ran; the header of an MP4 holds only one kind."""
    options = {"x265-params": "log-level=none:keyint=10:ref=1"}
    before = packets_of(
        a_video(tmp_path / "a.mp4", codec="libx265", options=options), bitstream_filter="hevc_mp4toannexb"
    )
    other = {"x265-params": "log-level=none:keyint=10:ref=4:bframes=4:ctu=16"}
    after = packets_of(a_video(tmp_path / "b.mp4", codec="libx265", options=other), bitstream_filter="hevc_mp4toannexb")
    after = [replace(packet, pts_s=packet.pts_s + 4.0) for packet in after]
    parts = mp4.by_stream([*before, *after])
    assert [len(part) for part in parts] == [40, 40]
    for number, part in enumerate(parts):
        mp4.write(part, tmp_path / f"clip{number}.mp4")
        assert len(played(tmp_path / f"clip{number}.mp4")) == 40


def test_a_gap_stays_as_long_as_it_was(tmp_path: Path) -> None:
    before = packets_of(a_video(tmp_path / "in.mp4", seconds=2.0))
    after = [replace(packet, pts_s=packet.pts_s + 9.0) for packet in before]
    clip = tmp_path / "clip.mp4"
    written = mp4.write([*before, *after], clip)
    (gap,) = written.gaps_s
    assert gap == pytest.approx((2.0, 9.0))
    times = [at for at, _ in played(clip)]
    assert times[19] == pytest.approx(1.9, abs=0.01)
    assert times[20] == pytest.approx(9.0, abs=0.01)


def test_after_a_jump_the_clip_goes_on_at_a_keyframe(tmp_path: Path) -> None:
    before = packets_of(a_video(tmp_path / "in.mp4", seconds=2.0))
    after = [replace(packet, pts_s=packet.pts_s + 9.0) for packet in before[3:]]
    clip = tmp_path / "clip.mp4"
    mp4.write([*before, *after], clip)
    assert len(played(clip)) == 30


def test_packets_are_parted_where_the_stream_changes(tmp_path: Path) -> None:
    small = packets_of(a_video(tmp_path / "small.mp4", seconds=1.0))
    large = packets_of(a_video(tmp_path / "large.mp4", seconds=1.0, size=(320, 240)))
    parts = mp4.by_stream([*small, *large[2:], *large])
    assert [len(part) for part in parts] == [10, 10]


def test_a_clip_cannot_begin_without_a_keyframe(tmp_path: Path) -> None:
    packets = packets_of(a_video(tmp_path / "in.mp4"))
    with pytest.raises(mp4.ClipError, match="no keyframe"):
        mp4.write(packets[1:], tmp_path / "clip.mp4")


def test_packets_that_hold_no_picture_give_a_reason_not_a_crash(tmp_path: Path) -> None:
    packets = packets_of(a_video(tmp_path / "in.avi", codec="mpeg2video"))
    torn = [replace(packet, data=b"\x00" * 40) for packet in packets]
    with pytest.raises(mp4.ClipError, match="could be decoded"):
        mp4.write(torn, tmp_path / "clip.mp4")


def test_a_torn_length_prefixed_packet_gives_a_reason(tmp_path: Path) -> None:
    packets = packets_of(a_video(tmp_path / "in.mp4"))
    packets[5] = replace(packets[5], data=packets[5].data[:-7])
    with pytest.raises(mp4.ClipError, match="torn"):
        mp4.write(packets, tmp_path / "clip.mp4")


def test_a_slow_camera_has_no_gaps_and_many_gaps_stay_few(tmp_path: Path) -> None:
    (packet,) = packets_of(a_video(tmp_path / "in.mp4", seconds=0.1))

    def at(*seconds: float) -> list[Packet]:
        return [replace(packet, pts_s=one) for one in seconds]

    assert mp4.gaps(at(0, 2, 4, 6, 8)) == ()
    assert mp4.gaps(at(0, 0.1, 0.2, 1.1, 1.2)) == (), "less than a second is a hiccup"
    assert mp4.gaps([]) == mp4.gaps(at(1)) == ()
    often = mp4.gaps([one for start in range(0, 200, 4) for one in at(start, start + 0.1, start + 0.2)])
    assert len(often) == mp4.MOST_GAPS
    assert (often[0][0], often[-1][1]) == pytest.approx((0.3, 196.0))
    assert all(before[1] < after[0] for before, after in pairwise(often))
