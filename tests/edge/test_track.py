"""What the tracker makes of boxes: ids that last, places between looks, and doubts that add up."""

import numpy as np
import pytest
from trackers.utils.iou import BIoU

from edge.track import CARRY_S, LEAST_ALIKE, MOVES_ON_S, SizedIoU, Tracker
from edge.values import Glance, Motion, NormBox, Track
from tests.support.walk import detections, frame


def seen(
    tracker: Tracker, at_s: float, *boxes: tuple[float, float, float, float], class_index: int = 0, score: float = 0.8
) -> tuple[Track, ...]:
    return tracker.update(frame(at_s), Glance(boxes=detections(*boxes, class_index=class_index, score=score)))


def test_somebody_who_walks_keeps_one_id_and_ids_count_from_one() -> None:
    tracker = Tracker(("person", "car"))
    ids = set()
    for step in range(20):
        ids |= {one.id for one in seen(tracker, step / 5, (10 + 3 * step, 20, 24 + 3 * step, 60))}
    assert ids == {1}


def test_two_cameras_never_share_a_counter() -> None:
    for _ in range(2):
        tracker = Tracker(("person", "car"))
        for step in range(3):
            tracks = seen(tracker, step / 5, (10, 20, 24, 60))
        assert [one.id for one in tracks] == [1]


def test_an_id_is_never_given_again() -> None:
    tracker = Tracker(("person", "car"))
    ids: list[int] = []
    for visit in range(4):
        for step in range(5):
            ids += [one.id for one in seen(tracker, visit * 30 + step / 5, (10, 20, 24, 60))]
        seen(tracker, visit * 30 + 10.0)
    assert sorted(set(ids)) == [1, 2, 3, 4]


def test_a_fast_motorbike_keeps_its_id_though_its_boxes_do_not_touch() -> None:
    tracker = Tracker(("person", "motorcycle"))
    ids = set()
    for step in range(6):
        left = 2 + 24 * step
        ids |= {one.id for one in seen(tracker, step / 5, (left, 40, left + 20, 58), class_index=1)}
    assert len(ids) == 1


def test_a_motorbike_does_not_take_the_id_of_its_rider_whose_box_it_shares() -> None:
    tracker = Tracker(("person", "motorcycle"))
    for step in range(5):
        rider = seen(tracker, step / 5, (20 + step, 20, 40 + step, 60))
    for step in range(5, 10):
        both = seen(tracker, step / 5, (18 + step, 30, 44 + step, 62), class_index=1)
    bike = next(one for one in both if one.seen_s == pytest.approx(9 / 5))
    assert bike.class_name == "motorcycle"
    assert bike.id != rider[0].id


def test_the_class_is_what_most_of_its_detections_say() -> None:
    tracker = Tracker(("truck", "car"))
    for step in range(8):
        tracks = seen(tracker, step / 5, (20, 20, 60, 50), class_index=0 if step in (2, 5) else 1)
    assert [one.class_name for one in tracks] == ["car"]


def test_between_detections_a_track_moves_on_and_says_when_it_was_seen() -> None:
    tracker = Tracker(("person", "car"))
    for step in range(10):
        at_s = step / 5
        seen(tracker, at_s, (10 + 4 * step, 20, 24 + 4 * step, 60))
    [ahead] = tracker.update(frame(1.9), None)
    assert ahead.seen_s == pytest.approx(1.8)
    assert (ahead.box[0] + ahead.box[2]) / 2 == pytest.approx((53 + 2) / 160, abs=0.004)


def test_a_missed_track_is_carried_on_for_its_grace_and_then_hidden_and_found_again_with_its_id() -> None:
    tracker = Tracker(("person", "car"))
    for step in range(5):
        seen(tracker, step / 5, (20, 20, 34, 60))
    assert seen(tracker, 1.0), "the first look that misses it"
    assert seen(tracker, 1.0 + CARRY_S - 0.1)
    assert not seen(tracker, 1.0 + CARRY_S + 0.1)
    assert [one.id for one in seen(tracker, 1.0 + CARRY_S + 0.3, (20, 20, 34, 60))] == [1]


def moving(*boxes: NormBox) -> Motion:
    return Motion(boxes=boxes, area=0.01)


def test_who_was_not_looked_for_is_not_missed_however_long() -> None:
    tracker = Tracker(("person", "car"))
    for step in range(5):
        seen(tracker, step / 5, (20, 20, 34, 60))
    elsewhere = Glance(boxes=detections(), region=(0.5, 0.0, 1.0, 1.0))
    for step in range(5, 50):
        tracks = tracker.update(frame(step / 5), elsewhere)
    assert [(one.id, one.seen_s) for one in tracks] == [(1, 0.8)]
    assert [(one.id, one.seen_s) for one in seen(tracker, 10.0, (20, 20, 34, 60))] == [(1, 10.0)]


def test_a_missed_track_goes_on_while_something_moves_just_there_and_no_longer_than_its_time() -> None:
    tracker = Tracker(("person", "car"))
    for step in range(5):
        seen(tracker, step / 5, (20, 20, 34, 60))
    there = moving((0.12, 0.2, 0.23, 0.7))
    shown = [
        at_s
        for at_s in (0.8 + step / 5 for step in range(1, 40))
        if tracker.update(frame(at_s), Glance(boxes=detections()), there)
    ]
    assert shown[-1] == pytest.approx(0.8 + MOVES_ON_S + CARRY_S, abs=0.3)


def test_somebody_large_who_passes_in_front_does_not_take_the_id_of_what_stands_there() -> None:
    tracker = Tracker(("person", "car"))
    for step in range(5):
        seen(tracker, step / 5, (60, 40, 68, 60))
    for step in range(5, 8):
        tracks = seen(tracker, step / 5, (55, 2, 80, 88))
    assert {one.id for one in tracks if one.seen_s == pytest.approx(7 / 5)} == {2}


def test_legs_of_somebody_else_do_not_move_the_foot() -> None:
    tracker = Tracker(("person", "car"))
    for step in range(8):
        seen(tracker, step / 5, (40 + step, 20, 52 + step, 56))
    [merged] = seen(tracker, 8 / 5, (48, 20, 60, 68))
    assert merged.box[3] == pytest.approx(56 / 90, abs=0.01)
    for step in range(9, 12):
        [grown] = seen(tracker, step / 5, (48, 20, 60, 68))
    assert grown.box[3] == pytest.approx(68 / 90, abs=0.01), "what stays so is so"


def test_weak_looks_where_something_moves_add_up_to_a_track_and_elsewhere_never() -> None:
    def looks(motion: Motion) -> int:
        tracker = Tracker(("person", "car"))
        count = 0
        for step in range(12):
            weak = Glance(boxes=detections((20, 20, 34, 60), score=0.28 if step % 2 else 0.15))
            count += bool(tracker.update(frame(step / 5), weak, motion))
        return count

    assert looks(moving((0.1, 0.2, 0.25, 0.7))) >= 6
    assert looks(moving((0.7, 0.2, 0.9, 0.7))) == 0, "a poster that looks like a person does not move"
    assert looks(Motion()) == 0


def test_what_weak_looks_add_up_to_claims_no_score_and_no_look_that_there_was_not() -> None:
    tracker, there = Tracker(("person", "car")), moving((0.1, 0.2, 0.25, 0.7))
    for step in range(8):
        tracks = tracker.update(frame(step / 5), Glance(boxes=detections((20, 20, 34, 60), score=0.28)), there)
    [one] = tracks
    assert one.seen_s == pytest.approx(1.4)
    assert one.best_score == pytest.approx(0.28), "the model never said more"
    for step in range(8, 12):
        tracks = tracker.update(frame(step / 5), Glance(boxes=detections()), there)
    [one] = tracks
    assert one.seen_s == pytest.approx(1.4), "four looks did not find it since"


def test_between_looks_nobody_is_seen_though_the_library_is_told_that_he_is_there() -> None:
    tracker, there = Tracker(("person", "car")), moving((0.1, 0.2, 0.25, 0.7))
    for step in range(8):
        tracker.update(frame(step / 5), Glance(boxes=detections((20, 20, 34, 60), score=0.28)), there)
    for step in range(8, 25):
        tracks = tracker.update(frame(step / 5), None, there)
    assert [one.seen_s for one in tracks] == [pytest.approx(1.4)]


def test_nobody_is_lost_while_nobody_looks_and_nothing_moves() -> None:
    tracker = Tracker(("person", "car"))
    for step in range(5):
        seen(tracker, step / 5, (20, 20, 34, 60))
    for step in range(5, 60):
        tracker.update(frame(step / 5), None, Motion())
    assert [(one.id, one.seen_s) for one in seen(tracker, 12.0, (20, 20, 34, 60))] == [(1, 12.0)]


def test_boxes_of_other_heights_are_less_alike_than_their_overlap() -> None:
    small, same, large = (np.array([box], np.float64) for box in ((0, 0, 20, 40), (2, 0, 22, 40), (0, 0, 20, 80)))
    alike = SizedIoU(buffer_ratio=0.3)
    assert alike.compute(small, same)[0, 0] > 0.8
    assert alike.compute(small, large)[0, 0] < LEAST_ALIKE < BIoU(buffer_ratio=0.3).compute(small, large)[0, 0]


@pytest.mark.parametrize(
    ("before", "after", "ids"),
    [
        pytest.param((20, 10, 40, 58), (20, 27, 40, 58), {2}, id="nobody shrinks by a third from one look to the next"),
        pytest.param((20, 10, 40, 58), (20, 16, 40, 58), {1}, id="boxes tremble"),
        pytest.param((20, 20, 40, 60), (0, 12, 22, 60), {2}, id="what the border begins to cut does not grow"),
        pytest.param((20, 20, 40, 60), (0, 22, 22, 60), {1}, id="who leaves is cut off and stays himself"),
    ],
)
def test_whose_box_it_is_by_its_height(before: NormBox, after: NormBox, ids: set[int]) -> None:
    tracker = Tracker(("person", "car"))
    for step in range(5):
        seen(tracker, step / 5, before)
    assert {one.id for one in seen(tracker, 1.0, after) if one.seen_s == 1.0} == ids


def test_somebody_who_is_hidden_never_jumps_back_however_the_motion_flickers() -> None:
    tracker = Tracker(("person", "car"))
    everywhere = np.ones((9, 16), np.uint8)
    stirred, still = Motion(front=everywhere, changed=everywhere), Motion()
    for step in range(6):
        tracker.update(frame(step / 5), Glance(boxes=detections((20 + 4 * step, 20, 34 + 4 * step, 60))), stirred)
    places = [
        tracker.update(frame(1.0 + step / 10), None, still if step in (2, 3, 5) else stirred)[0].box[0]
        for step in range(1, 8)
    ]
    assert places == sorted(places)
    assert places[-1] > places[0]
