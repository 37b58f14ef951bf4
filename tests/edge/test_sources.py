"""Recordings: time that grows, whole and torn files, pacing; and what open_source makes of a source's text."""

import logging
import threading
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from contract.health import CameraState
from edge.capture import Source, masked, open_source
from edge.defaults import default_camera
from edge.sources.timeline import PacketTimes, Timeline
from edge.values import Frame
from tests.support.coded import a_video
from tests.support.driven_clock import DrivenClock
from tests.support.walk import BEGIN

VIDEOS = (
    ("aboda_video4_abandoned_bag.avi", "MPEG-4 ASP with B-frames in AVI"),
    ("dvrscan_traffic_camera_vfr.mp4", "a variable frame rate"),
    ("slow_traffic_small_copy.mp4", "no frame count in the header"),
    ("mot15_tud-campus.mp4", "ordinary"),
    ("../hostile/bgslib_demo_48x48_rawvideo_aborts_opencv.avi", "kills OpenCV's reader"),
)


def opened(path: Path, *, fast: bool = True, loop: bool = False) -> tuple[Source, DrivenClock, threading.Event]:
    clock, stop = DrivenClock(), threading.Event()
    camera = default_camera("kho", str(path), as_fast_as_possible=fast, loop=loop, start_at=BEGIN)
    return open_source(camera, clock, stop), clock, stop


def grows(frames: list[Frame]) -> bool:
    return all(one.pts_s < other.pts_s for one, other in pairwise(frames))


@pytest.mark.data
@pytest.mark.parametrize(("name", "reason"), VIDEOS)
def test_real_footage_decodes_whole_and_its_time_grows(data_dir: Path, name: str, reason: str) -> None:
    path = data_dir / "videos" / name
    with av.open(str(path)) as container:
        coded = sum(packet.size > 0 for packet in container.demux(video=0))
    source, _, _ = opened(path)
    frames = list(source.frames())
    assert len(frames) == coded, reason
    assert grows(frames)
    assert sum(len(frame.packets) for frame in frames) == coded
    stamps = [packet.dts for frame in frames for packet in frame.packets]
    assert all(one < other for one, other in pairwise(stamps)), "what a clip is cut from must grow too"
    assert frames[0].image.shape == (frames[0].height, frames[0].width, 3)
    assert frames[-1].luma.shape == (frames[-1].height, frames[-1].width)
    assert source.counters.state is CameraState.FINISHED
    assert source.counters.error is None


@pytest.mark.data
def test_a_variable_frame_rate_keeps_its_own_spacing(data_dir: Path) -> None:
    source, _, _ = opened(data_dir / "videos" / "dvrscan_traffic_camera_vfr.mp4")
    steps = {round(other.pts_s - one.pts_s, 3) for one, other in pairwise(list(source.frames()))}
    assert steps == {0.04, 0.08}


def test_captured_at_is_the_start_plus_the_stamp(tmp_path: Path) -> None:
    source, _, _ = opened(a_video(tmp_path / "a.mp4", seconds=2))
    frames = list(source.frames())
    assert frames[0].captured_at == BEGIN
    assert frames[15].captured_at == BEGIN + timedelta(seconds=frames[15].pts_s)
    assert frames[15].pts_s == pytest.approx(1.5)


def test_the_luma_is_the_decoders_own_and_agrees_with_the_picture(tmp_path: Path) -> None:
    source, _, _ = opened(a_video(tmp_path / "a.mp4", seconds=1))
    frame = next(iter(source.frames()))
    assert frame.luma.shape == (120, 160)
    assert abs(float(frame.luma.mean()) - (16 + 219 / 255 * float(frame.image.mean()))) < 6


def test_a_torn_file_plays_as_far_as_it_goes_and_says_where_it_broke(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = a_video(tmp_path / "whole.mp4", seconds=8, options={"g": "10", "movflags": "faststart"})
    torn = tmp_path / "torn.ts"
    with av.open(str(whole)) as before, av.open(str(torn), "w", format="mpegts") as after:
        stream = after.add_stream_from_template(before.streams.video[0])
        for packet in before.demux(video=0):
            if packet.size:
                packet.stream = stream
                after.mux(packet)
    faststart = tmp_path / "torn.mp4"
    with av.open(str(torn)) as before, av.open(str(faststart), "w", options={"movflags": "faststart"}) as after:
        stream = after.add_stream_from_template(before.streams.video[0])
        for packet in before.demux(video=0):
            if packet.size:
                packet.stream = stream
                after.mux(packet)
    content = faststart.read_bytes()
    faststart.write_bytes(content[: len(content) // 2])
    with caplog.at_level(logging.WARNING):
        source, _, _ = opened(faststart)
        frames = list(source.frames())
    assert 20 <= len(frames) <= 60
    assert grows(frames)
    assert source.counters.state is CameraState.FINISHED
    assert source.counters.error is not None
    assert "torn.mp4" in source.counters.error
    assert [record.message for record in caplog.records].count("recording_torn") == 1


def test_damaged_packets_are_counted_and_skipped_with_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = a_video(tmp_path / "scratched.mp4", seconds=8)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle - 10_000 : middle + 10_000] = b"\xff" * 20_000
    path.write_bytes(content)
    source, _, _ = opened(path)
    with caplog.at_level(logging.WARNING):
        frames = list(source.frames())
    assert len(frames) >= 40
    assert grows(frames)
    assert frames[-1].pts_s > 7.0, "what follows the scratch is played"
    assert source.counters.faults >= 1
    assert [record.message for record in caplog.records if record.name.startswith("edge")] == ["picture_damaged"]


@pytest.mark.data
def test_a_hostile_file_does_not_stop_another_camera(data_dir: Path) -> None:
    paths = [
        data_dir / name
        for name in ("hostile/bgslib_demo_48x48_rawvideo_aborts_opencv.avi", "videos/mot15_tud-campus.mp4")
    ]
    sources = [opened(path)[0] for path in paths]
    walkers = [threading.Thread(target=lambda one=one: [frame.image for frame in one.frames()]) for one in sources]
    for walker in walkers:
        walker.start()
    for walker in walkers:
        walker.join(timeout=30)
    assert [source.counters.frames for source in sources] == [51, 71]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.mp4", None, "cannot be opened"),
        ("text.mp4", b"this is no video", "cannot be opened"),
        ("empty.mp4", b"", "cannot be opened"),
    ],
)
def test_what_is_no_video_is_offline_with_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, content: bytes | None, says: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    source, _, _ = opened(path)
    with caplog.at_level(logging.WARNING):
        assert list(source.frames()) == []
    assert source.counters.state is CameraState.OFFLINE
    assert says in (source.counters.error or "")
    assert len(caplog.records) == 1


def test_a_file_without_video_says_so(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame(format="s16", layout="mono", samples=800)
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    source, _, _ = opened(path)
    assert list(source.frames()) == []
    assert "no video" in (source.counters.error or "")


def test_a_paced_file_takes_as_long_as_it_lasts(tmp_path: Path) -> None:
    source, clock, _ = opened(a_video(tmp_path / "a.mp4", seconds=3), fast=False)
    assert len(list(source.frames())) == 30
    assert clock.slept_s == pytest.approx(2.9, abs=0.01)
    assert source.counters.up_s == pytest.approx(2.9, abs=0.11), "a frame is decoded one ahead"


def test_a_loop_goes_on_in_time_until_it_is_stopped(tmp_path: Path) -> None:
    source, _, stop = opened(a_video(tmp_path / "a.mp4", seconds=1), loop=True)
    frames: list[Frame] = []
    for frame in source.frames():
        frames.append(frame)
        if len(frames) == 35:
            stop.set()
    assert len(frames) == 35
    assert [frame.pts_s for frame in frames] == pytest.approx([index / 10 for index in range(35)])


def test_stop_ends_a_paced_file_within_a_nap(tmp_path: Path) -> None:
    source, clock, stop = opened(a_video(tmp_path / "a.mp4", seconds=30, fps=1), fast=False)
    frames = source.frames()
    next(frames)
    stop.set()
    assert list(frames) == []
    assert clock.slept_s <= 0.2


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("rtsp://admin:secret@10.0.0.5:554/Streaming/1", "rtsp://***@10.0.0.5:554/Streaming/1"),
        ("rtsp://10.0.0.5/live?user=admin&password=secret", "rtsp://10.0.0.5/live"),
        ("/data/a.mp4", "/data/a.mp4"),
    ],
)
def test_credentials_are_never_shown(source: str, shown: str) -> None:
    assert masked(source) == shown


@pytest.mark.parametrize("source", ["ftp://somewhere/a.mp4", "webcam:front", "sim:sea", "sim:street?sed=7"])
def test_a_source_that_names_nothing_is_refused_with_a_cure(source: str) -> None:
    with pytest.raises(ValueError, match=r"write|only|there are"):
        open_source(default_camera("kho", source), DrivenClock(), threading.Event())


def packet(pts: int | None, dts: int | None) -> "av.Packet[av.VideoStream]":
    made: av.Packet[av.VideoStream] = av.Packet(b"x")  # type: ignore[assignment]
    made.pts, made.dts = pts, dts
    return made


@pytest.mark.parametrize(
    ("stamps", "expected", "reason"),
    [
        ([0, 40, 80, 120], [0, 40, 80, 120], "sound stamps are kept"),
        ([0, 40, 40, 80], [0, 40, 80, 120], "a stamp that stands still"),
        ([1000, 1040, 0, 40, 80], [1000, 1040, 1080, 1120, 1160], "a jump back to 0"),
        ([1000, 1080, 0, 80, 240], [1000, 1080, 1120, 1200, 1360], "after a jump the spacing is the stream's own"),
        ([0, 40, None, None, 160], [0, 40, 80, 120, 160], "missing stamps"),
        ([0, 40, 5000, 5040], [0, 40, 5000, 5040], "a recorder's pause is time"),
        ([0, 40, 99_000_000, 99_000_040], [0, 40, 80, 120], "a leap of a day is not"),
    ],
)
def test_stamps_of_packets_are_mended(stamps: list[int | None], expected: list[int], reason: str) -> None:
    times = PacketTimes(Fraction(1, 1000), Fraction(25))
    assert [times.mend(packet(at, at), None)[1] for at in stamps] == expected, reason


def test_a_live_leap_is_replaced_by_what_the_clock_saw_pass() -> None:
    times = PacketTimes(Fraction(1, 1000), Fraction(25))
    given = [(0, 100.0), (40, 100.04), (60_000, 100.5), (60_040, 100.54)]
    assert [times.mend(packet(pts, pts), mono)[1] for pts, mono in given] == [0, 40, 500, 540]


def test_frames_without_stamps_go_on_at_the_nominal_rate() -> None:
    timeline = Timeline(BEGIN)
    timeline.begin(0.0)
    assert [timeline.frame(at, 0.04) for at in (5.0, 5.04, None, 5.04, 5.2)] == pytest.approx(
        [0, 0.04, 0.08, 0.081, 0.2]
    )


def test_a_live_clock_that_runs_slow_is_pulled_along_and_a_picture_from_the_future_is_put_right() -> None:
    timeline = Timeline(BEGIN)
    timeline.discipline(10.0, BEGIN + timedelta(seconds=13), step_s=1.0)
    assert timeline.utc(10.0) == BEGIN + timedelta(seconds=10.05)
    timeline.discipline(10.0, BEGIN + timedelta(seconds=8), step_s=1.0)
    assert timeline.utc(10.0) == BEGIN + timedelta(seconds=8)
