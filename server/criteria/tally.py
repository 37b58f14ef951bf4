"""Pure: from counts by month and bearing to what a check measures in any period that those months make up."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from math import isqrt
from operator import add, neg
from typing import Final, NamedTuple

from server.criteria.definition import Bearing, Check, Definitions
from server.criteria.period import Kind, Period

_SAMPLED: Final = 16
"""Of so many durations one is part of a sample."""


class Sums(NamedTuple):
    """What a number of incidents add up to. ``in_time`` and ``late``: of those with a deadline, handled by it or not
    (one whose deadline lies ahead is neither)."""

    cases: int = 0
    handled: int = 0
    in_time: int = 0
    late: int = 0
    suspects: int = 0
    victims: int = 0
    deaths: int = 0
    injured: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(*map(add, self, other))

    def negative(self) -> "Sums":
        """What takes it away again."""
        return Sums(*map(neg, self))


class Cell(NamedTuple):
    """Incidents within one span of time that bear on the same checks. ``at``: the span's beginning."""

    at: datetime
    counted: bool
    """They count; else they wait for a verdict."""
    sums: Sums


class Tally:
    """One check's share of all cells, ready to be asked for any period."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._by_start: dict[tuple[datetime, bool], Sums] = {}

    def add(self, cell: Cell) -> None:
        """Incidents that bear on the check."""
        key = cell.at, cell.counted
        before = self._by_start.get(key)
        self._by_start[key] = cell.sums if before is None else before.plus(cell.sums)

    def sums(self, period: Period, *, counted: bool) -> Sums:
        """What counts in the period, or what waits."""
        if period.kind is Kind.MONTH or not period.is_of_months:
            # one span; of days over more than a year the same ones a year earlier hold the beginning of these
            return self._by_start.get((period.start_at, counted), Sums())
        start, end = period.start_at, period.end_at
        found = [
            sums for (at, is_counted), sums in self._by_start.items() if is_counted is counted and start <= at < end
        ]
        return Sums(*map(sum, zip(*found, strict=True))) if found else Sums()

    def value(self, period: Period) -> float | None:
        """What the check measures in the period; None for a share of nothing, and for what no sum can tell."""
        sums = self.sums(period, counted=True)
        if self._check.measure.aggregate == "share_handled_in_time":
            # a deadline that passed is missed, whether or not somebody has confirmed the case meanwhile
            sums = sums.plus(Sums(late=self.sums(period, counted=False).late))
        return measured(self._check, sums)

    def if_confirmed(self, period: Period) -> float | None:
        """The same, were all that waits confirmed; None where that says nothing."""
        if not self._check.measure.is_additive:
            return None
        return measured(self._check, self.sums(period, counted=True).plus(self.sums(period, counted=False)))


def tallies_of(definitions: Definitions, cells: Mapping[Bearing, Sequence[Cell]]) -> dict[tuple[str, str], Tally]:
    """Every check's share, by criterion and check."""
    found = {(each.code, check.key): Tally(check) for each in definitions.criteria for check in each.checks}
    for bearing, each in cells.items():
        for key in bearing.checks:
            for cell in each:
                found[key].add(cell)
    return found


def measured(check: Check, sums: Sums) -> float | None:
    """What the check measures of these incidents."""
    measure = check.measure
    if measure.aggregate == "count":
        return float(sums.cases)
    if measure.aggregate == "sum" and measure.field is not None:
        return float(getattr(sums, measure.field))
    if measure.aggregate == "share_handled":
        return 100.0 * sums.handled / sums.cases if sums.cases else None
    if measure.aggregate == "share_handled_in_time":
        due = sums.in_time + sums.late
        return 100.0 * sums.in_time / due if due else None
    return None


def median(pieces: Sequence[Sequence[int]]) -> float | None:
    """The middle one of all these microseconds, in hours; None without any. Each piece is sorted."""
    number = sum(map(len, pieces))
    if not number:
        return None
    first, last = (number - 1) // 2, number // 2
    smaller, few = _enclosing(pieces, first, last)
    return (_hours(few[first - smaller]) + _hours(few[last - smaller])) / 2


def _enclosing(pieces: Sequence[Sequence[int]], first: int, last: int) -> tuple[int, list[int]]:
    """Values among which, sorted, those of the middle ranks are, and how many are smaller than all of them.

    As Floyd and Rivest's SELECT: two values of a sample enclose them nearly always, and few need sorting; else all do.
    """
    every = array("q")
    for piece in pieces:
        every.extend(piece)
    sample = sorted(every[_SAMPLED // 2 :: _SAMPLED])
    half, reach = len(sample) // 2, 2 * isqrt(len(sample))
    if half > reach:
        low, high = sample[half - reach], sample[half + reach - 1]
        cuts = [(piece, bisect_left(piece, low), bisect_right(piece, high)) for piece in pieces]
        smaller = sum(start for _, start, _ in cuts)
        few = sorted(chain.from_iterable(piece[start:end] for piece, start, end in cuts))
        if smaller <= first and last < smaller + len(few):
            return smaller, few
    return 0, sorted(every)


def _hours(microseconds: int) -> float:
    return microseconds / 10**6 / 3600.0
