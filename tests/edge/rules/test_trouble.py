"""Candidates on trial: a fight, a motorbike that is not his."""

import random
from typing import Any

import pytest

from edge.values import Track
from tests.edge.rules.scenes import BIKE, scuffle
from tests.support.walk import asked, camera, rule_of, times, track


def fires(settings: dict[str, Any], seen: Any, seconds: float = 15.0, fps: float = 5.0) -> bool:
    """Does it ever hold?"""
    return bool(asked(rule_of(camera(**settings)), ((at, seen(at)) for at in times(0, seconds, fps))))


FIGHT = {"kind": "fight", "zone": "whole"}


def pair(at_s: float, one_x: float, other_x: float, tremble: float = 0.0) -> list[Track]:
    """Two people; the edges of their boxes tremble by so many own heights (one standard deviation)."""
    chance = random.Random(round(at_s * 100))

    def wobble() -> float:
        return chance.gauss(0, tremble * 0.2)

    return [
        track((x + wobble(), 0.6 + wobble()), at_s, number=n, size=(0.06 + wobble(), 0.2 + wobble()))
        for n, x in enumerate((one_x, other_x), start=1)
    ]


def test_two_who_go_for_each_other_are_a_candidate() -> None:
    assert fires(FIGHT, scuffle)


@pytest.mark.parametrize("fps", [2.5, 5.0, 10.0, 30.0])
def test_two_who_stand_and_talk_are_none_though_their_boxes_tremble(fps: float) -> None:
    assert not fires(FIGHT, lambda at: pair(at, 0.3, 0.36, 0.02), fps=fps)


def test_two_who_walk_or_run_together_are_none() -> None:
    assert not fires(FIGHT, lambda at: pair(at, 0.05 + 0.06 * at, 0.11 + 0.06 * at, 0.02))
    assert not fires(FIGHT, lambda at: pair(at, 0.05 + 0.2 * at, 0.11 + 0.2 * at, 0.02), seconds=4.5)


def test_one_who_waves_his_arms_alone_is_none() -> None:
    assert not fires(FIGHT, lambda at: scuffle(at)[:1])


def test_two_who_move_wildly_far_from_each_other_are_none() -> None:
    def seen(at: float) -> list[Track]:
        one, other = scuffle(at)
        x1, y1, x2, y2 = other.box
        return [one, track(((x1 + x2) / 2 + 0.5, y2), at, number=2, size=(x2 - x1, y2 - y1))]

    assert not fires(FIGHT, seen)


THEFT = {"kind": "bike_theft", "zone": "whole", "dwell_s": 10.0}
CROUCHED, UPRIGHT = (0.06, 0.12), (0.05, 0.24)


def bike(at_s: float, x: float = 0.3) -> Track:
    """A motorbike."""
    return track((x, 0.6), at_s, class_name="motorcycle", size=BIKE)


@pytest.mark.parametrize(
    ("seen", "expected", "reason"),
    [
        (lambda at: [bike(at), track((0.35, 0.6), at, number=2, size=CROUCHED)], True, "crouches at it"),
        (lambda at: [bike(at), track((0.35, 0.6), at, number=2, size=UPRIGHT)], False, "stands beside it"),
        (lambda at: [bike(at), track((0.6, 0.6), at, number=2, size=CROUCHED)], False, "crouches elsewhere"),
        (lambda at: [bike(at)], False, "nobody there"),
        (
            lambda at: [bike(at, 0.1 + 0.05 * at), track((0.16 + 0.05 * at, 0.6), at, number=2, size=UPRIGHT)],
            True,
            "pushes it along",
        ),
        (
            lambda at: [bike(at, 0.1 + 0.05 * at), track((0.1 + 0.05 * at, 0.5), at, number=2, size=UPRIGHT)],
            False,
            "rides it slowly",
        ),
    ],
)
def test_it_holds_for_who_crouches_at_a_motorbike_or_pushes_it(seen: Any, expected: bool, reason: str) -> None:
    assert fires(THEFT, seen) is expected, reason
