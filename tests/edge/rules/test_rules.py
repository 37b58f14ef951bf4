"""Intrusion, loitering, static things, lines, hours and days: the rules that came first, driven by frames."""

from datetime import date
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from contract.kinds import KINDS, RuleKind
from edge.rules.table import RULES, Rules
from edge.values import Track
from tests.support.walk import asked, camera, frame, plan, rule_of, times, track

INSIDE, OUTSIDE = (0.25, 0.6), (0.75, 0.6)
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def test_intrusion_holds_once_somebody_has_stayed_for_the_dwell_time() -> None:
    rule = rule_of(camera(dwell_s=3.0))
    hits = asked(rule, ((at, [track(INSIDE, at)]) for at in times(0, 6)))
    first_s, first = hits[0]
    assert first_s == pytest.approx(3.0)
    assert first.since_s == pytest.approx(0.0)
    assert first.subject is None
    assert hits[-1][1].dwell_s == {1: pytest.approx(5.9)}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"class_name": "car"}, "not a class of the rule"),
        ({"score": 0.2}, "never seen well enough"),
        ({"foot": OUTSIDE}, "outside"),
    ],
)
def test_intrusion_ignores(changes: dict[str, object], reason: str) -> None:
    rule = rule_of(camera(dwell_s=0.5))
    wanted = {"foot": INSIDE} | changes
    assert not asked(rule, ((at, [track(at_s=at, **wanted)]) for at in times(0, 3))), reason  # type: ignore[arg-type]


def test_a_dwell_survives_a_gap_within_the_grace_and_not_a_longer_one() -> None:
    def story(gap_s: float) -> list[tuple[float, list[Track]]]:
        return [(at, [] if 2.0 <= at < 2.0 + gap_s else [track(INSIDE, at)]) for at in times(0, 7)]

    short = asked(rule_of(camera(dwell_s=4.0, grace_s=1.0)), story(0.9))
    long = asked(rule_of(camera(dwell_s=4.0, grace_s=1.0)), story(1.5))
    assert short[0][0] == pytest.approx(4.0)
    assert long == []


def test_dwell_is_counted_in_seconds_whatever_the_frame_rate() -> None:
    for fps in (2.0, 10.0, 30.0):
        rule = rule_of(camera(kind="loitering", dwell_s=10.0))
        hits = asked(rule, ((at, [track(INSIDE, at)]) for at in times(0, 15, fps)))
        assert hits[0][0] == pytest.approx(10.0, abs=1 / fps), fps


def test_two_people_who_loiter_are_two_subjects() -> None:
    rule = rule_of(camera(kind="loitering", dwell_s=2.0))
    pair = ((at, [track((0.2, 0.6), at), track((0.4, 0.9), at, number=2)]) for at in times(0, 3))
    assert {hit.subject for _, hit in asked(rule, pair)} == {1, 2}


def test_loitering_goes_on_though_the_tracker_still_carries_the_old_id_on() -> None:
    rule = rule_of(camera(kind="loitering", dwell_s=5.0))

    def there(at_s: float) -> list[Track]:
        old = [track((0.2, 0.5), at_s, number=1, seen_s=min(at_s, 3.0))] if at_s < 4.5 else []
        new = [track((0.22, 0.5), at_s, number=2, first_s=3.5)] if at_s >= 3.5 else []
        return old + new

    hits = asked(rule, [(at_s, there(at_s)) for at_s in times(0, 7)])
    assert hits[0][0] == pytest.approx(5.0, abs=0.11)
    assert {hit.subject for _, hit in hits} == {1}


def test_loitering_goes_on_when_the_tracker_changes_the_id() -> None:
    rule = rule_of(camera(kind="loitering", dwell_s=5.0, grace_s=2.0))
    story = [(at, [track(INSIDE, at, number=1)]) for at in times(0, 3)]
    story += [(at, [track((0.26, 0.61), at, number=9, first_s=3.5)]) for at in times(3.5, 7)]
    hits = asked(rule, story)
    assert hits[0][0] == pytest.approx(5.0)
    assert hits[0][1].subject == 1


def test_somebody_else_does_not_inherit_the_time_of_one_who_is_still_there() -> None:
    rule = rule_of(camera(kind="loitering", dwell_s=5.0))
    story = [(at, [track(INSIDE, at, number=1)]) for at in times(0, 3)]
    story += [(at, [track(INSIDE, at), track((0.26, 0.61), at, number=2, first_s=3.0)]) for at in times(3, 7)]
    assert {hit.tracks[0].id for _, hit in asked(rule, story)} == {1}


def test_a_car_that_parks_in_the_zone_is_a_static_object_and_one_that_drives_through_is_not() -> None:
    settings = camera(kind="static_object", classes=("car",), dwell_s=5.0)
    size = (0.2, 0.1)

    def parked(at: float) -> Track:
        x = 0.9 - 0.2 * at if at < 3 else 0.3
        return track((x, 0.6), at, class_name="car", size=size)

    def driving(at: float) -> Track:
        return track((0.5 - 0.05 * at, 0.6), at, class_name="car", size=size)

    hits = asked(rule_of(settings), ((at, [parked(at)]) for at in times(0, 12)))
    assert hits[0][0] == pytest.approx(8.0, abs=0.5)
    assert not asked(rule_of(settings), ((at, [driving(at)]) for at in times(0, 9)))


def test_a_parked_car_whose_box_trembles_and_is_hidden_for_a_moment_stays_parked() -> None:
    rule = rule_of(camera(kind="static_object", classes=("car",), dwell_s=6.0, grace_s=2.0))

    def seen(at: float) -> list[Track]:
        if 3.0 <= at < 4.5:
            return []
        sway = 0.02 * (-1) ** round(at * 10)
        return [track((0.3 + sway, 0.6), at, class_name="car", size=(0.2, 0.1))]

    assert asked(rule, ((at, seen(at)) for at in times(0, 8)))[0][0] == pytest.approx(6.0)


def walk(begin: float, end: float, y: float = 0.5, seconds: float = 4.0) -> list[tuple[float, list[Track]]]:
    """Somebody walks straight from column ``begin`` to ``end``."""
    return [(at, [track((begin + (end - begin) * at / seconds, y), at)]) for at in times(0, seconds)]


@pytest.mark.parametrize(
    ("begin", "end", "y", "direction", "expected", "reason"),
    [
        (0.8, 0.2, 0.5, "both", 1, "to the left"),
        (0.8, 0.2, 0.5, "forward", 1, "to the line's right-hand side"),
        (0.8, 0.2, 0.5, "backward", 0, "against the asked direction"),
        (0.2, 0.8, 0.5, "backward", 1, "to the line's left-hand side"),
        (0.2, 0.8, 0.95, "both", 0, "past the line's end"),
        (0.2, 0.49, 0.5, "both", 0, "stops before it"),
    ],
)
def test_line_crossing(begin: float, end: float, y: float, direction: str, expected: int, reason: str) -> None:
    rule = rule_of(camera(kind="line_crossing", direction=direction))
    assert len(asked(rule, walk(begin, end, y))) == expected, reason


def test_standing_on_the_line_and_trembling_is_no_crossing() -> None:
    rule = rule_of(camera(kind="line_crossing"))
    story = [(at, [track((0.5 + 0.008 * (-1) ** round(at * 10), 0.5), at)]) for at in times(0, 5)]
    assert asked(rule, story) == []


def test_one_who_dawdles_on_the_line_crosses_once() -> None:
    rule = rule_of(camera(kind="line_crossing"))
    feet = [0.4, 0.49, 0.505, 0.495, 0.51, 0.498, 0.505, 0.56, 0.6]
    hits = asked(rule, [(index / 5, [track((x, 0.5), index / 5)]) for index, x in enumerate(feet)])
    assert len(hits) == 1


def test_turning_back_on_the_line_is_no_crossing() -> None:
    rule = rule_of(camera(kind="line_crossing"))
    feet = [0.4, 0.49, 0.508, 0.49, 0.4, 0.3]
    assert not asked(rule, [(index / 5, [track((x, 0.5), index / 5)]) for index, x in enumerate(feet)])


def test_a_track_that_is_born_beyond_the_line_has_not_crossed_it() -> None:
    assert not asked(rule_of(camera(kind="line_crossing")), walk(0.55, 0.9))


def test_a_prediction_does_not_cross() -> None:
    rule = rule_of(camera(kind="line_crossing"))
    story = [(at, [track((0.8 - 0.15 * at, 0.5), at, seen_s=min(at, 1.0))]) for at in times(0, 4)]
    assert asked(rule, story) == []


@pytest.mark.parametrize(
    ("hours", "expected", "reason"),
    [
        (None, True, "always"),
        ("18:00-20:00", True, "it is 19:00 in Việt Nam"),
        ("20:00-06:00", False, "its night has not begun"),
        ("12:00-13:00", False, "12:00 is UTC, not the site's hour"),
        ("22:00-19:30", True, "past midnight and into the evening"),
    ],
)
def test_a_rule_asks_only_in_its_hours(hours: str | None, expected: bool, reason: str) -> None:
    rules = Rules(camera(dwell_s=0.0, hours=hours), LOCAL)
    assert bool(rules.update(frame(0.0), [track(INSIDE, 0.0)])) is expected, reason


@pytest.mark.parametrize(
    ("effective", "expected", "reason"),
    [
        ({"from": date(2026, 3, 2)}, True, "its first day"),
        ({"from": date(2026, 3, 3)}, False, "not yet"),
        ({"to": date(2026, 3, 3)}, True, "its last day"),
        ({"to": date(2026, 3, 2)}, False, "no longer"),
        ({"from": date(2026, 1, 1), "to": date(2026, 6, 1)}, True, "between"),
    ],
)
def test_a_rule_asks_only_on_its_days(effective: dict[str, date], expected: bool, reason: str) -> None:
    rules = Rules(camera(dwell_s=0.0, effective=effective), LOCAL)
    assert bool(rules.update(frame(0.0), [track(INSIDE, 0.0)])) is expected, reason


def test_days_are_the_sites_days() -> None:
    rules = Rules(camera(dwell_s=0.0, effective={"from": date(2026, 3, 3)}), LOCAL)
    # The frames begin at 19:00 in Việt Nam; five hours later it is the 3rd there and still the 2nd in UTC.
    fired = [hour for hour in range(8) if rules.update(frame(hour * 3600.0), [track(INSIDE, hour * 3600.0)])]
    assert fired == [5, 6, 7]


def test_what_a_rule_knew_is_forgotten_when_its_hours_end() -> None:
    # It sleeps for the minute from 19:00 on, which its grace would bridge.
    rules = Rules(camera(dwell_s=100.0, grace_s=120.0, hours="19:01-19:00"), LOCAL)
    fired = [at for at in times(-30, 200, 1) if rules.update(frame(at), [track(INSIDE, at)])]
    assert fired[0] == pytest.approx(160.0)


def test_a_rule_that_is_off_never_runs() -> None:
    rules = Rules(camera(dwell_s=0.0, mode="off"), LOCAL)
    assert rules.update(frame(0.0), [track(INSIDE, 0.0)]) == []


def test_every_kind_that_settings_allow_has_its_rule() -> None:
    assert set(RULES) == set(get_args(RuleKind)) == set(KINDS)
    for kind in KINDS:
        assert rule_of(camera(kind=kind, calibration=plan(10, 10))).update(frame(0.0), []) == []


@pytest.mark.parametrize("kind", ["intrusion", "loitering", "static_object"])
@pytest.mark.parametrize("begin_s", [0.1, 1.1, 4.2, 1e5 + 0.1])
def test_a_dwell_of_exactly_the_asked_seconds_is_enough(kind: str, begin_s: float) -> None:
    """4.1 - 1.1 is 2.9999999999999996 in floating point."""
    rule = rule_of(camera(kind=kind, dwell_s=3.0))
    story = [(begin_s + index / 10, [track((0.2, 0.6), begin_s + index / 10)]) for index in range(31)]
    assert [at for at, _ in asked(rule, story)] == [begin_s + 3.0]
