"""Days, weeks and free spans of the reporting calendar: half-open local days, and the same days a year earlier."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.criteria.period import Calendar, Kind, PeriodError

HOME = Calendar(zone=ZoneInfo("Asia/Ho_Chi_Minh"))
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("key", "kind", "first", "last"),
    [
        ("2026-03-02", Kind.DAY, date(2026, 3, 2), date(2026, 3, 2)),
        ("2026-W10", Kind.WEEK, date(2026, 3, 2), date(2026, 3, 8)),
        ("2026-W01", Kind.WEEK, date(2025, 12, 29), date(2026, 1, 4)),  # a week belongs to the year of its Thursday
        ("2026-W53", Kind.WEEK, date(2026, 12, 28), date(2027, 1, 3)),
        ("2026-03-01--2026-03-20", Kind.SPAN, date(2026, 3, 1), date(2026, 3, 20)),
    ],
)
def test_days_weeks_and_spans_have_their_days(key: str, kind: Kind, first: date, last: date) -> None:
    period = HOME.period(key)
    assert (period.kind, period.first_day, period.end_day) == (kind, first, last + timedelta(days=1))
    assert period.key == key


def test_a_day_begins_at_local_midnight_and_ends_before_the_next() -> None:
    day = HOME.period("2026-03-02")
    assert day.start_at == datetime(2026, 3, 1, 17, tzinfo=UTC)
    assert not day.holds(day.start_at - timedelta(microseconds=1))
    assert day.holds(day.end_at - timedelta(microseconds=1))
    assert not day.holds(day.end_at)


@pytest.mark.parametrize(
    ("key", "before"),
    [
        ("2026-03-02", "2025-03-02"),
        ("2024-02-29", "2023-02-28"),  # there is no 29 February in 2023
        ("2026-W10", "2025-W10"),
        ("2027-W01", "2026-W02"),  # 2026 has 53 weeks: 52 weeks before the first is the second
        ("2026-W53", "2026-W01"),
        ("2026-03-01--2026-03-20", "2025-03-01--2025-03-20"),
        ("2024-02-01--2024-02-29", "2023-02-01--2023-02-28"),
        ("2024-02-01--2024-02-28", "2023-02-01--2023-02-28"),
        ("2024-02-29--2024-03-01", "2023-02-28--2023-03-01"),
    ],
)
def test_the_same_days_a_year_earlier(key: str, before: str) -> None:
    assert HOME.period(key).year_before() == HOME.period(before)


@given(days)
def test_a_week_and_the_one_it_is_compared_with_have_the_same_weekdays(day: date) -> None:
    week = HOME.week_of(datetime(day.year, day.month, day.day, 12, tzinfo=HOME.zone))
    before = week.year_before()
    assert week.first_day.weekday() == before.first_day.weekday() == 0
    assert (week.first_day - before.first_day).days == 364
    assert week.first_day <= day < week.end_day


@given(days, st.integers(0, 400))
def test_a_span_is_the_days_it_consists_of(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    span = HOME.span(first, last)
    assert HOME.period(span.key) == span
    assert span.start_at == HOME.day(first).start_at
    assert span.end_at == HOME.day(last).end_at
    assert (span.kind is Kind.DAY) == (more == 0), "a span of one day is that day, so that it has one key"
    assert list(span.months()) == []


@given(days)
def test_seven_days_tile_a_week(day: date) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=HOME.zone)
    week = HOME.week_of(noon)
    tiles = [HOME.day(week.first_day + timedelta(days=number)) for number in range(7)]
    assert tiles[0].start_at == week.start_at
    assert all(one.end_at == two.start_at for one, two in pairwise(tiles))
    assert tiles[-1].end_at == week.end_at
    assert HOME.day_of(noon) in tiles


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("2026-02-30", "no such day"),
        ("2026-W54", "has no week 54"),
        ("2025-W53", "has no week 53"),
        ("2026-W00", "has no week 0"),
        ("2026-03-20--2026-03-01", "after its first"),
        ("1990-01-01--2026-03-01", "at most"),
        ("1200-03-01", "from 1900"),
        ("2026-3-2", "is no period"),
        ("2026-03-01/2026-03-20", "is no period"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(key: str, says: str) -> None:
    with pytest.raises(PeriodError, match=says):
        HOME.period(key)


def test_labels_name_the_days_once() -> None:
    assert HOME.period("2026-03-02").label_vi == "Ngày 02/03/2026"
    assert HOME.period("2026-03-02").label_en == "Day 02/03/2026"
    assert HOME.period("2026-W10").label_vi == "Tuần 10/2026 (02/03/2026–08/03/2026)"
    assert HOME.period("2026-W53").label_en == "Week 53/2026 (28/12/2026–03/01/2027)"
    assert HOME.period("2026-03-01--2026-03-20").label_vi == "Từ 01/03/2026 đến 20/03/2026"
