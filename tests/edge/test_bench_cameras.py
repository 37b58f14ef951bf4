"""``anninh bench cameras``: recordings that play like cameras, and the real edge with several of them in a child."""

import json
import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contract.health import CameraState
from edge.bench.command import bench_app
from edge.bench.newest import LONGEST_MS, Latencies, Newest
from edge.bench.usage import slope
from edge.sources.tally import Counters
from edge.values import Frame
from tests.support.coded import a_video, frames_of, packets_of
from tests.support.driven_clock import DrivenClock
from tests.support.process import wait_until


class Stepped:
    """A source whose frames come when the test lets them. See `edge.capture.Source`."""

    duration_s: float | None = None

    def __init__(self, frames: list[Frame]) -> None:
        self.counters = Counters(state=CameraState.ONLINE)
        self._frames = frames
        self._gate = threading.Semaphore(0)

    def let(self, count: int) -> None:
        self._gate.release(count)

    def rest(self, is_resting: bool) -> None:
        """It has nothing to leave out."""

    def frames(self) -> Generator[Frame, None, None]:
        for frame in self._frames:
            self._gate.acquire()
            self.counters = replace(self.counters, frames=self.counters.frames + 1)
            yield frame


def test_who_is_slow_gets_the_newest_frame_with_every_packet_since_the_one_before(tmp_path: Path) -> None:
    frames = list(frames_of(packets_of(a_video(tmp_path / "film.mp4", seconds=1.0))))
    packets = [packet for frame in frames for packet in frame.packets]
    source, clock, stop = Stepped(frames), DrivenClock(), threading.Event()
    newest = Newest(source, clock, stop)
    walk = newest.frames()
    source.let(1)
    first = next(walk)
    source.let(5)
    wait_until(lambda: newest.counters.dropped == 4, "five more frames")
    clock.pass_s(0.25)
    sixth = next(walk)
    assert (first.index, sixth.index) == (0, 5)
    assert [*first.packets, *sixth.packets] == packets[: len(first.packets) + len(sixth.packets)]
    assert newest.latencies.at(1.0) == 250, "the first frame's walk"
    assert newest.most_packets == len(sixth.packets)
    source.let(4)
    wait_until(lambda: newest.counters.dropped == 7, "the last frames")
    assert next(walk).index == 9
    assert next(walk, None) is None, "the recording is over"


def test_a_newest_frame_ends_when_it_is_told_to_stop() -> None:
    stop = threading.Event()
    source = Stepped([])
    stop.set()
    assert list(Newest(source, DrivenClock(), stop).frames()) == []


def test_latencies_are_told_as_the_time_within_which_a_share_was_done() -> None:
    latencies = Latencies()
    assert latencies.at(0.5) is None
    for milliseconds in range(1, 101):
        latencies.add(milliseconds / 1000)
    assert (latencies.at(0.5), latencies.at(0.95), latencies.at(1.0)) == (50, 95, 100)
    latencies.add(1000.0)
    assert latencies.at(1.0) == LONGEST_MS
    latencies.clear()
    assert latencies.at(0.5) is None


def test_the_slope_is_that_of_the_best_straight_line() -> None:
    assert slope([(0, 1), (1, 3), (2, 5)]) == pytest.approx(2.0)
    assert slope([(0, 1), (1, 2), (2, 1)]) == pytest.approx(0.0)
    assert slope([(5, 1)]) == 0.0


def test_an_edge_with_several_cameras_is_measured_in_a_child(tmp_path: Path) -> None:
    video, out = a_video(tmp_path / "film.mp4", seconds=2), tmp_path / "bench.json"
    arguments = ["cameras", str(video), "--cameras", "3", "--seconds", "2", "--spread", "0.3", "--warm", "1"]
    done = CliRunner().invoke(bench_app, [*arguments, "--model", "builtin", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "per extra camera" in done.output
    found = json.loads(out.read_text())
    assert [one["state"] for one in found["cameras"]] == ["online"] * 3
    assert found["faulty"] == []
    assert all(one["frames"] > 0 for one in found["cameras"]), "how many, is the machine's affair"
    assert found["latency_p95_ms_worst"] > 0
    assert found["detections_dropped"] == 0, "a detector that sees every frame is not shared"
    assert found["queues"]["looks_waiting_most"] == 0
    assert found["memory"]["end_mib"] > found["memory"]["one_camera_mib"] / 2
    assert found["cpu_share"] > 0


def test_a_video_that_is_not_there_is_one_line_and_status_2(tmp_path: Path) -> None:
    done = CliRunner().invoke(bench_app, ["cameras", str(tmp_path / "none.mp4"), "--model", "builtin"])
    assert done.exit_code == 2
    assert "none.mp4" in done.output
    assert "Traceback" not in done.output


def test_a_model_that_is_not_there_is_told_with_status_2(tmp_path: Path) -> None:
    video = a_video(tmp_path / "film.mp4", seconds=1)
    done = CliRunner().invoke(bench_app, ["cameras", str(video), "--model", "nosuch", "--no-one", "--warm", "0"])
    assert done.exit_code == 2
