"""What officers entered: a period's own figure stands, else its parts add up."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from server.criteria.definition import Check
from server.criteria.official import Entries, Official
from server.criteria.period import Calendar, Period

CALENDAR = Calendar(zone=ZoneInfo("Asia/Ho_Chi_Minh"))
YEAR = CALENDAR.period("2026-Y")
AFTER = datetime(2027, 1, 1, tzinfo=UTC)
CASES = Check.model_validate(
    {
        "key": "cases",
        "measure": {"entity": "incident", "aggregate": "count", "time": "occurred_at"},
        "where": {"category": ["fire"]},
        "compare": {"against": "target", "rule": "at_most", "target": 0},
        "better": "lower",
        "entered": True,
    }
)


def official(entries: Entries, until: datetime = AFTER) -> Official:
    return Official(entries=entries, until=until)


def one_a_month(period: Period) -> float:
    """What was counted: one in each month."""
    return float(sum(1 for _ in period.months()))


def test_an_own_figure_stands_and_an_attested_count_too() -> None:
    own = official({"2026-Y": {"cases": 5}}).resolve(CASES, YEAR, one_a_month)
    assert (own.value, own.entered, own.attested) == (5, True, True)
    attested = official({"2026-Y": {}}).resolve(CASES, YEAR, one_a_month)
    assert (attested.value, attested.entered, attested.attested) == (12, False, True)
    month = official({"2026-Y": {}}).resolve(CASES, CALENDAR.period("2026-M03"), one_a_month)
    assert (month.value, month.attested) == (1, True), "who vouches for the year vouches for its months"


def test_nobody_vouches_for_a_year_of_which_a_month_is_missing() -> None:
    eleven = {f"2026-M{number:02d}": {"cases": 2.0} for number in range(1, 12)}
    found = official(eleven).resolve(CASES, YEAR, one_a_month)
    assert (found.value, found.entered, found.attested) == (23, True, False)
    running = official(eleven, CALENDAR.period("2026-M12").start_at).resolve(CASES, YEAR, one_a_month)
    assert (running.value, running.attested) == (22, True), "a month that has not begun is not missing"


@given(st.dictionaries(st.integers(1, 12), st.integers(0, 9)))
def test_months_add_up_to_quarters_and_the_year_whatever_was_entered(figures: dict[int, int]) -> None:
    known = official({f"2026-M{month:02d}": {"cases": float(figure)} for month, figure in figures.items()})

    def value(key: str) -> float:
        return known.resolve(CASES, CALENDAR.period(key), one_a_month).value or 0.0

    months = [value(f"2026-M{month:02d}") for month in range(1, 13)]
    assert value("2026-Y") == sum(months) == sum(value(f"2026-Q{number}") for number in range(1, 5))
    assert value("2026-H1") == sum(months[:6])
    assert value("2026-9M") == sum(months[:9])
