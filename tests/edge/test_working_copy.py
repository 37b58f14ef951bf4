"""Working copies: what every browser plays, at the master's times; the master is only read."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edge import mp4, working_copy
from edge.coder import StoppedError
from edge.working_copy import CopyError
from tests.edge.test_mp4 import facts, has_its_index_first
from tests.support.coded import a_video, packets_of, played
from tests.support.needs import ROOT

X265 = {"x265-params": "log-level=none:keyint=10"}


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The program, as a server starts it."""
    return subprocess.run(
        [sys.executable, "-m", "edge.working_copy", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize(
    ("codec", "suffix", "pix_fmt", "options"),
    [
        ("libx265", "mp4", "yuv420p", X265),
        ("libx265", "mp4", "yuv420p10le", X265),
        ("libx264", "mp4", "yuv444p", {"g": "10", "bf": "2"}),
        ("mpeg4", "avi", "yuv420p", {"g": "10"}),
        ("mjpeg", "avi", "yuvj420p", {}),
    ],
    ids=["HEVC", "HEVC 10 bits", "H.264 4:4:4", "MPEG-4", "motion JPEG"],
)
def test_a_master_of_any_codec_becomes_h264_with_the_same_times(
    tmp_path: Path, codec: str, suffix: str, pix_fmt: str, options: dict[str, str]
) -> None:
    source = a_video(tmp_path / f"in.{suffix}", codec=codec, pix_fmt=pix_fmt, options=options)
    before = packets_of(source)
    # A pause of three seconds in the middle stays one.
    late = [replace(one, pts_s=one.pts_s + 3.0) if index >= 20 else one for index, one in enumerate(before)]
    master, copy = tmp_path / "master", tmp_path / "copy.mp4"
    mp4.write(late, master)
    digest = hashlib.sha256(master.read_bytes()).hexdigest()
    assert run(master, copy).returncode == 0
    assert hashlib.sha256(master.read_bytes()).hexdigest() == digest
    assert facts(copy) == ("h264", "yuv420p", 0.0)
    assert has_its_index_first(copy)
    shown, whole = played(copy), played(master)
    assert [at for at, _ in shown] == pytest.approx([at for at, _ in whole], abs=0.002)
    grey = [picture.mean(axis=2) for picture in (shown[-1][1], whole[-1][1])]
    assert abs(grey[0] - grey[1]).mean() < 8, "the same picture"


@pytest.mark.data
def test_the_night_cameras_hevc_becomes_a_copy(tmp_path: Path, data_dir: Path) -> None:
    packets = packets_of(data_dir / "videos" / "night_ir_cctv_hevc_960x1088.mp4")[:60]
    mp4.write(packets, tmp_path / "master")
    assert working_copy.make(tmp_path / "master", tmp_path / "copy").startswith("avc1.")
    assert len(played(tmp_path / "copy")) == 60


def test_a_large_picture_is_made_smaller(tmp_path: Path) -> None:
    source = a_video(tmp_path / "in.mp4", seconds=0.2, size=(2560, 1440), options={"g": "10", "preset": "ultrafast"})
    working_copy.make(source, tmp_path / "copy")
    assert played(tmp_path / "copy")[0][1].shape == (1080, 1920, 3)


def test_a_clip_without_a_picture_gives_a_reason_and_leaves_nothing(tmp_path: Path) -> None:
    packets = packets_of(a_video(tmp_path / "in.avi", codec="mpeg4"))
    mp4.write([replace(one, data=one.data[:40] if index == 0 else b"\0" * 40) for index, one in enumerate(packets)],
              tmp_path / "master")  # fmt: skip
    with pytest.raises(CopyError, match="no picture"):
        working_copy.make(tmp_path / "master", tmp_path / "copy")
    (tmp_path / "text").write_text("no video")
    failed = run(tmp_path / "text", tmp_path / "copy")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.strip()
    assert "Traceback" not in failed.stderr
    assert run("one").returncode == 2
    assert {path.name for path in tmp_path.iterdir()} == {"in.avi", "master", "text"}


def test_it_stops_when_nobody_waits(tmp_path: Path) -> None:
    source = a_video(tmp_path / "in.mp4", codec="libx265", options=X265)
    with pytest.raises(StoppedError):
        working_copy.make(source, tmp_path / "copy", lambda: True)
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]
