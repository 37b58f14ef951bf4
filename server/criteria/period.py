"""Pure: the reporting calendar. A month runs from the cut-day of the month before it to the day before its own.

With the cut-day 15 (the ministry's reporting practice): month 3 = 15 February … 14 March, the year = 15 December …
14 December, quarters, six and nine months between. Periods are half-open in the site's zone: ``start_at`` belongs to a
period, ``end_at`` to the next. A cut-day of 1 gives the calendar's own months. Days, weeks (Monday to Sunday, ISO 8601)
and free spans of days follow the calendar and know no cut-day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_KEY: Final = re.compile(
    r"(?P<year>\d{4})-(?:M(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|(?P<half>H1)|(?P<nine>9M)|Y|W(?P<week>\d{2}))"
)
_DAYS: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:--(\d{4}-\d{2}-\d{2}))?")
_YEARS: Final = range(1900, 9001)
_WEEKS_A_YEAR: Final = 52
LONGEST_DAYS: Final = 3660
"""Of a free span: ten years."""
_ROMAN: Final = ("I", "II", "III", "IV")


class Kind(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    SPAN = "span"
    """From one day to another, for a report on a subject of its own (chuyên đề)."""
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    """The first six months."""
    NINE = "nine"
    """The first nine months."""
    YEAR = "year"


_MONTHS: Final = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.HALF: 6, Kind.NINE: 9, Kind.YEAR: 12}


class PeriodError(ValueError):
    """A key that names no period. Its text says what a key looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One reporting period. ``number``: which month (1–12), quarter (1–4) or ISO week (1–53) of ``year``; 1 otherwise.

    ``days``: the first and the last day of a day or a span; None for every other kind.
    """

    kind: Kind
    year: int
    number: int
    zone: ZoneInfo
    cut_day: int
    days: tuple[date, date] | None = None

    @property
    def key(self) -> str:
        """E.g. 2026-03-02, 2026-W10, 2026-M03, 2026-Q1, 2026-H1, 2026-9M, 2026-Y, 2026-03-01--2026-03-20."""
        if self.days:
            first, last = (day.isoformat() for day in self.days)
            return first if self.kind is Kind.DAY else f"{first}--{last}"
        return f"{self.year}-{self._suffix()}"

    def _suffix(self) -> str:
        match self.kind:
            case Kind.WEEK:
                return f"W{self.number:02d}"
            case Kind.MONTH:
                return f"M{self.number:02d}"
            case Kind.QUARTER:
                return f"Q{self.number}"
            case Kind.HALF:
                return "H1"
            case Kind.NINE:
                return "9M"
            case _:
                return "Y"

    @property
    def first_day(self) -> date:
        """The first local day in it."""
        if self.days:
            return self.days[0]
        if self.kind is Kind.WEEK:
            return date.fromisocalendar(self.year, self.number, 1)
        first_month = (self.number - 1) * _MONTHS[self.kind] + 1
        return _cut(self.year, first_month - 1, self.cut_day)

    @property
    def end_day(self) -> date:
        """The first local day that is no longer in it."""
        if self.days:
            return self.days[1] + timedelta(days=1)
        if self.kind is Kind.WEEK:
            return self.first_day + timedelta(weeks=1)
        return _cut(self.year, self.number * _MONTHS[self.kind], self.cut_day)

    @property
    def start_at(self) -> datetime:
        """Its first instant, UTC."""
        return _midnight(self.first_day, self.zone)

    @property
    def end_at(self) -> datetime:
        """The first instant that is no longer in it, UTC."""
        return _midnight(self.end_day, self.zone)

    @property
    def label_vi(self) -> str:
        """E.g. "Tháng 3/2026 (15/02/2026–14/03/2026)"."""
        return self._labelled(self.name_vi)

    @property
    def label_en(self) -> str:
        """E.g. "March 2026 (15/02/2026–14/03/2026)"."""
        return self._labelled(self.name_en)

    @property
    def name_vi(self) -> str:
        """Without its days where it has a name of its own: "Tháng 3/2026", "Ngày 02/03/2026"."""
        if self.days:
            first, last = (f"{day:%d/%m/%Y}" for day in self.days)
            return f"Ngày {first}" if self.kind is Kind.DAY else f"Từ {first} đến {last}"
        name = {
            Kind.WEEK: f"Tuần {self.number}/{self.year}",
            Kind.MONTH: f"Tháng {self.number}/{self.year}",
            Kind.QUARTER: f"Quý {_ROMAN[(self.number - 1) % 4]}/{self.year}",
            Kind.HALF: f"6 tháng đầu năm {self.year}",
            Kind.NINE: f"9 tháng đầu năm {self.year}",
            Kind.YEAR: f"Năm {self.year}",
        }
        return name[self.kind]

    @property
    def name_en(self) -> str:
        """The same in English."""
        if self.days:
            first, last = (f"{day:%d/%m/%Y}" for day in self.days)
            return f"Day {first}" if self.kind is Kind.DAY else f"From {first} to {last}"
        name = {
            Kind.WEEK: f"Week {self.number}/{self.year}",
            Kind.MONTH: f"{date(2000, (self.number - 1) % 12 + 1, 1):%B} {self.year}",
            Kind.QUARTER: f"Quarter {self.number}/{self.year}",
            Kind.HALF: f"First 6 months of {self.year}",
            Kind.NINE: f"First 9 months of {self.year}",
            Kind.YEAR: f"Year {self.year}",
        }
        return name[self.kind]

    def holds(self, instant: datetime) -> bool:
        """Whether the instant lies in it."""
        return self.start_at <= instant < self.end_at

    def year_before(self) -> "Period":
        """Cùng kỳ: the same cut dates a year earlier; of a week the one 52 weeks earlier, so that weekdays meet.

        29 February has 28 February for its own.
        """
        if self.days:
            first, last = (_year_before(day) for day in self.days)
            return replace(self, year=first.year, days=(first, last))
        if self.kind is Kind.WEEK:
            then = (self.first_day - timedelta(weeks=_WEEKS_A_YEAR)).isocalendar()
            return replace(self, year=then.year, number=then.week)
        return replace(self, year=self.year - 1)

    @property
    def is_of_months(self) -> bool:
        """Whether months make it up; days, weeks and spans are not."""
        return self.kind in _MONTHS

    def months(self) -> Iterator["Period"]:
        """The months it consists of, in order: they tile it without gap or overlap. None for days, weeks and spans."""
        count = _MONTHS.get(self.kind)
        if count is None:
            return
        for number in range((self.number - 1) * count + 1, self.number * count + 1):
            yield replace(self, kind=Kind.MONTH, number=number)

    def parts(self) -> tuple["Period", ...]:
        """What it consists of: quarters, or a quarter's months; any other has none."""
        return () if self.kind is Kind.MONTH else _parts(self)

    def within(self) -> frozenset[str]:
        """Keys of the longer ones, from quarter to year, that it is part of; none for days, weeks and spans."""
        if self.kind not in _MONTHS:
            return frozenset()
        longer = [replace(self, kind=kind, number=1) for kind in (Kind.HALF, Kind.NINE, Kind.YEAR)]
        if self.kind is Kind.MONTH:
            longer.append(replace(self, kind=Kind.QUARTER, number=(self.number + 2) // 3))
        last = self.number * _MONTHS[self.kind]
        return frozenset(
            each.key
            for each in longer
            if _MONTHS[each.kind] > _MONTHS[self.kind] and last <= each.number * _MONTHS[each.kind]
        )

    def ending_months(self, count: int) -> tuple["Period", ...]:
        """The last ``count`` months up to its end, oldest first; none for days, weeks and spans."""
        if self.kind not in _MONTHS:
            return ()
        last = self.year * 12 + self.number * _MONTHS[self.kind] - 1
        return tuple(
            replace(self, kind=Kind.MONTH, year=month // 12, number=month % 12 + 1)
            for month in range(last - count + 1, last + 1)
        )

    def _labelled(self, name: str) -> str:
        return name if self.days else f"{name} ({self._days()})"

    def _days(self) -> str:
        return f"{self.first_day:%d/%m/%Y}–{self.end_day - timedelta(days=1):%d/%m/%Y}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A site's reporting calendar. ``cut_day``: 1–28, the day on which a new month begins."""

    zone: ZoneInfo
    cut_day: int = 15

    def __post_init__(self) -> None:
        if not 1 <= self.cut_day <= 28:
            raise PeriodError(f"the cut-day is {self.cut_day}; give a day that every month has: 1 to 28")

    def period(self, key: str) -> Period:
        """The period of a key. Raises PeriodError."""
        if days := _DAYS.fullmatch(key):
            return self._of_days(days[1], days[2])
        match = _KEY.fullmatch(key)
        year = int(match["year"]) if match else 0
        if match is None or year not in _YEARS:
            raise PeriodError(
                f"{key!r} is no period; write 2026-M03, 2026-Q1, 2026-H1, 2026-9M, 2026-Y, a week 2026-W10, "
                "a day 2026-03-02, or 2026-03-01--2026-03-20"
            )
        if match["week"]:
            return self._week(year, int(match["week"]))
        if match["month"]:
            return self._make(Kind.MONTH, year, int(match["month"]))
        if match["quarter"]:
            return self._make(Kind.QUARTER, year, int(match["quarter"]))
        if match["half"]:
            return self._make(Kind.HALF, year, 1)
        return self._make(Kind.NINE if match["nine"] else Kind.YEAR, year, 1)

    def day(self, day: date) -> Period:
        """One local day (báo cáo ngày, trực ban)."""
        return replace(self._make(Kind.DAY, day.year, 1), days=(day, day))

    def day_of(self, instant: datetime) -> Period:
        """The local day in which the instant lies."""
        return self.day(instant.astimezone(self.zone).date())

    def week_of(self, instant: datetime) -> Period:
        """The week, Monday to Sunday, in which the instant lies."""
        then = instant.astimezone(self.zone).date().isocalendar()
        return self._week(then.year, then.week)

    def span(self, first: date, last: date) -> Period:
        """From ``first`` to the end of ``last``; of a single day it is that day. Raises PeriodError."""
        if first == last:
            return self.day(first)
        if not first < last or (last - first).days >= LONGEST_DAYS:
            raise PeriodError(
                f"{first}--{last} is no span; its last day lies after its first, at most {LONGEST_DAYS} days on"
            )
        return replace(self._make(Kind.SPAN, first.year, 1), days=(first, last))

    def month_of(self, instant: datetime) -> Period:
        """The one month in which the instant lies."""
        day = instant.astimezone(self.zone).date()
        later = self.cut_day > 1 and day.day >= self.cut_day
        months = day.year * 12 + day.month - 1 + (1 if later else 0)
        return self._make(Kind.MONTH, months // 12, months % 12 + 1)

    def containing(self, instant: datetime) -> tuple[Period, ...]:
        """Every period the instant lies in, shortest first: month, quarter, six months, nine months, year."""
        month = self.month_of(instant)
        found = [month, self._make(Kind.QUARTER, month.year, (month.number + 2) // 3)]
        found += [self._make(kind, month.year, 1) for kind in (Kind.HALF, Kind.NINE, Kind.YEAR)]
        return tuple(period for period in found if period.holds(instant))

    def periods_of(self, year: int) -> tuple[Period, ...]:
        """The year and all its parts: year, nine months, six months, quarters, months."""
        whole = [self._make(kind, year, 1) for kind in (Kind.YEAR, Kind.NINE, Kind.HALF)]
        quarters = [self._make(Kind.QUARTER, year, number) for number in range(1, 5)]
        return (*whole, *quarters, *(self._make(Kind.MONTH, year, number) for number in range(1, 13)))

    def recent(self, now: datetime, years: int = 2) -> tuple[Period, ...]:
        """The periods that have begun by now, of this reporting year and those before, newest year first."""
        year = self.month_of(now).year
        return tuple(
            period for past in range(years) for period in self.periods_of(year - past) if period.start_at <= now
        )

    def _of_days(self, first: str, last: str | None) -> Period:
        try:
            begin = date.fromisoformat(first)
            end = date.fromisoformat(last) if last else begin
        except ValueError as error:
            raise PeriodError(f"{first if last is None else f'{first}--{last}'}: there is no such day") from error
        if begin.year not in _YEARS or end.year not in _YEARS:
            raise PeriodError(f"{begin.year}, {end.year}: give years from {_YEARS.start} to {_YEARS.stop - 1}")
        return self.span(begin, end)

    def _week(self, year: int, number: int) -> Period:
        try:
            date.fromisocalendar(year, number, 1)
        except ValueError as error:
            raise PeriodError(f"{year} has no week {number}") from error
        return self._make(Kind.WEEK, year, number)

    def _make(self, kind: Kind, year: int, number: int) -> Period:
        return Period(kind=kind, year=year, number=number, zone=self.zone, cut_day=self.cut_day)


def _cut(year: int, month: int, cut_day: int) -> date:
    """The cut that ends ``month`` (0 = December before) of ``year``; with cut-day 1 that is the next month's first."""
    months = year * 12 + month - 1 + (1 if cut_day == 1 else 0)
    return date(months // 12, months % 12 + 1, cut_day)


@lru_cache(maxsize=1024)
def _parts(period: Period) -> tuple[Period, ...]:
    """Remembered, as every check of a scoreboard asks."""
    if period.kind is Kind.QUARTER:
        return tuple(period.months())
    quarters = range(1, _MONTHS.get(period.kind, 0) // 3 + 1)
    return tuple(replace(period, kind=Kind.QUARTER, number=number) for number in quarters)


@lru_cache(maxsize=4 * LONGEST_DAYS)
def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins, UTC; remembered, as a scoreboard asks a thousand times."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _year_before(day: date) -> date:
    """The same day a year earlier; 28 February for the 29th."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
