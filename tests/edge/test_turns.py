"""Many cameras, one detector: who looks next, who does without, and what is said about it."""

import threading

import numpy as np
import pytest
from structlog.testing import capture_logs

from edge.detect import Detect
from edge.motion import MotionGate
from edge.pace import AT_EASE_S, LATE_S, LOWEST, Pace
from edge.turns import Skipped, Turn, Turns
from models.detector import Image
from tests.support.coded import a_frame
from tests.support.driven_clock import DrivenClock
from tests.support.gated_detector import GatedDetector
from tests.support.process import wait_until

FPS = 5.0


def picture(number: int) -> Image:
    return np.full((2, 2, 3), number, np.uint8)


class Looks:
    """Cameras that look, each on a thread of its own, at one gated detector."""

    def __init__(self, streams: int = 1, longest_wait_s: float = 60.0) -> None:
        self.detector, self.clock = GatedDetector(), DrivenClock()
        self.turns = Turns(self.detector, streams=streams, clock=self.clock, longest_wait_s=longest_wait_s)
        self.threads: list[threading.Thread] = []

    def turn(self, number: int, *, patient: bool = False) -> Turn:
        return self.turns.of(f"c{number}", detect_fps=FPS, patient=patient)

    def ask(self, number: int, *, waits: bool, pictures: int = 1) -> None:
        """Camera ``number`` asks, and returns once it runs or (``waits``) waits."""
        turn = self.turn(number)
        thread = threading.Thread(target=turn.detect, args=([picture(number)] * pictures,))
        before = self.turns.waiting, len(self.detector.begun)
        self.threads.append(thread)
        thread.start()
        if waits:
            wait_until(lambda: self.turns.waiting > before[0], "it waits")
        else:
            wait_until(lambda: len(self.detector.begun) > before[1], "it runs")

    def finish(self) -> None:
        self.detector.let(100)
        for thread in self.threads:
            thread.join(10)
            assert not thread.is_alive()


def test_no_more_looks_run_at_once_than_there_are_streams() -> None:
    looks = Looks(streams=2)
    for number in range(8):
        looks.ask(number, waits=number >= 2)
    assert looks.turns.waiting == 6, "one each: never more than there are cameras"
    looks.finish()
    assert looks.detector.most_at_once == 2
    assert sorted(looks.detector.begun) == list(range(8)), "nobody was left out"
    assert [looks.turn(number).served for number in range(8)] == [1] * 8


def test_a_camera_that_seldom_asks_goes_before_those_that_ask_all_the_time() -> None:
    looks = Looks()
    for _ in range(5):  # two busy cameras take turns
        looks.ask(1, waits=False)
        looks.ask(2, waits=True)
        looks.detector.let(1)
        wait_until(lambda: looks.detector.begun[-1] == 2, "the other's turn")
        looks.detector.let(1)
        for thread in looks.threads:
            thread.join(10)
    looks.ask(1, waits=False)
    looks.ask(2, waits=True)
    looks.ask(9, waits=True)
    looks.finish()
    assert looks.detector.begun[-3:] == [1, 9, 2], "the quiet one asked last and looks first"


def test_a_look_of_many_pictures_costs_its_camera_as_many_turns() -> None:
    looks = Looks()
    for number, pictures in ((1, 3), (2, 1)):
        looks.ask(number, waits=False, pictures=pictures)
        looks.detector.let(1)
        looks.threads[-1].join(10)
    looks.ask(9, waits=False)
    looks.ask(1, waits=True)
    looks.ask(2, waits=True)
    looks.finish()
    assert looks.detector.begun == [1, 2, 9, 2, 1]


def test_a_look_that_waits_too_long_is_dropped_and_counted_for_its_camera() -> None:
    looks = Looks(longest_wait_s=0.0)
    looks.ask(1, waits=False)
    with pytest.raises(Skipped):
        looks.turn(2).detect([picture(2)])
    assert (looks.turn(2).served, looks.turn(2).skipped, looks.turns.waiting) == (0, 1, 0)
    looks.finish()
    assert (looks.turn(1).served, looks.turn(1).skipped) == (1, 0)
    looks.detector.let(1)
    looks.turn(2).detect([picture(2)])
    assert looks.turn(2).served == 1, "the next one finds the stream free"


def test_a_look_that_was_dropped_is_asked_for_again_on_the_next_turn() -> None:
    looks = Looks(longest_wait_s=0.0)
    looks.ask(1, waits=False)
    detect = Detect(looks.turn(2), detect_fps=FPS, min_score=0.25)
    gate, frames = MotionGate(), [a_frame(number, number / FPS) for number in range(3)]
    with pytest.raises(Skipped):
        detect.update(frames[0], gate.update(frames[0]), ())
    assert detect.inferences == 0
    looks.finish()
    found = []
    for frame in frames[1:]:
        assert detect.asks_for_motion(frame)
        found.append(detect.update(frame, gate.update(frame), ()))
    assert [glance is not None for glance in found] == [True, False], "the first check was still due; the next is not"
    assert detect.inferences == looks.turn(2).served == 1


def test_a_recording_read_as_fast_as_it_goes_waits_and_loses_no_look() -> None:
    looks = Looks(longest_wait_s=0.0)
    looks.ask(1, waits=False)
    patient = looks.turn(2, patient=True)
    thread = threading.Thread(target=patient.detect, args=([picture(2)],))
    thread.start()
    wait_until(lambda: looks.turns.waiting == 1, "it waits")
    looks.finish()
    thread.join(10)
    assert (patient.served, patient.skipped) == (1, 0)


@pytest.mark.parametrize("streams", [1, 2])
def test_a_detector_that_fails_gives_its_stream_back(streams: int) -> None:
    detector = GatedDetector(RuntimeError("no memory"))
    turns = Turns(detector, streams=streams, clock=DrivenClock(), longest_wait_s=0.0)
    turn = turns.of("c1", detect_fps=FPS)
    for _ in range(5):
        with pytest.raises(RuntimeError, match="no memory"):
            turn.detect([picture(1)])
    assert (turn.served, turn.skipped) == (0, 0)


def test_a_camera_keeps_its_turn_and_counters_over_restarts_of_its_worker() -> None:
    looks = Looks()
    assert looks.turn(1) is looks.turn(1)
    assert looks.turn(1) is not looks.turn(2)


def late(pace: Pace, seconds: int, begin_s: float = 0.0, wait_s: float = LATE_S * 2) -> float:
    """``seconds`` windows of looks that all wait ``wait_s``. Returns the time then."""
    for second in range(1, seconds + 1):
        for _ in range(10):
            pace.waited(wait_s)
        pace.update(begin_s + second)
    return begin_s + seconds


def test_the_pace_falls_by_fifths_and_comes_back_by_twentieths() -> None:
    pace = Pace(0.0)
    now_s = late(pace, 3)
    assert pace.share == pytest.approx(0.8**3)
    now_s = late(pace, 4, now_s, wait_s=0.0)
    assert pace.share == pytest.approx(0.8**3 + 4 * 0.05)
    now_s = late(pace, 100, now_s)
    assert pace.share == LOWEST
    late(pace, 100, now_s, wait_s=0.0)
    assert pace.share == 1.0


def test_where_looks_take_long_waiting_for_one_other_is_not_late() -> None:
    slow, quick = Pace(0.0), Pace(0.0)
    for _ in range(100):
        slow.took(0.5)
        quick.took(0.01)
    for pace in (slow, quick):
        late(pace, 1, wait_s=0.4)
    assert slow.share == 1.0
    assert quick.share == pytest.approx(0.8)
    late(slow, 1, 1.0, wait_s=float("inf"))
    assert slow.share == pytest.approx(0.8), "given up is always late"


def test_a_look_that_is_late_by_chance_changes_nothing() -> None:
    pace = Pace(0.0)
    for second in range(1, 20):
        for wait_s in [LATE_S * 2] + [0.0] * 9:
            pace.waited(wait_s)
        assert not pace.update(float(second))
    assert pace.share == 1.0


def test_overload_is_told_once_and_is_over_when_there_was_ease_for_a_while() -> None:
    pace, told, now_s = Pace(0.0), [], 0.0
    for wait_s, seconds in ((0.5, 20), (0.0, 60), (0.5, 1), (0.0, 60)):
        for _ in range(seconds):
            pace.waited(wait_s)
            now_s += 1
            if pace.update(now_s):
                told.append((now_s, pace.is_overloaded))
    states = [state for _, state in told]
    assert states == [True, False, True, False]
    assert told[0][0] == 1.0
    # from the floor 16 steps of a twentieth lead to 0.9, and then it must last
    assert told[1][0] == pytest.approx(20 + 16 + AT_EASE_S, abs=1.0)


def test_when_looks_wait_every_camera_is_slowed_alike_and_overload_is_logged_once() -> None:
    """Two cameras ask five times a second for 20 s; a third asks once in two seconds. A stream is always taken."""
    looks = Looks(longest_wait_s=0.0)
    looks.ask(7, waits=False)  # it holds the stream until the end
    with capture_logs() as logs:
        waits: dict[int, list[float]] = {1: [], 2: [], 3: []}
        for tick in range(100):
            for number in (1, 2, 3):
                if number == 3 and tick % 10:
                    continue
                with pytest.raises(Skipped) as skipped:
                    looks.turn(number).detect([picture(number)])
                waits[number].append(skipped.value.again_s)
            looks.clock.pass_s(0.2)
    looks.finish()
    held_back = {number: sum(wait_s > 0 for wait_s in found) for number, found in waits.items()}
    assert held_back[1] == held_back[2] > 30
    assert held_back[3] < held_back[1] / 10, "who seldom asks is hardly held back"
    assert looks.turn(1).skipped == 100
    assert looks.turns.share < 0.9
    assert [line["event"] for line in logs] == ["detection_overloaded"]
    assert 0.0 < max(waits[1]) <= 1 / (FPS * LOWEST)
