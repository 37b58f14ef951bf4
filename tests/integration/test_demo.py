"""The README's first command, as a person runs it: real processes, the whole path, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import av
import pytest
import yaml

from tests.support.coded import a_video
from tests.support.process import free_port, wait_until

ANNINH = [sys.executable, "-m", "edge"]


def _check(*arguments: str, env: dict[str, str] | None = None) -> tuple[dict[str, Any], float]:
    """``anninh demo --check …``: its summary and the seconds it took."""
    began_s = time.monotonic()
    done = subprocess.run(
        [*ANNINH, "demo", "--check", "--patience", "180", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
        env={**os.environ, **(env or {})},
    )
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary, time.monotonic() - began_s


def test_the_check_counts_a_confirmed_event_of_the_simulated_street(tmp_path: Path) -> None:
    nothing = tmp_path / "no-weights"
    nothing.mkdir()
    summary, seconds = _check("--model", "builtin", env={"ANNINH_DATA": str(nothing)})
    assert summary["model"] == "builtin"
    assert summary["counted_after"] == summary["counted_before"] + 1
    assert summary["clip"]["frames"] > 10
    assert seconds < 45


@pytest.mark.data
def test_the_check_holds_on_a_real_video_with_a_real_model_beside_a_hostile_file(data_dir: Path) -> None:
    video = data_dir / "videos" / "pets2009_s2l1_vtest_480x360.mp4"
    hostile = data_dir / "hostile" / "bgslib_demo_48x48_rawvideo_aborts_opencv.avi"
    summary, seconds = _check(
        "--source", str(video), "--source", str(hostile), "--model", "yolo11n_int8", env={"ANNINH_DATA": str(data_dir)}
    )
    assert summary["model"] == "yolo11n_int8"
    start = datetime.fromisoformat(summary["played_from"])
    with av.open(str(video)) as container:
        assert container.duration is not None
        length = timedelta(microseconds=container.duration)
    assert start <= datetime.fromisoformat(summary["occurred_at"]) <= start + length
    assert start <= datetime.fromisoformat(summary["last_seen_at"]) <= start + length
    assert seconds < 45


@pytest.mark.parametrize(
    ("patience", "more"), [("180", "\n"), ("1", " within 1 s; if this machine is busy, give it more")]
)
def test_the_check_says_which_step_failed(tmp_path: Path, patience: str, more: str) -> None:
    nothing_happens = a_video(tmp_path / "still.mp4", seconds=5, size=(320, 180), speed_px=0)
    done = subprocess.run(
        [*ANNINH, "demo", "--check", "--patience", patience, "--source", str(nothing_happens), "--model", "builtin"],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 1
    assert f"event: no event became an incident{more}" in done.stderr


def test_a_source_that_is_not_there_is_named_before_anything_starts(tmp_path: Path) -> None:
    done = subprocess.run(
        [*ANNINH, "demo", "--check", "--source", str(tmp_path / "nowhere.mp4")],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 1
    assert "nowhere.mp4: there is no such file" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_within_5_s_and_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "demo"
    with (tmp_path / "out").open("wb") as out:
        demo = subprocess.Popen(
            [*ANNINH, "demo", "--data-dir", str(folder), "--port", str(free_port()), "--model", "builtin"],
            stdout=out,
            stderr=out,
        )
    try:
        edge_log = folder / "logs" / "edge.log"
        wait_until(lambda: edge_log.exists() and "camera_online" in edge_log.read_text(), "the camera", 120)
        children = _children(demo.pid)
        assert len(children) == 3, "broker, server, edge"
        began_s = time.monotonic()
        demo.send_signal(number)
        assert demo.wait(timeout=10) == 0, (tmp_path / "out").read_text()
        assert time.monotonic() - began_s < 5
        assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    finally:
        demo.kill()
        demo.wait()
    edge = yaml.safe_load((folder / "edge.yaml").read_text())
    assert edge["cameras"][0]["source"].startswith("sim:street")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
