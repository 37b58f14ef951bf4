"""When the detector runs, what the tracker makes of its boxes, and what counts as motion."""

import numpy as np
import pytest

from edge.detect import Detect
from edge.motion import MotionGate
from edge.track import CARRY_S, Tracker
from edge.values import Frame, Motion, Track
from models.detector import Image
from tests.support.walk import Eye, detections, frame, times

MOVED = Motion(boxes=((0.1, 0.1, 0.2, 0.2),), area=0.01)
STILL = Motion()
LIGHT = Motion(boxes=((0.0, 0.0, 1.0, 1.0),), area=0.9, is_global=True)


def looked_at(
    detect: Detect, motion: Motion, begin_s: float, end_s: float, *, fps: float = 10, following: bool = False
) -> list[float]:
    return [
        at for at in times(begin_s, end_s, fps) if detect.update(frame(at), motion, following=following) is not None
    ]


@pytest.mark.parametrize(("fps", "expected"), [(5.0, 50), (10.0, 50), (25.0, 50), (30.0, 50), (4.0, 40)])
def test_while_something_moves_the_model_runs_at_its_rate_whatever_the_cameras(fps: float, expected: int) -> None:
    detect = Detect(Eye([detections()]), detect_fps=5.0, min_score=0.25)
    assert len(looked_at(detect, MOVED, 0, 10, fps=fps)) == pytest.approx(expected, abs=1)


def test_nothing_moves_and_nobody_is_followed_so_it_only_checks() -> None:
    detect = Detect(Eye([detections()]), detect_fps=5.0, min_score=0.25)
    assert looked_at(detect, STILL, 0, 16) == pytest.approx([0.0, 5.0, 10.0, 15.0])


def test_the_first_frame_is_looked_at_so_a_restart_is_not_blind() -> None:
    detect = Detect(Eye([detections()]), detect_fps=5.0, min_score=0.25)
    assert detect.update(frame(0.0), STILL, following=False) is not None


def test_a_followed_track_is_looked_for_though_it_stands_still() -> None:
    detect = Detect(Eye([detections()]), detect_fps=5.0, min_score=0.25)
    assert len(looked_at(detect, STILL, 0, 4, following=True)) == 20


def test_what_one_look_found_is_looked_at_again_though_nothing_moves() -> None:
    eye = Eye([detections(), detections((20, 20, 34, 60)), detections((20, 20, 34, 60)), detections()])
    detect = Detect(eye, detect_fps=5.0, min_score=0.25)
    assert looked_at(detect, STILL, 0, 9) == pytest.approx([0.0, 5.0, 5.2, 5.4])


def test_a_change_of_light_does_not_run_the_model_on_every_frame_but_soon_after() -> None:
    detect = Detect(Eye([detections()]), detect_fps=5.0, min_score=0.25)
    detect.update(frame(0.0), STILL, following=False)
    assert looked_at(detect, LIGHT, 0.2, 0.8) == []
    assert looked_at(detect, STILL, 0.8, 3.0) == pytest.approx([1.2], abs=0.11)


def test_a_detector_that_compares_pictures_gets_every_one() -> None:
    eye = Eye([detections()], needs_motion=True)
    detect = Detect(eye, detect_fps=1.0, min_score=0.25)
    assert len(looked_at(detect, STILL, 0, 3)) == 30
    assert detect.inferences == 30


def test_motion_is_asked_for_on_the_detectors_turn_and_on_every_frame_while_nothing_moves() -> None:
    def asked(motion: Motion, needs_motion: bool = False) -> int:
        eye = Eye([detections()], needs_motion=needs_motion)
        detect, count = Detect(eye, detect_fps=5.0, min_score=0.25), 0
        for at_s in times(0, 2, 30):
            count += detect.asks_for_motion(frame(at_s))
            detect.update(frame(at_s), motion, following=False)
        return count

    assert asked(MOVED) == 10
    assert asked(STILL) == 55, "only the 0.2 s after the first look are left out"
    assert asked(MOVED, needs_motion=True) == 0, "it finds its own"


def seen(
    tracker: Tracker, at_s: float, *boxes: tuple[float, float, float, float], class_index: int = 0, score: float = 0.8
) -> tuple[Track, ...]:
    return tracker.update(frame(at_s), detections(*boxes, class_index=class_index, score=score))


def test_somebody_who_walks_keeps_one_id_and_ids_count_from_one() -> None:
    tracker = Tracker(("person", "car"), detect_fps=5)
    ids = set()
    for step in range(20):
        ids |= {one.id for one in seen(tracker, step / 5, (10 + 3 * step, 20, 24 + 3 * step, 60))}
    assert ids == {1}


def test_two_cameras_never_share_a_counter() -> None:
    for _ in range(2):
        tracker = Tracker(("person", "car"), detect_fps=5)
        for step in range(3):
            tracks = seen(tracker, step / 5, (10, 20, 24, 60))
        assert [one.id for one in tracks] == [1]


def test_an_id_is_never_given_again() -> None:
    tracker = Tracker(("person", "car"), detect_fps=5)
    ids: list[int] = []
    for visit in range(4):
        for step in range(5):
            ids += [one.id for one in seen(tracker, visit * 30 + step / 5, (10, 20, 24, 60))]
        seen(tracker, visit * 30 + 10.0)
    assert sorted(set(ids)) == [1, 2, 3, 4]


def test_a_fast_motorbike_keeps_its_id_though_its_boxes_do_not_touch() -> None:
    tracker = Tracker(("person", "motorcycle"), detect_fps=5)
    ids = set()
    for step in range(6):
        left = 2 + 24 * step
        ids |= {one.id for one in seen(tracker, step / 5, (left, 40, left + 20, 58), class_index=1)}
    assert len(ids) == 1


def test_a_motorbike_does_not_take_the_id_of_its_rider_whose_box_it_shares() -> None:
    tracker = Tracker(("person", "motorcycle"), detect_fps=5)
    for step in range(5):
        rider = seen(tracker, step / 5, (20 + step, 20, 40 + step, 60))
    for step in range(5, 10):
        both = seen(tracker, step / 5, (18 + step, 30, 44 + step, 62), class_index=1)
    bike = next(one for one in both if one.seen_s == pytest.approx(9 / 5))
    assert bike.class_name == "motorcycle"
    assert bike.id != rider[0].id


def test_the_class_is_what_most_of_its_detections_say() -> None:
    tracker = Tracker(("truck", "car"), detect_fps=5)
    for step in range(8):
        tracks = seen(tracker, step / 5, (20, 20, 60, 50), class_index=0 if step in (2, 5) else 1)
    assert [one.class_name for one in tracks] == ["car"]


def test_between_detections_a_track_moves_on_and_says_when_it_was_seen() -> None:
    tracker = Tracker(("person", "car"), detect_fps=5)
    for step in range(10):
        at_s = step / 5
        seen(tracker, at_s, (10 + 4 * step, 20, 24 + 4 * step, 60))
    [ahead] = tracker.update(frame(1.9), None)
    assert ahead.seen_s == pytest.approx(1.8)
    assert (ahead.box[0] + ahead.box[2]) / 2 == pytest.approx((53 + 2) / 160, abs=0.004)


def test_a_missed_track_is_carried_on_for_its_grace_and_then_hidden_and_found_again_with_its_id() -> None:
    tracker = Tracker(("person", "car"), detect_fps=5)
    for step in range(5):
        seen(tracker, step / 5, (20, 20, 34, 60))
    assert seen(tracker, 0.8 + CARRY_S - 0.1)
    assert not seen(tracker, 0.8 + CARRY_S + 0.1)
    assert [one.id for one in seen(tracker, 0.8 + CARRY_S + 0.3, (20, 20, 34, 60))] == [1]


STREET = np.random.default_rng(1).integers(60, 190, (360, 640), dtype=np.uint8)


def grey(luma: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> Image:
    return np.ascontiguousarray(np.repeat(luma[..., None], 3, axis=2))


def shot(at_s: float, *, x: int | None = None, light: float = 1.0, seed: int = 0) -> Frame:
    """A textured street with sensor noise; a person-sized thing at column ``x``."""
    luma = STREET.astype(np.float32) * light
    if x is not None:
        luma[200:240, x : x + 14] = 20.0
    luma += np.random.default_rng(seed).normal(0, 4, luma.shape)
    return frame(at_s, grey(np.clip(luma, 0, 255).astype(np.uint8)))


def test_a_still_picture_with_noise_does_not_move() -> None:
    gate = MotionGate()
    motions = [gate.update(shot(index / 10, seed=index)) for index in range(20)]
    assert motions[0].boxes, "the first frame counts as moved: what is there must be looked at"
    assert not any(motion.boxes for motion in motions[1:])


def test_somebody_small_is_seen_from_the_second_frame_on_and_where_he_is() -> None:
    gate = MotionGate()
    gate.update(shot(0.0, x=100))
    motion = gate.update(shot(0.1, x=130, seed=1))
    assert motion.boxes
    assert any(box[0] <= 135 / 640 <= box[2] and box[1] <= 220 / 360 <= box[3] for box in motion.boxes)
    assert motion.area < 0.02


def test_light_that_changes_everywhere_is_no_thing_that_moves() -> None:
    gate = MotionGate()
    for index in range(10):
        gate.update(shot(index / 10, seed=index))
    motion = gate.update(shot(1.0, light=1.6, seed=11))
    assert motion.is_global or not motion.boxes
    assert gate.update(shot(1.1, light=1.6, seed=12)).boxes == ()


def test_somebody_who_walks_while_a_cloud_passes_is_still_seen() -> None:
    gate = MotionGate()
    found = 0
    for index in range(30):
        motion = gate.update(shot(index / 10, x=50 + 10 * index, light=1.0 - 0.004 * index, seed=index))
        found += any(box[0] <= (55 + 10 * index) / 640 <= box[2] for box in motion.boxes) and motion.area < 0.1
    assert found >= 28
