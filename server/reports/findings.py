"""Pure: the numbers of a period's report, before a word is written. Every number of a report is one of these, or a sum
or share of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.schemas import CriterionOut, PeriodOut
from server.verdict import Category

CRIMES: Final = (Category.SOCIAL_ORDER, Category.ECONOMIC, Category.ENVIRONMENT, Category.DRUGS)
"""The ministry's order; only these are added up. Traffic, fire and urban order stand apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counted incidents, and the people in them. ``handled``: those of them that have their outcome."""

    cases: int = 0
    suspects: int = 0
    deaths: int = 0
    injured: int = 0
    handled: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            cases=self.cases + other.cases,
            suspects=self.suspects + other.suspects,
            deaths=self.deaths + other.deaths,
            injured=self.injured + other.injured,
            handled=self.handled + other.handled,
        )


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    return sum(tallies, Tally())


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Every counted incident of a period but camera faults, each in exactly one of these.

    ``unregistered``: of social order, seen by a camera and confirmed, without a number of the official register: crime
    totals come from official entry, so they stand beside them. ``unclassified``: without a category yet.
    """

    of: dict[Category, Tally]
    unregistered: Tally
    unclassified: Tally

    @property
    def all(self) -> Tally:
        """All of them: as many as the list of cases has."""
        return total((*self.of.values(), self.unregistered, self.unclassified))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What cameras had a part in: ``found`` by a camera, or entered by hand and ``helped`` by one."""

    found: Tally
    helped: Tally

    @property
    def all(self) -> Tally:
        """Both."""
        return self.found + self.helped


@dataclass(frozen=True, slots=True, kw_only=True)
class Tips:
    """What citizens told: tin báo, tố giác, kiến nghị khởi tố, phản ánh.

    ``handled``: has its outcome, or was dismissed. ``in_time``: of those, before their deadline ran out. ``overdue``:
    not handled, and the deadline is past.
    """

    received: int
    handled: int
    in_time: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What the machine logged by one kind of rule, and what officers made of it."""

    rule_kind: str
    confirmed: int
    dismissed: int
    waiting: int

    @property
    def all(self) -> int:
        """However it was decided, or not yet."""
        return self.confirmed + self.dismissed + self.waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One camera in service: hours of pictures, share 0..1 of the elapsed period, confirmed and unconfirmed faults."""

    camera: str
    unit: str
    hours: float
    share: float
    began_late: bool
    faults: int
    faults_logged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One counted incident, as the list shows it."""

    code: str
    occurred_at: datetime
    title: str
    rule_kind: str
    place: str
    unit: str
    source: str
    camera_assisted: bool
    category: str
    suspects: int
    state: str
    official_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustments:
    """What late verdicts moved: codes, at most a page of them, and how many there are.

    ``after``: occurred in this period, confirmed after its end. ``before``: occurred before this period and confirmed
    in it; they count in the period they occurred in.
    """

    after: tuple[str, ...]
    after_count: int
    before: tuple[str, ...]
    before_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All numbers of one period's report."""

    period: PeriodOut
    read_at: datetime
    """What was decided later is not in it."""
    is_over: bool
    has_before: bool
    """Whether anything was recorded by the end of the same period a year earlier; a zero of nobody is no zero."""
    now: Counts
    before: Counts
    contribution: Contribution
    contribution_before: Contribution
    tips: Tips
    tips_before: Tips
    logged: tuple[Logged, ...]
    cameras: tuple[Service, ...]
    criteria: tuple[CriterionOut, ...]
    cases: tuple[Case, ...]
    """Every counted incident but camera faults, oldest first; at most as many as a document can hold."""
    adjustments: Adjustments
