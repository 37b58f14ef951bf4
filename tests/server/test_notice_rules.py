"""Who is told what and when: a table of rules, and what holds for any hours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.notices import retry, rules
from server.notices.hours import DAY_MIN, Hours, hours
from server.notices.values import Channel, Kind, Matter, Occasion, Rule

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT = datetime(2026, 3, 1, 19, 14, tzinfo=UTC)
"""02:14 local time on 2 March."""
RULE = Rule(
    id=1,
    occasion=Occasion.OPENED,
    severity="medium",
    units=frozenset(),
    rule_kinds=frozenset(),
    hours=None,
    after=timedelta(),
    every=timedelta(minutes=10),
    with_trial=False,
    role=None,
    channel_ids=frozenset({7}),
    since=NIGHT - timedelta(days=1),
)
MATTER = Matter(
    about="incident-1",
    occasion=Occasion.OPENED,
    severity="high",
    unit="Khóm 4",
    rule_kind="intrusion",
    is_trial=False,
    began_at=NIGHT,
    at=NIGHT + timedelta(seconds=5),
    group="camera-1",
    incident_id=1,
)
CHANNEL = Channel(id=7, kind=Kind.APPRISE, role=None, quiet=None, urgent_breaks_quiet=True)
NIGHT_HOURS = Hours(begin=22 * 60, end=5 * 60)


@pytest.mark.parametrize(
    ("rule", "matter", "expected", "why"),
    [
        ({}, {}, True, "nothing speaks against it"),
        ({}, {"severity": "low"}, False, "not severe enough"),
        ({}, {"severity": "medium"}, True, "the lowest that is told is told"),
        ({}, {"occasion": Occasion.CONFIRMED}, False, "another occasion"),
        ({"units": frozenset({"Khóm 4"})}, {}, True, "its unit is named"),
        ({"units": frozenset({"Khóm 5"})}, {}, False, "another unit"),
        ({"rule_kinds": frozenset({"fire"})}, {}, False, "another kind"),
        ({"rule_kinds": frozenset({"fire", "intrusion"})}, {}, True, "its kind is named"),
        ({"hours": NIGHT_HOURS}, {}, True, "02:14 lies between 22 and 5"),
        ({"hours": NIGHT_HOURS}, {"began_at": NIGHT - timedelta(hours=10)}, False, "16:14 does not"),
        ({"hours": Hours(begin=134, end=135)}, {}, True, "02:14 is the first minute of 02:14–02:15"),
        ({"hours": Hours(begin=133, end=134)}, {}, False, "and no longer in 02:13–02:14"),
        ({}, {"is_trial": True}, False, "on trial or an exercise"),
        ({"with_trial": True}, {"is_trial": True}, True, "unless the rule says so"),
        ({}, {"at": RULE.since - timedelta(seconds=1)}, False, "it was so before the rule was"),
        ({}, {"began_at": NIGHT - timedelta(hours=13)}, False, "an old recording wakes nobody"),
        (
            {"occasion": Occasion.CONFIRMED},
            {"occasion": Occasion.CONFIRMED, "began_at": NIGHT - timedelta(hours=13)},
            True,
            "a confirmation is news whenever it began",
        ),
    ],
)
def test_a_rule_tells_what_it_says(
    rule: dict[str, object], matter: dict[str, object], expected: bool, why: str
) -> None:
    told = rules.concerns(replace(RULE, **rule), replace(MATTER, **matter), NIGHT, ZONE)  # type: ignore[arg-type]
    assert told is expected, why


@pytest.mark.parametrize(("minutes", "expected"), [(0, False), (4.99, False), (5, True), (600, True)])
def test_an_unclaimed_incident_is_told_after_its_minutes(minutes: float, expected: bool) -> None:
    rule = replace(RULE, occasion=Occasion.UNCLAIMED, after=timedelta(minutes=5))
    matter = replace(MATTER, occasion=Occasion.UNCLAIMED)
    assert rules.concerns(rule, matter, matter.at + timedelta(minutes=minutes), ZONE) is expected


def test_a_rule_reaches_its_channels_and_those_of_its_role_once() -> None:
    chief = replace(CHANNEL, id=8, role="supervisor")
    both = replace(CHANNEL, id=7, role="supervisor")
    officer = replace(CHANNEL, id=9, role="officer")
    found = rules.recipients(replace(RULE, role="supervisor"), [both, chief, officer])
    assert [channel.id for channel in found] == [7, 8]


QUIET = replace(CHANNEL, quiet=NIGHT_HOURS)


@pytest.mark.parametrize(
    ("channel", "severity", "last_min", "expected_min", "why"),
    [
        (CHANNEL, "high", None, 0, "the first goes at once"),
        (CHANNEL, "high", -3, 7, "another within ten minutes is gathered"),
        (CHANNEL, "high", -60, 0, "long after the one before it goes at once"),
        (QUIET, "high", None, 166, "02:14 is quiet until 05:00"),
        (QUIET, "urgent", None, 0, "what is urgent breaks the quiet"),
        (QUIET, "urgent", -3, 7, "and is still gathered"),
        (replace(QUIET, urgent_breaks_quiet=False), "urgent", None, 166, "unless the channel says otherwise"),
    ],
)
def test_a_message_goes_when_it_may(
    channel: Channel, severity: str, last_min: int | None, expected_min: int, why: str
) -> None:
    last_at = NIGHT + timedelta(minutes=last_min) if last_min is not None else None
    assert rules.due_at(RULE, channel, severity, NIGHT, last_at, ZONE) == NIGHT + timedelta(minutes=expected_min), why


minutes = st.integers(0, DAY_MIN - 1)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@given(minutes, minutes, instants)
def test_quiet_hours_end_within_a_day_at_their_end_and_are_then_over(begin: int, end: int, at: datetime) -> None:
    span = Hours(begin=begin, end=end)
    over = span.over(at, ZONE)
    assert timedelta() <= over - at <= timedelta(days=1)
    if begin != end:
        assert not span.contain(over, ZONE)
        if over != at:
            local = over.astimezone(ZONE)
            assert local.hour * 60 + local.minute == end
            assert span.contain(over - timedelta(minutes=1), ZONE)


@given(minutes, minutes, instants)
def test_a_minute_lies_in_hours_or_in_the_rest_of_the_day(begin: int, end: int, at: datetime) -> None:
    if begin != end:
        assert Hours(begin=begin, end=end).contain(at, ZONE) != Hours(begin=end, end=begin).contain(at, ZONE)


@given(minutes, minutes, instants, st.sampled_from(["low", "medium", "high", "urgent"]), st.integers(-100, 0))
def test_no_message_but_an_urgent_one_goes_in_quiet_hours(
    begin: int, end: int, now: datetime, severity: str, last_min: int
) -> None:
    channel = replace(CHANNEL, quiet=Hours(begin=begin, end=end))
    last_at = now + timedelta(minutes=last_min)
    at = rules.due_at(RULE, channel, severity, now, last_at, ZONE)
    assert at >= now
    assert at - last_at >= RULE.every
    if severity != "urgent" and begin != end:
        assert not Hours(begin=begin, end=end).contain(at, ZONE)


def test_hours_need_both_ends() -> None:
    assert hours(None, 300) is None
    assert hours(1320, None) is None
    assert hours(1320, 300) == NIGHT_HOURS


@given(st.integers(1, 1000), st.floats(0.0, 1.0))
def test_waits_grow_to_an_hour_and_are_spread(attempts: int, chance: float) -> None:
    wait_s = retry.delay(attempts, chance).total_seconds()
    assert 7.5 <= wait_s <= 1.25 * retry.LONGEST_S
    assert retry.delay(attempts + 1, chance).total_seconds() >= wait_s


def test_a_message_is_given_up_after_its_attempts() -> None:
    assert [retry.is_over(attempts, 3) for attempts in (1, 2, 3, 4)] == [False, False, True, True]
