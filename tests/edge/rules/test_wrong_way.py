"""Against the arrow: it takes real movement."""

from collections.abc import Callable
from typing import Any

import pytest

from edge.values import Hit
from tests.support.walk import asked, camera, plan, rule_of, times, track

LANE: dict[str, Any] = {"kind": "wrong_way", "zone": "whole", "line": "middle"}
"""The arrow points down the picture."""
MOTORBIKE = (0.1, 0.2)
"""1.1 m are a fifth of the picture's height; 4 m along its columns are 0.36 of it, along its rows 0.41."""


def hits_of(
    where: Callable[[float], tuple[float, float]], seconds: float = 6.0, **more: Any
) -> list[tuple[float, Hit]]:
    rule = rule_of(camera(**(LANE | more)))
    story = ((at, [track(where(at), at, class_name="motorcycle", size=MOTORBIKE)]) for at in times(0, seconds, 5))
    return asked(rule, story)


@pytest.mark.parametrize(
    ("where", "fires", "reason"),
    [
        (lambda at: (0.5, 0.9 - 0.1 * at), True, "up, against the arrow"),
        (lambda at: (0.5, 0.3 + 0.1 * at), False, "down, along it"),
        (lambda at: (0.1 + 0.13 * at, 0.6), False, "across"),
        (lambda at: (0.2 + 0.1 * at, 0.9 - 0.03 * at), False, "more aside than back"),
        (lambda at: (0.5, 0.6 - 0.02 * (round(at * 5) % 2)), False, "trembles where it stands"),
        (lambda at: (0.5, 0.3 + 0.15 * at if at < 3 else 0.75 - 0.2 * (at - 3)), True, "turns round and comes back"),
        (lambda at: (0.5, 0.6 - 0.02 * at), False, "backs out, slowly and not far"),
        (lambda at: (0.5, 0.9 if round(at * 5) != 12 else 0.2), False, "one box that jumped"),
    ],
)
def test_it_holds_for_who_goes_against_the_arrow(
    where: Callable[[float], tuple[float, float]], fires: bool, reason: str
) -> None:
    assert bool(hits_of(where)) is fires, reason


def test_the_event_is_about_the_one_who_does_it_and_began_where_he_turned() -> None:
    hits = hits_of(lambda at: (0.5, 0.3 + 0.15 * at if at < 3 else 0.75 - 0.2 * (at - 3)))
    assert hits[0][1].subject == 1
    assert hits[0][1].since_s == pytest.approx(3.0, abs=0.21)


def test_on_a_calibrated_road_it_is_four_metres() -> None:
    def fires(height_m: float) -> bool:
        return bool(hits_of(lambda at: (0.5, 0.8 - 0.05 * at), calibration=plan(10.0, height_m)))

    assert fires(20.0)  # 0.29 of the picture are 5.8 m
    assert not fires(10.0)


def test_a_prediction_goes_no_way() -> None:
    rule = rule_of(camera(**LANE))
    story = (
        (at, [track((0.5, 0.9 - 0.1 * at), at, class_name="car", size=(0.2, 0.2), seen_s=0.0)]) for at in times(0, 6, 5)
    )
    assert not asked(rule, story)
