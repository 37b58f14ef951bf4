"""The reporting calendar: the 15th cut-day, half-open, and nothing counted twice or forgotten."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.criteria.period import Calendar, Kind, Period, PeriodError

HOME = Calendar(zone=ZoneInfo("Asia/Ho_Chi_Minh"))
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (bounds)
calendars = st.builds(
    Calendar,
    zone=st.sampled_from(["Asia/Ho_Chi_Minh", "UTC", "Europe/Berlin"]).map(ZoneInfo),
    cut_day=st.integers(1, 28),
)


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("2026-M01", date(2025, 12, 15), date(2026, 1, 14)),
        ("2026-M03", date(2026, 2, 15), date(2026, 3, 14)),
        ("2026-M12", date(2026, 11, 15), date(2026, 12, 14)),
        ("2026-Q1", date(2025, 12, 15), date(2026, 3, 14)),
        ("2026-Q4", date(2026, 9, 15), date(2026, 12, 14)),
        ("2026-H1", date(2025, 12, 15), date(2026, 6, 14)),
        ("2026-9M", date(2025, 12, 15), date(2026, 9, 14)),
        ("2026-Y", date(2025, 12, 15), date(2026, 12, 14)),
    ],
)
def test_periods_have_the_ministry_s_days(key: str, first: date, last: date) -> None:
    period = HOME.period(key)
    assert (period.first_day, period.end_day) == (first, last + timedelta(days=1))
    assert period.key == key


def test_a_cut_day_of_one_gives_the_calendar_s_own_months() -> None:
    plain = Calendar(zone=HOME.zone, cut_day=1)
    assert plain.period("2026-M02").first_day == date(2026, 2, 1)
    assert plain.period("2026-M02").end_day == date(2026, 3, 1)
    assert plain.period("2026-Y").end_day == date(2027, 1, 1)


def test_a_period_begins_at_local_midnight_and_ends_before_the_next() -> None:
    march = HOME.period("2026-M03")
    midnight = datetime(2026, 3, 15, tzinfo=HOME.zone)
    assert march.holds(midnight - timedelta(microseconds=1))
    assert not march.holds(midnight)
    assert HOME.month_of(midnight).key == "2026-M04"
    assert march.start_at == datetime(2026, 2, 14, 17, tzinfo=UTC)


@given(calendars, instants)
def test_every_instant_lies_in_exactly_one_month(calendar: Calendar, instant: datetime) -> None:
    found = calendar.month_of(instant)
    assert found.holds(instant)
    near = [month for year in (-1, 0, 1) for month in calendar.period(f"{found.year + year}-Y").months()]
    assert [month for month in near if month.holds(instant)] == [found]


@given(calendars, st.integers(2000, 2100))
def test_months_tile_the_quarter_and_the_year_without_gap_or_overlap(calendar: Calendar, year: int) -> None:
    for period in calendar.periods_of(year):
        months = list(period.months())
        assert months[0].start_at == period.start_at
        assert months[-1].end_at == period.end_at
        assert all(one.end_at == two.start_at for one, two in pairwise(months))
    last, first = calendar.period(f"{year}-Y"), calendar.period(f"{year + 1}-Y")
    assert last.end_at == first.start_at


@given(calendars, instants)
def test_an_instant_lies_in_every_period_that_is_said_to_contain_it(calendar: Calendar, instant: datetime) -> None:
    containing = calendar.containing(instant)
    assert {period.kind for period in containing} >= {Kind.MONTH, Kind.QUARTER, Kind.YEAR}
    year = containing[0].year
    assert set(containing) == {period for period in calendar.periods_of(year) if period.holds(instant)}


@given(calendars, st.integers(2000, 2100))
def test_a_key_names_its_period_again(calendar: Calendar, year: int) -> None:
    for period in calendar.periods_of(year):
        assert calendar.period(period.key) == period
        assert period.year_before().end_day.day == period.end_day.day


def test_only_periods_that_have_begun_are_offered() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    keys = [period.key for period in HOME.recent(now)]
    assert "2026-M03" in keys
    assert "2026-M04" not in keys
    assert "2025-M12" in keys


@pytest.mark.parametrize("key", ["2026", "2026-M13", "2026-M3", "2026-Q5", "2026-H2", "0000-Y", "", "2026-M03 "])
def test_a_key_that_names_no_period_is_refused_with_the_cure(key: str) -> None:
    with pytest.raises(PeriodError, match="2026-M03"):
        HOME.period(key)


@pytest.mark.parametrize("cut_day", [0, 29, 31])
def test_a_cut_day_that_not_every_month_has_is_refused(cut_day: int) -> None:
    with pytest.raises(PeriodError, match="1 to 28"):
        Calendar(zone=HOME.zone, cut_day=cut_day)


def test_labels_say_the_days_in_both_languages() -> None:
    quarter: Period = HOME.period("2026-Q1")
    assert quarter.label_vi == "Quý I/2026 (15/12/2025–14/03/2026)"
    assert quarter.label_en == "Quarter 1/2026 (15/12/2025–14/03/2026)"
