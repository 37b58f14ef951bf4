"""Clips a browser plays, from whatever the camera sends."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av
import pytest

from edge import h264, mp4
from edge.values import Packet
from tests.support.coded import a_video, packets_of, played


def pictures(packets: Sequence[Packet]) -> list[bytes]:
    """The coded pictures and what belongs to them, without parameter sets."""
    sets = h264.parameter_sets(packets[0].stream.extradata, packets[0].data)
    units = (unit for packet in packets for unit in h264.units(packet.data, sets))
    return [unit for unit in units if h264.unit_type(unit) not in (7, 8)]


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
    ("codec", "suffix", "pix_fmt"),
    [
        ("mpeg4", "avi", "yuv420p"),
        ("mjpeg", "avi", "yuvj420p"),
        ("libx264", "mp4", "yuv444p"),
        ("libx265", "mp4", "yuv420p"),
    ],
    ids=["MPEG-4 ASP", "motion JPEG", "H.264 4:4:4", "HEVC"],
)
def test_what_no_browser_plays_is_coded_as_h264(tmp_path: Path, codec: str, suffix: str, pix_fmt: str) -> None:
    options = {"x265-params": "log-level=none:keyint=10"} if codec == "libx265" else {"g": "10"}
    size = (160, 120) if codec == "libx265" else (161, 121)  # libx265 takes no odd sizes; the others show that we do
    source = a_video(tmp_path / f"in.{suffix}", codec=codec, pix_fmt=pix_fmt, size=size, options=options)
    clip = tmp_path / "clip.mp4"
    mp4.write(packets_of(source), clip)
    assert facts(clip) == ("h264", "yuv420p", 0.0)
    assert has_its_index_first(clip)
    shown = played(clip)
    assert len(shown) == 40
    assert shown[-1][0] == pytest.approx(3.9, abs=0.05)


@pytest.mark.data
@pytest.mark.parametrize("name", ["night_ir_cctv_hevc_960x1088.mp4", "aboda_video4_abandoned_bag.avi"])
def test_real_footage_of_other_codecs_becomes_a_clip(tmp_path: Path, data_dir: Path, name: str) -> None:
    packets = packets_of(data_dir / "videos" / name)[:60]
    clip = tmp_path / "clip.mp4"
    mp4.write(packets, clip)
    assert facts(clip) == ("h264", "yuv420p", 0.0)
    assert len(played(clip)) >= 58


def test_a_gap_stays_as_long_as_it_was(tmp_path: Path) -> None:
    before = packets_of(a_video(tmp_path / "in.mp4", seconds=2.0))
    after = [replace(packet, pts_s=packet.pts_s + 9.0) for packet in before]
    clip = tmp_path / "clip.mp4"
    mp4.write([*before, *after], clip)
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
    packets = packets_of(a_video(tmp_path / "in.avi", codec="mpeg4"))
    torn = [replace(packet, data=b"\x00" * 40) for packet in packets]
    with pytest.raises(mp4.ClipError, match="could be decoded"):
        mp4.write(torn, tmp_path / "clip.mp4")


def test_a_torn_length_prefixed_packet_gives_a_reason(tmp_path: Path) -> None:
    packets = packets_of(a_video(tmp_path / "in.mp4"))
    packets[5] = replace(packets[5], data=packets[5].data[:-7])
    with pytest.raises(mp4.ClipError, match="torn"):
        mp4.write(packets, tmp_path / "clip.mp4")
