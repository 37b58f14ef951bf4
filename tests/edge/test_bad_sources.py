"""Sources that are broken in every way we could make: one clear line each, and the run's time still only grows."""

import logging
import socket
import threading
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from contract.health import CameraState
from edge import mp4
from edge.capture import open_source
from edge.clock import SystemClock
from edge.defaults import default_camera
from edge.sources.address import Address
from edge.sources.demux import MOST_PIXELS
from edge.sources.live import Live
from edge.sources.tally import Counters
from edge.sources.timeline import PacketTimes
from edge.values import Frame
from tests.support.coded import a_video
from tests.support.driven_clock import DrivenClock
from tests.support.process import wait_until
from tests.support.walk import BEGIN


def walked(path: Path) -> tuple[list[Frame], Counters]:
    """Every frame of a recording, and what it says of itself at the end."""
    camera = default_camera("kho", str(path), as_fast_as_possible=True, start_at=BEGIN)
    source = open_source(camera, DrivenClock(), threading.Event())
    frames = list(source.frames())
    assert all(one.pts_s < other.pts_s for one, other in pairwise(frames))
    return frames, source.counters


def patched(path: Path, *pairs: tuple[bytes, bytes]) -> Path:
    """The file with some of its bytes exchanged."""
    data = path.read_bytes()
    for old, new in pairs:
        data = data.replace(old, new)
    path.write_bytes(data)
    return path


def of_an_unknown_codec(folder: Path) -> Path:
    path = a_video(folder / "unknown.avi", codec="mpeg4", options={})
    return patched(path, (b"FMP4", b"ZZZZ"))


def text(folder: Path) -> Path:
    path = folder / "notes.txt"
    path.write_text("not a video at all\n" * 100)
    return path


def empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.write_bytes(b"")
    return path


def sound(folder: Path) -> Path:
    path = folder / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000, layout="mono")
        frame = AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 8000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def huge(folder: Path) -> Path:
    """A tiny file with a picture larger than any camera's."""
    path = folder / "huge.nut"
    side = int(MOST_PIXELS**0.5) + 100
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=10, width=side, height=side)
        stream.pix_fmt = "gray"
        container.mux(stream.encode(VideoFrame.from_ndarray(np.zeros((side, side), np.uint8), format="gray")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (of_an_unknown_codec, "not known here"),
        (text, "holds no video"),
        (empty, "cannot be opened"),
        (sound, "holds no video"),
        (huge, "larger than any camera's"),
    ],
)
def test_what_cannot_be_played_is_one_clear_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, make: Callable[[Path], Path], says: str
) -> None:
    frames, counters = walked(make(tmp_path))
    assert frames == []
    assert counters.state is CameraState.OFFLINE
    assert says in (counters.error or "")
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1


def test_a_title_in_another_character_set_is_no_reason_not_to_look(tmp_path: Path) -> None:
    path = tmp_path / "title.mkv"
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "QQQQQQ"
        stream = container.add_stream("mpeg4", rate=10, width=64, height=48)
        stream.pix_fmt = "yuv420p"
        container.mux(stream.encode(VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode(None))
    frames, counters = walked(patched(path, (b"QQQQQQ", b"\xfe\xe9\xff\xc3\x28\xff")))
    assert len(frames) == 1
    assert counters.error is None


def test_one_picture_is_a_recording(tmp_path: Path) -> None:
    frames, counters = walked(a_video(tmp_path / "one.mp4", seconds=0.1))
    assert len(frames) == 1
    assert counters.state is CameraState.FINISHED


@pytest.mark.parametrize("suffix", ["ts", "mkv", "avi", "mp4", "h264"])
@pytest.mark.parametrize("seed", range(6))
def test_scratched_files_never_raise_and_their_time_only_grows(tmp_path: Path, suffix: str, seed: int) -> None:
    path = a_video(tmp_path / f"scratched.{suffix}", codec="mpeg4" if suffix == "avi" else "libx264", options={})
    data, chance = bytearray(path.read_bytes()), np.random.default_rng(seed)
    for at in chance.integers(0, len(data), 30 + 30 * seed):
        data[at] = chance.integers(256)
    path.write_bytes(bytes(data))
    frames, _ = walked(path)
    assert all(frame.image.shape == (frame.height, frame.width, 3) for frame in frames[:2])


def test_one_stamp_hours_ahead_does_not_carry_the_clock_away() -> None:
    """Its dts is sound: what is to be shown hours after it was decoded is a scratch, not a pause."""
    times = PacketTimes(Fraction(1, 1000), Fraction(25))
    packet: av.Packet[av.VideoStream] = av.Packet(b"x")  # type: ignore[assignment]
    mended = []
    for pts, dts in ((80, 0), (28_800_000, 40), (160, 80)):
        packet.pts, packet.dts = pts, dts
        mended.append(times.mend(packet, None))
    assert mended == [(80, 0), (40, 40), (160, 80)]
    assert times.jumps == 1


def test_a_camera_that_answers_and_then_says_nothing_is_offline_with_a_reason() -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = Address(f"rtsp://127.0.0.1:{mute.getsockname()[1]}/live", options={"rtsp_transport": "tcp"})
        source = Live("kho", address, SystemClock(), stop, open_s=0.5)
        walker = threading.Thread(target=lambda: list(source.frames()), daemon=True)
        walker.start()
        wait_until(lambda: source.counters.state is CameraState.OFFLINE, "the mute camera to be called offline", 5)
        stop.set()
        walker.join(3)
    assert not walker.is_alive()
    assert "no picture" in (source.counters.error or "")


def test_a_camera_that_changes_its_size_in_mid_stream_gives_a_clip_for_each_size(tmp_path: Path) -> None:
    sizes = ((160, 120), (320, 240))
    parts = [a_video(tmp_path / f"{width}.h264", size=(width, height)) for width, height in sizes]
    both = tmp_path / "both.h264"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    frames, _ = walked(both)
    assert [(frame.width, frame.height) for frame in frames] == [sizes[0]] * 40 + [sizes[1]] * 40
    packets = [packet for frame in frames for packet in frame.packets]
    clips = mp4.by_stream(packets)
    for number, (clip, size) in enumerate(zip(clips, sizes, strict=True)):
        path = tmp_path / f"{number}.mp4"
        mp4.write(clip, path)
        with av.open(str(path)) as container:
            assert (container.streams.video[0].width, container.streams.video[0].height) == size
            assert {(one.width, one.height) for one in container.decode(video=0)} == {size}
