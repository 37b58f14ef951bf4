"""On which frames the detector runs, and what part of the picture it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from edge.detect import Detect
from edge.values import Glance, Motion, NormBox, Track
from models.detector import Detections, Image
from tests.support.walk import Eye, detections, frame, times, track


def moved(*boxes: NormBox) -> Motion:
    """These boxes are in front, and all of it has just changed."""
    mask = np.zeros((90, 160), np.uint8)
    for x1, y1, x2, y2 in boxes:
        mask[round(y1 * 90) : round(y2 * 90), round(x1 * 160) : round(x2 * 160)] = 1
    return Motion(boxes=boxes, area=float(mask.mean()), front=mask, changed=mask)


SPOT: NormBox = (0.1, 0.1, 0.2, 0.3)
MOVED = moved(SPOT)
STILL = moved()
LIGHT = Motion(boxes=((0.0, 0.0, 1.0, 1.0),), area=0.9, is_global=True)
THERE = (16, 9, 32, 27)
"""``SPOT`` in pixels of the frames that the tests use."""


def walker(at_s: float, speed: tuple[float, float] = (0.05, 0.0)) -> Track:
    return Track(id=1, class_name="person", score=0.8, best_score=0.8, box=SPOT, first_s=0.0, seen_s=at_s, speed=speed)


def looked_at(
    detect: Detect, motion: Motion, begin_s: float, end_s: float, *, fps: float = 10, tracks: tuple[Track, ...] = ()
) -> list[float]:
    """When the model looked, the gate running whenever it is asked to."""
    looks = []
    for at in times(begin_s, end_s, fps):
        seen = motion if detect.asks_for_motion(frame(at)) else None
        if detect.update(frame(at), seen, tracks) is not None:
            looks.append(at)
    return looks


def eye(*boxes: tuple[float, float, float, float], needs_motion: bool = False) -> Eye:
    return Eye([detections(*boxes)], needs_motion=needs_motion)


@pytest.mark.parametrize("fps", [4.0, 5.0, 10.0, 25.0, 30.0])
def test_somebody_who_walks_is_looked_for_three_times_a_second_whatever_the_cameras_rate(fps: float) -> None:
    detect = Detect(eye(THERE), detect_fps=5.0, min_score=0.25)
    looks = looked_at(detect, MOVED, 0, 10, fps=fps, tracks=(walker(0.0),))
    assert len(looks) == pytest.approx(10 * fps if fps <= 5 else 10 / 0.3, abs=4)


def test_who_is_fast_is_looked_for_more_often_but_never_more_than_the_rate_that_is_allowed() -> None:
    detect = Detect(eye(THERE), detect_fps=5.0, min_score=0.25)
    looks = looked_at(detect, MOVED, 0, 10, fps=30, tracks=(walker(0.0, speed=(1.5, 0.0)),))
    assert len(looks) == pytest.approx(50, abs=2)


def test_nothing_moves_and_nobody_is_followed_so_it_only_checks() -> None:
    detect = Detect(eye(), detect_fps=5.0, min_score=0.25)
    assert looked_at(detect, STILL, 0, 16) == pytest.approx([0.0, 5.0, 10.0, 15.0])


def test_who_is_followed_and_stands_still_costs_no_look_but_the_checks() -> None:
    detect = Detect(eye(THERE), detect_fps=5.0, min_score=0.25)
    assert looked_at(detect, STILL, 0, 11, tracks=(walker(0.0),)) == pytest.approx([0.0, 5.0, 10.0])


def test_the_first_frame_is_looked_at_so_a_restart_is_not_blind() -> None:
    detect = Detect(eye(), detect_fps=5.0, min_score=0.25)
    assert detect.update(frame(0.0), STILL, ()) is not None


def test_what_one_look_found_is_looked_at_again_though_nothing_moves() -> None:
    answers = [detections(), detections((20, 20, 34, 60)), detections((20, 20, 34, 60)), detections()]
    detect = Detect(Eye(answers), detect_fps=5.0, min_score=0.25)
    assert looked_at(detect, STILL, 0, 9) == pytest.approx([0.0, 5.0, 5.2])


def test_what_never_becomes_a_track_is_looked_at_again_only_once() -> None:
    detect = Detect(Eye([detections((20, 20, 34, 60))]), detect_fps=5.0, min_score=0.25)
    assert looked_at(detect, STILL, 0, 4.9) == pytest.approx([0.0, 0.2])


def test_what_nobody_asks_about_is_not_looked_at_again() -> None:
    def looks(asked: set[str]) -> int:
        eye = Eye([detections((20, 20, 34, 60), class_index=1)], classes=("person", "bench"))
        return len(looked_at(Detect(eye, detect_fps=5.0, min_score=0.25, asked=asked), STILL, 0, 4.9))

    assert looks(set()) == 1
    assert looks({"bench"}) == 2


def test_a_stranger_is_looked_at_on_the_second_turn_and_an_insect_never() -> None:
    detect = Detect(eye(), detect_fps=5.0, min_score=0.25)
    looked_at(detect, STILL, 0, 1)
    assert looked_at(detect, MOVED, 1, 1.6)[:1] == pytest.approx([1.2])
    insect = Detect(eye(), detect_fps=5.0, min_score=0.25)
    looked_at(insect, STILL, 0, 1)
    places = [moved((x, y, x + 0.06, y + 0.08)) for x, y in ((0.1, 0.1), (0.8, 0.2), (0.4, 0.8), (0.05, 0.6))]
    looks = [insect.update(frame(1 + step / 5), places[step % 4], ()) for step in range(12)]
    assert [one is None for one in looks] == [True] * 12


def test_leaves_that_sway_all_day_are_asked_about_ever_more_seldom() -> None:
    detect = Detect(eye(), detect_fps=5.0, min_score=0.25)
    looks = looked_at(detect, MOVED, 0, 60)
    early, late = (sum(begin <= at < begin + 10 for at in looks) for begin in (0, 50))
    assert early > late
    assert late <= 10 / 3 + 2 + 1, "one look in three seconds, and the checks"


def test_who_comes_where_leaves_sway_is_found_within_three_seconds() -> None:
    nobody = Detect(eye(), detect_fps=5.0, min_score=0.25)
    looked_at(nobody, MOVED, 0, 60)
    assert looked_at(nobody, MOVED, 60, 64)[0] <= 63.2


def test_a_change_of_light_does_not_run_the_model_on_every_frame_but_soon_after() -> None:
    detect = Detect(eye(), detect_fps=5.0, min_score=0.25)
    detect.update(frame(0.0), STILL, ())
    assert looked_at(detect, LIGHT, 0.2, 0.8) == []
    assert looked_at(detect, STILL, 0.8, 3.0) == pytest.approx([1.2], abs=0.11)


def test_a_detector_that_compares_pictures_gets_every_one() -> None:
    detect = Detect(eye(needs_motion=True), detect_fps=1.0, min_score=0.25)
    assert len(looked_at(detect, STILL, 0, 3)) == 30
    assert detect.inferences == 30


def test_motion_is_asked_for_on_the_detectors_turns_only() -> None:
    def asked(motion: Motion, *, needs_motion: bool = False) -> int:
        detect, count = Detect(eye(needs_motion=needs_motion), detect_fps=5.0, min_score=0.25), 0
        for at_s in times(0, 2, 30):
            asks = detect.asks_for_motion(frame(at_s))
            count += asks
            detect.update(frame(at_s), motion if asks else None, ())
        return count

    assert asked(MOVED) == pytest.approx(10, abs=1)
    assert asked(STILL) == pytest.approx(10, abs=1)
    assert asked(MOVED, needs_motion=True) == 0, "it finds its own"


@dataclass
class Elastic(Eye):
    """An eye that remembers the canvases on which it looked, and the pictures."""

    is_elastic: bool = True
    canvases: list[tuple[int, int] | None] = field(default_factory=list)
    shapes: list[tuple[int, ...]] = field(default_factory=list)

    def detect(
        self,
        images: Sequence[Image],
        min_score: float = 0.25,
        canvas: tuple[int, int] | None = None,
    ) -> list[Detections]:
        self.canvases.append(canvas)
        self.shapes += [image.shape for image in images]
        return super().detect(images, min_score, canvas)


def picture(at_s: float) -> Image:
    del at_s
    return np.full((720, 1280, 3), 90, np.uint8)


def test_a_part_is_shown_where_that_is_cheaper_and_its_boxes_come_back_as_the_pictures() -> None:
    shown = Elastic([detections(), detections((20, 30, 40, 90))])
    detect = Detect(shown, detect_fps=5.0, min_score=0.25)
    spot = moved((0.5, 0.5, 0.55, 0.6))
    for step in range(3):
        glance = detect.update(frame(step / 5, picture(0)), spot, ())
    assert shown.canvases[0] == (384, 640), "the whole, not enlarged, in its own proportions"
    assert shown.canvases[-1] is not None
    assert shown.canvases[-1][0] * shown.canvases[-1][1] < 384 * 640 * 0.75
    assert isinstance(glance, Glance)
    left, top = glance.region[0] * 1280, glance.region[1] * 720
    assert glance.boxes.boxes[0].tolist() == pytest.approx([left + 20, top + 30, left + 40, top + 90], abs=1)
    assert glance.region[0] < 0.5
    assert glance.region[2] > 0.55


def test_a_box_that_an_inner_border_cuts_is_half_a_thing_and_left_out() -> None:
    shown = Elastic([detections(), detections((0, 30, 40, 90))])
    detect = Detect(shown, detect_fps=5.0, min_score=0.25)
    for step in range(3):
        glance = detect.update(frame(step / 5, picture(0)), moved((0.5, 0.5, 0.55, 0.6)), ())
    assert glance is not None
    assert len(glance.boxes) == 0


def test_people_all_over_the_picture_are_looked_for_in_the_whole_of_it() -> None:
    shown = Elastic([detections()])
    detect = Detect(shown, detect_fps=5.0, min_score=0.25)
    everywhere = moved((0.02, 0.1, 0.06, 0.3), (0.9, 0.6, 0.95, 0.9))
    for step in range(3):
        glance = detect.update(frame(step / 5, picture(0)), everywhere, ())
    assert glance is not None
    assert glance.region == (0.0, 0.0, 1.0, 1.0)


def test_a_track_of_the_walk_knows_how_many_of_its_widths_it_goes_in_a_second() -> None:
    assert track((0.5, 0.5), 0.0).pace == 0.0
    assert walker(0.0, speed=(0.2, 0.0)).pace == pytest.approx(2.0)
