"""Pure: from counts by month and kind to what a check measures in any period that those months make up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from operator import add, neg
from typing import NamedTuple

from server.criteria.definition import Check
from server.criteria.period import Period
from server.criteria.vocabulary import Kind


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Incidents of one kind within one span of time. ``at``: the span's beginning."""

    at: datetime
    counted: bool
    """They count; else they wait for a verdict."""
    sums: Sums


class Tally:
    """One check's share of all cells, ready to be asked for any period."""

    def __init__(self, check: Check, cells: Mapping[Kind, Sequence[Cell]]) -> None:
        self._check = check
        self.kinds = frozenset(kind for kind in cells if check.bears(kind))
        """Those that bear on the check."""
        self._by_start: dict[tuple[datetime, bool], Sums] = {}
        for kind in self.kinds:
            for cell in cells[kind]:
                at = (cell.at, cell.counted)
                self._by_start[at] = self._by_start.get(at, Sums()).plus(cell.sums)

    def sums(self, period: Period, *, counted: bool) -> Sums:
        """What counts in the period, or what waits."""
        found = Sums()
        for (at, is_counted), sums in self._by_start.items():
            if is_counted is counted and period.start_at <= at < period.end_at:
                found = found.plus(sums)
        return found

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
    values = sorted(chain.from_iterable(pieces))
    if not values:
        return None
    middle = values[(len(values) - 1) // 2 : len(values) // 2 + 1]
    return sum(each / 10**6 / 3600.0 for each in middle) / len(middle)
