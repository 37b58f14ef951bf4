"""A crowd: so many together, for so long."""

from collections.abc import Sequence
from typing import Any

import pytest

from edge.values import Track
from tests.support.walk import asked, camera, plan, rule_of, times, track

NIGHT: dict[str, Any] = {"kind": "crowd", "at_least": 6, "dwell_s": 10.0, "zone": "whole"}


def people(xs: Sequence[float], at_s: float, y: float = 0.6, first: int = 1) -> list[Track]:
    """One at each x; 0.06 wide and 0.2 tall, so a metre is 0.068 of the picture's width."""
    return [track((x, y), at_s, number=first + index) for index, x in enumerate(xs)]


@pytest.mark.parametrize(
    ("xs", "fires", "reason"),
    [
        ([0.1 + 0.05 * n for n in range(6)], True, "six in a row, less than a metre from one to the next"),
        ([0.1 + 0.05 * n for n in range(5)], False, "five"),
        ([0.02 + 0.18 * n for n in range(6)], False, "six in the picture, but each by himself"),
        ([0.1, 0.14, 0.18, 0.6, 0.64, 0.68], False, "two groups of three"),
        ([0.1 + 0.1 * n for n in range(8)], True, "a chain: each within 2 m of the next"),
    ],
)
def test_it_takes_so_many_within_the_radius(xs: list[float], fires: bool, reason: str) -> None:
    hits = asked(rule_of(camera(**NIGHT)), ((at, people(xs, at)) for at in times(0, 12)))
    assert bool(hits) is fires, reason


def test_metres_count_where_the_camera_is_calibrated() -> None:
    def fires(width_m: float) -> bool:
        rule = rule_of(camera(**NIGHT, calibration=plan(width_m, 10.0)))
        return bool(asked(rule, ((at, people([0.1 + 0.1 * n for n in range(6)], at)) for at in times(0, 12))))

    assert fires(15.0)  # 1.5 m apart
    assert not fires(30.0)


def test_who_is_far_behind_is_not_near_though_his_feet_are_close_in_the_picture() -> None:
    def seen(at: float) -> list[Track]:
        near = people([0.3, 0.35, 0.4], at, y=0.9)
        return near + [track((0.3 + 0.05 * n, 0.5), at, number=10 + n, size=(0.015, 0.05)) for n in range(3)]

    assert not asked(rule_of(camera(**NIGHT)), ((at, seen(at)) for at in times(0, 12)))


def test_people_may_come_and_go_while_the_crowd_stays() -> None:
    """Every two seconds one leaves and another comes."""

    def seen(at: float) -> list[Track]:
        return people([0.1 + 0.05 * n for n in range(6)], at, first=1 + int(at / 2))

    (first_s, hit), *_ = asked(rule_of(camera(**NIGHT)), ((at, seen(at)) for at in times(0, 12)))
    assert first_s == pytest.approx(10.0)
    assert hit.subject is None
    assert len(hit.tracks) == 6


def test_a_crowd_that_passes_elsewhere_does_not_lend_its_time() -> None:
    def seen(at: float) -> list[Track]:
        return people([(0.05 if at < 6 else 0.6) + 0.04 * n for n in range(6)], at, first=1 if at < 6 else 20)

    assert not asked(rule_of(camera(**NIGHT)), ((at, seen(at)) for at in times(0, 12)))


def test_a_detector_that_misses_one_now_and_then_does_not_dissolve_it() -> None:
    def seen(at: float) -> list[Track]:
        return people([0.1 + 0.05 * n for n in range(6 if int(at) % 3 else 5)], at)

    assert asked(rule_of(camera(**NIGHT)), ((at, seen(at)) for at in times(0, 14)))
