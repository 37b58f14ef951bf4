"""A source decodes in a process of its own: the same frames, and what kills it costs nobody else anything."""

import logging
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import pytest

from contract.health import CameraState
from edge.capture import Source, open_source
from edge.clock import Clock, SystemClock
from edge.defaults import default_camera
from edge.sources.crashes import MOST, QUARANTINE_S, WINDOW_S, Crashes
from edge.sources.isolated import Isolated
from edge.sources.opening import Wanted
from edge.values import Frame
from tests.support.coded import a_video
from tests.support.crashing import crashing, order
from tests.support.process import wait_until
from tests.support.walk import BEGIN


class QuickClock(SystemClock):
    """The machine's, but sleeping on it only moves it ahead, so that waits between attempts take no time. ``watch`` is
    called at each nap."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self.watch: Callable[[], None] = lambda: None

    def mono_s(self) -> float:
        return super().mono_s() + self.ahead_s

    def sleep(self, seconds: float) -> None:
        self.watch()
        self.ahead_s += seconds


def isolated(path: Path, *, clock: Clock | None = None, hang_s: float = 30.0) -> Isolated:
    """A recording whose decoder does what was ordered."""
    wanted = Wanted(camera="kho", source=str(path), start_at=BEGIN, paced=False)
    return Isolated(
        wanted, clock or QuickClock(), threading.Event(), make=crashing, chance=random.Random(7), hang_s=hang_s
    )


def both(path: Path) -> tuple[Source, Source]:
    """The same recording, decoded here and in a process of its own."""
    camera = default_camera("kho", str(path), as_fast_as_possible=True, start_at=BEGIN)
    stop = threading.Event()
    return (
        open_source(camera, SystemClock(), stop),
        open_source(camera, SystemClock(), stop, in_own_process=True),
    )


def assert_same(here: list[Frame], there: list[Frame], every: int = 10) -> None:
    assert len(here) == len(there)
    for one, other in zip(here, there, strict=True):
        assert (one.index, one.pts_s, one.captured_at) == (other.index, other.pts_s, other.captured_at)
        assert (one.width, one.height) == (other.width, other.height)
        assert one.packets == other.packets
    for one, other in zip(here[::every], there[::every], strict=True):
        assert np.array_equal(one.luma, other.luma)
        assert np.array_equal(one.image, other.image)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("videos/mot15_tud-campus.mp4", "H.264"),
        ("videos/dvrscan_traffic_camera_vfr.mp4", "a variable frame rate, 720p"),
        ("videos/aboda_video4_abandoned_bag.avi", "MPEG-4 ASP, B-frames, a stamp that jumps back"),
        ("videos/night_ir_cctv_hevc_960x1088.mp4", "HEVC"),
        ("hostile/bgslib_demo_48x48_rawvideo_aborts_opencv.avi", "raw pictures, upside down"),
    ],
)
def test_frames_are_those_of_decoding_here(data_dir: Path, name: str, reason: str) -> None:
    here, there = both(data_dir / name)
    seen = 0
    for one, other in zip(here.frames(), there.frames(), strict=False):
        assert_same([one], [other]) if seen % 25 == 0 else None
        assert (one.index, one.pts_s, one.captured_at, one.packets) == (
            other.index,
            other.pts_s,
            other.captured_at,
            other.packets,
        ), reason
        seen += 1
        if seen == 150:
            break
    assert seen >= 51


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "suffix"),
    [
        ("libx264", "yuv420p", "mp4"),
        ("libx264", "yuv444p", "mp4"),
        ("libx264", "yuv420p10le", "mp4"),
        ("mjpeg", "yuvj422p", "avi"),
        ("ffv1", "gray", "mkv"),
        ("ffv1", "bgr0", "mkv"),
    ],
)
def test_every_pixel_format_travels_unchanged(tmp_path: Path, codec: str, pix_fmt: str, suffix: str) -> None:
    path = a_video(
        tmp_path / f"a.{suffix}", seconds=0.5, codec=codec, pix_fmt=pix_fmt, size=(162, 122), options={"g": "5"}
    )
    here, there = both(path)
    frames = list(here.frames())
    assert len(frames) == 5
    assert_same(frames, list(there.frames()), every=1)
    assert here.counters.state is there.counters.state is CameraState.FINISHED
    assert here.duration_s == there.duration_s


def test_a_picture_that_is_kept_stays_what_it_was(tmp_path: Path) -> None:
    here, there = both(a_video(tmp_path / "a.mp4", seconds=2))
    kept = list(there.frames())
    assert_same(list(here.frames()), kept, every=1)


def test_a_size_that_changes_in_mid_stream_gets_larger_memory(tmp_path: Path) -> None:
    parts = [a_video(tmp_path / f"{width}.h264", size=(width, 120), seconds=1) for width in (160, 320, 200)]
    whole = tmp_path / "whole.h264"
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    here, there = both(whole)
    frames = list(here.frames())
    assert {frame.width for frame in frames} == {160, 320, 200}
    assert_same(frames, list(there.frames()), every=1)


@pytest.mark.parametrize(("what", "name"), [("abort", "SIGABRT"), ("segfault", "SIGSEGV")])
def test_a_native_crash_costs_a_restart_and_no_frame_of_a_recording(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, what: str, name: str
) -> None:
    path = a_video(tmp_path / "a.mp4", seconds=3)
    order(path, what, at=12, times=1)
    source = isolated(path)
    frames = list(source.frames())
    assert [frame.pts_s for frame in frames] == pytest.approx([index / 10 for index in range(30)])
    assert [frame.captured_at for frame in frames] == sorted(frame.captured_at for frame in frames)
    assert source.counters.reconnects == 1
    assert source.counters.frames == pytest.approx(30, abs=2), "what it had decoded ahead counts twice"
    assert source.counters.state is CameraState.FINISHED
    told = [record for record in caplog.records if record.message == "decoder_died"]
    assert len(told) == 1
    assert name in told[0].__dict__["error"]


def test_a_decoder_that_hangs_is_killed_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = a_video(tmp_path / "a.mp4", seconds=2)
    order(path, "hang", at=5, times=1)
    source = isolated(path, hang_s=6.0)
    assert len(list(source.frames())) == 20
    assert "hung" in next(one for one in caplog.records if one.message == "decoder_died").__dict__["error"]


@pytest.mark.logs_errors
def test_one_that_keeps_crashing_is_quarantined_and_says_so(tmp_path: Path) -> None:
    path = a_video(tmp_path / "a.mp4", seconds=2)
    order(path, "abort", at=3, times=MOST)
    clock = QuickClock()
    source = isolated(path, clock=clock)
    states: list[tuple[CameraState, str]] = []

    def watch() -> None:
        counters = source.counters
        if not states or states[-1] != (counters.state, counters.error or ""):
            states.append((counters.state, counters.error or ""))

    clock.watch = watch
    assert len(list(source.frames())) == 20
    assert {state for state, _ in states} == {CameraState.OFFLINE}
    assert states[-1][1].startswith("quarantined: its decoder was killed by SIGABRT, 5 times within 10 min")
    assert sum(error.startswith("quarantined") for _, error in states) == 1
    assert clock.ahead_s > 0.75 * QUARANTINE_S


def test_waits_grow_and_quarantine_needs_several_crashes_near_each_other() -> None:
    crashes = Crashes()
    rests = [crashes.update(at) for at in (0.0, 10.0, 20.0, 30.0, 40.0)]
    assert [rest.wait_s for rest in rests] == [1.0, 2.0, 4.0, 8.0, QUARANTINE_S]
    assert [rest.is_quarantined for rest in rests] == [False] * 4 + [True]
    free_s = 40.0 + QUARANTINE_S
    assert crashes.update(free_s + 5).is_quarantined, "it has learnt nothing"
    later = crashes.update(free_s + 5 + QUARANTINE_S + WINDOW_S + 1)
    assert (later.wait_s, later.crashes, later.is_quarantined) == (1.0, 1, False)
    rare = Crashes()
    assert not any(rare.update(at * WINDOW_S).is_quarantined for at in range(20))


def test_a_killed_decoder_costs_its_neighbour_no_frame(tmp_path: Path) -> None:
    stop = threading.Event()
    found: dict[str, list[Frame]] = {"a": [], "b": []}
    sources: dict[str, Source] = {}
    walkers = []
    for name, kept in found.items():
        path = a_video(tmp_path / f"{name}.mp4", seconds=4)
        camera = default_camera(name, str(path), loop=True, start_at=BEGIN)
        sources[name] = open_source(camera, SystemClock(), stop, in_own_process=True)
        walkers.append(threading.Thread(target=lambda one=sources[name], kept=kept: kept.extend(one.frames())))
    for walker in walkers:
        walker.start()
    first = sources["a"]
    assert isinstance(first, Isolated)
    wait_until(lambda: all(source.counters.frames > 10 for source in sources.values()), "both cameras", 40)
    os.kill(first.pid or 0, signal.SIGKILL)
    wait_until(lambda: first.counters.error is not None, "the death to be noticed")
    assert first.counters.state is CameraState.OFFLINE
    assert "SIGKILL" in (first.counters.error or "")
    reached = len(found["b"])
    wait_until(lambda: first.counters.state is CameraState.ONLINE, "the restart", 40)
    wait_until(lambda: len(found["b"]) >= reached + 10, "ten more frames of the neighbour")
    stop.set()
    for walker in walkers:
        walker.join(timeout=5)
        assert not walker.is_alive()
    steps = [other.pts_s - one.pts_s for one, other in pairwise(found["b"])]
    assert steps == pytest.approx([0.1] * len(steps)), "no frame of the neighbour is missing"
    assert sources["b"].counters.reconnects == 0
    assert first.counters.reconnects == 1
    assert all(one.pts_s < other.pts_s for one, other in pairwise(found["a"]))


def test_one_more_camera_costs_little_memory(tmp_path: Path) -> None:
    path = a_video(tmp_path / "a.mp4", seconds=4, size=(640, 360), fps=25)
    walks = [both(path)[1].frames() for _ in range(2)]
    for walk in walks:
        for _ in range(60):
            next(walk).luma.sum()
    servers = [one for one in psutil.Process().children() if "forkserver" in " ".join(one.cmdline())]
    own = [child.memory_full_info().uss / 2**20 for server in servers for child in server.children()]
    assert len(own) == 2
    assert max(own) < 40, own
    for walk in walks:
        walk.close()


def test_stop_ends_it_at_once_and_leaves_no_process(tmp_path: Path) -> None:
    stop = threading.Event()
    camera = default_camera("kho", str(a_video(tmp_path / "a.mp4", seconds=30, fps=1)), start_at=BEGIN)
    source = open_source(camera, SystemClock(), stop, in_own_process=True)
    assert isinstance(source, Isolated)
    frames = source.frames()
    next(frames)
    pid = source.pid
    assert pid
    assert psutil.pid_exists(pid)
    clock = SystemClock()
    began_s = clock.mono_s()
    stop.set()
    assert list(frames) == []
    assert clock.mono_s() - began_s < 2.0
    wait_until(lambda: not psutil.pid_exists(pid), "the child's end")


_EDGE = """
import sys, threading
from pathlib import Path
from edge.capture import open_source
from edge.clock import Clock, SystemClock
from edge.defaults import default_camera
camera = default_camera("kho", sys.argv[1], loop=True)
source = open_source(camera, SystemClock(), threading.Event(), in_own_process=True)
for frame in source.frames():
    print("pid", source.pid, flush=True)
"""


def test_children_die_with_an_edge_that_is_killed(tmp_path: Path) -> None:
    path = a_video(tmp_path / "a.mp4", seconds=2)
    with subprocess.Popen(
        [sys.executable, "-c", _EDGE, str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as edge:
        assert edge.stdout is not None
        pid = next(int(line.split()[1]) for line in edge.stdout if line.startswith("pid"))
        family = [psutil.Process(pid), *psutil.Process(edge.pid).children(recursive=True)]
        edge.kill()
    wait_until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family), "the end")


def test_logs_and_faults_of_the_child_are_the_edges(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    path = a_video(tmp_path / "scratched.mp4", seconds=8)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle - 10_000 : middle + 10_000] = b"\xff" * 20_000
    path.write_bytes(content)
    here, there = both(path)
    frames = list(there.frames())
    assert len(frames) == len(list(here.frames()))
    assert there.counters.faults == here.counters.faults > 0
    messages = [record.message for record in caplog.records if record.name.startswith("edge")]
    assert [messages.count(one) for one in ("camera_online", "picture_damaged")] == [2, 2], "one of each source"


def test_what_cannot_be_played_says_so_and_is_no_crash(tmp_path: Path) -> None:
    _, there = both(tmp_path / "missing.mp4")
    assert list(there.frames()) == []
    assert there.counters.state is CameraState.OFFLINE
    assert "cannot be opened" in (there.counters.error or "")
    assert there.counters.reconnects == 0
