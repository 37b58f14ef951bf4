"""A group that races: several, fast for this camera, within seconds."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from edge.rules.table import Rules
from edge.values import Track
from tests.support.walk import camera, frame, plan, times, track

ROAD: dict[str, Any] = {"kind": "racing", "zone": "whole", "at_least": 4}
NIGHT = ZoneInfo("Asia/Ho_Chi_Minh")
USUAL = 0.25
"""Widths of the picture a second."""


def rider(number: int, start_s: float, speed: float, at_s: float) -> list[Track]:
    """One who crosses the picture from left to right, if he is in it."""
    x = (at_s - start_s) * speed
    if not 0 <= x <= 1:
        return []
    return [track((x, 0.6), at_s, number=number, class_name="motorcycle", size=(0.06, 0.12), first_s=start_s)]


def fired(rules: Rules, riders: Iterable[tuple[float, float]], seconds: float, begin_s: float = 0.0) -> list[float]:
    """When the rule held; each rider: when he comes and how fast he is."""
    numbered = list(enumerate(riders, start=int(begin_s) * 100))
    return [
        at
        for at in times(begin_s, begin_s + seconds, 5)
        if rules.update(frame(at), [one for n, (start, speed) in numbered for one in rider(n, start, speed, at)])
    ]


def taught(**more: Any) -> Rules:
    """A rule that has seen forty ordinary riders in two minutes."""
    rules = Rules(camera(**(ROAD | more)), NIGHT)
    assert not fired(rules, [(3.0 * n, USUAL * (0.8 + 0.01 * n)) for n in range(40)], 125)
    return rules


@pytest.mark.parametrize(
    ("riders", "expected", "reason"),
    [
        ([(200 + n, 3 * USUAL) for n in range(4)], True, "four within four seconds, thrice as fast"),
        ([(200 + n, 3 * USUAL) for n in range(3)], False, "three"),
        ([(200 + n, USUAL) for n in range(8)], False, "eight at the usual speed"),
        ([(200 + 8 * n, 3 * USUAL) for n in range(6)], False, "six, but one by one"),
        ([(200 + n, 1.2 * USUAL) for n in range(6)], False, "a little faster than usual"),
    ],
)
def test_so_many_fast_ones_within_the_window(riders: list[tuple[float, float]], expected: bool, reason: str) -> None:
    assert bool(fired(taught(), riders, 60, 200)) is expected, reason


def test_before_it_has_learnt_what_is_usual_nobody_is_fast() -> None:
    assert not fired(Rules(camera(**ROAD), NIGHT), [(n, 3 * USUAL) for n in range(6)], 20)


def test_it_learns_by_day_and_speaks_only_in_its_hours() -> None:
    # The frames begin at 19:00; its hours an hour later.
    rules = taught(hours="20:00-04:00")
    assert not fired(rules, [(200 + n, 3 * USUAL) for n in range(4)], 20, 200)
    assert fired(rules, [(4000 + n, 3 * USUAL) for n in range(4)], 20, 4000)


def test_a_limit_in_kmh_needs_no_learning_where_the_camera_is_calibrated() -> None:
    rules = Rules(camera(**ROAD, limit_kmh=60.0, calibration=plan(40.0, 20.0)), NIGHT)
    assert not fired(rules, [(n, 0.35) for n in range(4)], 20)  # 14 m/s
    assert fired(rules, [(100 + n, 0.5) for n in range(4)], 20, 100)  # 20 m/s


def test_one_whose_id_changes_on_the_way_is_not_two() -> None:
    rules = taught()

    def seen(at: float) -> list[Track]:
        tracks = [one for n in range(2) for one in rider(9000 + n, 200 + 3.0 * n, 2.5 * USUAL, at)]
        changed = []
        for one in tracks:
            start = 200 + 3.0 * (one.id - 9000)
            is_late = one.foot[0] > 0.5
            first_s = start + 0.8 if is_late else start
            changed.append(
                track(
                    one.foot,
                    at,
                    number=one.id + 100 * is_late,
                    class_name="motorcycle",
                    size=(0.06, 0.12),
                    first_s=first_s,
                )
            )
        return changed

    assert not [at for at in times(200, 220, 5) if rules.update(frame(at), seen(at))]
