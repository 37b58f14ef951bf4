"""What stands about in the street: encroachment, rows of motorbikes, street vending, somebody on the ground."""

from typing import Any

import pytest

from contract.kinds import OBJECT
from edge.values import Track
from tests.edge.rules.scenes import BIKE
from tests.support.walk import asked, camera, rule_of, times, track


def fires(settings: dict[str, Any], seen: Any, seconds: float = 12.0) -> float | None:
    """When it first holds, if it does."""
    hits = asked(rule_of(camera(**settings)), ((at, seen(at)) for at in times(0, seconds)))
    return hits[0][0] if hits else None


@pytest.mark.parametrize(
    ("kind", "class_name", "expected", "reason"),
    [
        ("pavement_encroachment", OBJECT, True, "a thing that the model has no name for"),
        ("pavement_encroachment", "chair", True, "a shop's chair"),
        ("pavement_encroachment", "car", True, "a car on the pavement"),
        ("pavement_encroachment", "motorcycle", False, "one motorbike is parked, a row is another rule"),
        ("pavement_encroachment", "person", False, "somebody who stands there"),
        ("road_encroachment", "person", True, "people who stand in the road"),
        ("road_encroachment", OBJECT, True, "goods at the road's edge"),
        ("illegal_parking", "truck", True, "a truck"),
        ("illegal_parking", OBJECT, False, "no vehicle"),
    ],
)
def test_each_static_kind_asks_about_its_own_things(kind: str, class_name: str, expected: bool, reason: str) -> None:
    def seen(at: float) -> list[Track]:
        return [track((0.25, 0.6), at, class_name=class_name, size=(0.1, 0.1))]

    assert (fires({"kind": kind, "dwell_s": 10.0}, seen) is not None) is expected, reason


def test_a_van_that_is_a_truck_after_its_id_changed_is_still_parked() -> None:
    def seen(at: float) -> list[Track]:
        is_new = at >= 5
        name = "truck" if is_new else "car"
        return [track((0.25, 0.6), at, number=1 + is_new, class_name=name, size=(0.2, 0.1), first_s=5.0 * is_new)]

    assert fires({"kind": "illegal_parking", "dwell_s": 10.0}, seen) == pytest.approx(10.0)


def test_a_person_does_not_inherit_the_time_of_a_thing() -> None:
    def seen(at: float) -> list[Track]:
        is_new = at >= 5
        name = "person" if is_new else OBJECT
        return [track((0.25, 0.6), at, number=1 + is_new, class_name=name, first_s=5.0 * is_new)]

    assert fires({"kind": "road_encroachment", "dwell_s": 10.0}, seen) is None


def test_who_stands_shifts_from_foot_to_foot_and_who_walks_slowly_does_not_stand() -> None:
    def shifts(at: float) -> list[Track]:
        return [track((0.25 + 0.02 * (int(at) % 2), 0.6), at)]

    def strolls(at: float) -> list[Track]:
        return [track((0.05 + 0.03 * at, 0.6), at)]

    settings = {"kind": "road_encroachment", "dwell_s": 8.0}
    assert fires(settings, shifts) == pytest.approx(8.0)
    assert fires(settings, strolls) is None


ROW = {"kind": "parked_motorbikes", "dwell_s": 10.0}


def row(count: int, at_s: float) -> list[Track]:
    """So many motorbikes side by side."""
    return [
        track((0.05 + n * 0.06, 0.6), at_s, number=n + 1, class_name="motorcycle", size=(0.05, 0.2))
        for n in range(count)
    ]


@pytest.mark.parametrize(("count", "expected"), [(4, None), (5, 10.0), (7, 10.0)])
def test_a_row_takes_five_motorbikes(count: int, expected: float | None) -> None:
    assert fires(ROW, lambda at: row(count, at)) == (None if expected is None else pytest.approx(expected))


def test_a_row_counts_from_the_fifth_on() -> None:
    assert fires(ROW, lambda at: row(min(7, 1 + int(at)), at), 20.0) == pytest.approx(14.0)


def test_motorbikes_in_a_jam_that_creeps_are_no_row() -> None:
    def seen(at: float) -> list[Track]:
        return [
            track((0.02 + n * 0.06 + 0.02 * at, 0.6), at, number=n + 1, class_name="motorcycle", size=(0.05, 0.2))
            for n in range(5)
        ]

    assert fires(ROW, seen) is None


STALL = {"kind": "vending", "dwell_s": 10.0}


def bicycle(at_s: float) -> Track:
    """A bicycle that stands."""
    return track((0.25, 0.6), at_s, class_name="bicycle", size=BIKE)


def test_a_stall_is_a_thing_that_stands_and_somebody_who_stays_by_it() -> None:
    assert fires(STALL, lambda at: [bicycle(at), track((0.3, 0.6), at, number=2)], 20) == pytest.approx(12.0)


def test_a_bicycle_by_itself_is_no_stall() -> None:
    assert fires(STALL, lambda at: [bicycle(at)], 20) is None


def test_somebody_far_from_the_bicycle_is_no_vendor() -> None:
    assert fires(STALL, lambda at: [bicycle(at), track((0.45, 0.9), at, number=2)], 20) is None


def test_a_pavement_full_of_passers_by_makes_no_stall() -> None:
    """Somebody is always near, but nobody stays."""

    def seen(at: float) -> list[Track]:
        walkers = [track(((0.1 * at + 0.1 * n) % 1.0, 0.62), at, number=10 + n + 10 * int(at / 10)) for n in range(10)]
        return [bicycle(at), *walkers]

    assert fires(STALL, seen, 30) is None


def test_a_vendor_may_step_aside_and_have_a_new_id() -> None:
    def seen(at: float) -> list[Track]:
        vendor = track((0.3, 0.6), at, number=2 if at < 6 else 3, first_s=0.0 if at < 6 else 7.0)
        return [bicycle(at)] if 6 <= at < 7 else [bicycle(at), vendor]

    at_s = fires(STALL | {"grace_s": 4.0}, seen, 20)
    assert at_s == pytest.approx(12.0, abs=0.3)


def test_a_rider_who_waits_on_his_motorbike_passes_on() -> None:
    def seen(at: float) -> list[Track]:
        x = 0.25 if at < 8 else 0.25 + 0.1 * (at - 8)
        return [track((x, 0.6), at, class_name="motorcycle", size=BIKE), track((x, 0.55), at, number=2)]

    assert fires(STALL, seen, 15) is None


LYING = {"kind": "person_lying", "dwell_s": 10.0}


@pytest.mark.parametrize(
    ("size", "expected", "reason"),
    [
        # The picture is 160 × 90: 0.1 of its width are 16 pixels, of its height 9.
        ((0.2, 0.12), True, "32 × 11 pixels"),
        ((0.06, 0.2), False, "upright"),
        ((0.1, 0.17), False, "sits: 16 × 15"),
    ],
)
def test_who_lies_is_wider_than_tall_in_pixels(size: tuple[float, float], expected: bool, reason: str) -> None:
    assert (fires(LYING, lambda at: [track((0.25, 0.6), at, size=size)]) is not None) is expected, reason


def test_who_falls_and_gets_up_again_does_not_lie_there() -> None:
    def seen(at: float) -> list[Track]:
        return [track((0.25, 0.6), at, size=(0.2, 0.12) if at < 6 else (0.06, 0.25))]

    assert fires(LYING, seen, 20) is None


def test_who_crawls_does_not_lie_still() -> None:
    assert fires(LYING, lambda at: [track((0.1 + 0.05 * at % 0.4, 0.6), at, size=(0.08, 0.08))], 20) is None
