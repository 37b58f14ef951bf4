"""What happened in a period and in the same one a year earlier: incidents by month and kind, what stands, camera hours.

A fixed number of grouped queries, answered from ix_incidents_counting alone, however many criteria there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from contract.event import Mode, Status
from server.criteria.definition import Check, Definitions
from server.criteria.period import Period
from server.criteria.tally import Cell, Sums, Tally
from server.criteria.vocabulary import Kind
from server.sight import of_the_ward
from server.store.camerahours import Hours, in_service
from server.tables import IncidentRow
from server.verdict import COUNTED, WAITING

TREND_MONTHS: Final = 12
_KIND: Final = (
    IncidentRow.rule_kind,
    IncidentRow.rule_name,
    IncidentRow.category,
    IncidentRow.source,
    IncidentRow.camera_assisted,
)
_COUNTED: Final = sorted(COUNTED)
_WAITING: Final = sorted(WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One period: what stands at its end by kind, hours to clear by kind, hours of pictures by camera.

    ``until``: its end, or now while it runs; ``elapsed_s``: seconds of it that have passed, 0 before it begins.
    """

    period: Period
    until: datetime
    standing: tuple[tuple[Kind, int], ...] = ()
    cleared: Mapping[Kind, Sequence[float]] = field(default_factory=dict)
    cameras: tuple[Hours, ...] = ()

    @property
    def elapsed_s(self) -> float:
        return (self.until - self.period.start_at).total_seconds()

    @property
    def camera_hours(self) -> float:
        """Hours of pictures, all cameras together."""
        return sum(camera.up_s for camera in self.cameras) / 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A period and the same one a year earlier. ``months``: of the trend, oldest first; ``tallies`` remembers each
    check's share of these cells, by criterion and check."""

    current: Side
    before: Side
    months: tuple[Period, ...]
    cells: Mapping[Kind, Sequence[Cell]]
    now: datetime
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)


@of_the_ward
def read(session: Session, definitions: Definitions, period: Period, now: datetime) -> Figures:
    """The figures of a period and its cùng kỳ."""
    before, months = period.year_before(), period.ending_months(TREND_MONTHS)
    asked = {check.measure.aggregate for check in _checks(definitions)}
    stands, clears = "standing" in asked, "median_time_to_clear" in asked
    return Figures(
        current=_side(session, period, now, stands=stands, clears=clears),
        before=_side(session, before, now, stands=False, clears=False),
        months=months,
        cells=_cells(session, _spans(period, before, months), now),
        now=now,
    )


def kinds(figures: Figures, checks: Iterable[Check]) -> tuple[Kind, ...]:
    """Kinds of incidents that there are, and that bear on one of the checks."""
    there = set(figures.cells) | {kind for kind, _ in figures.current.standing}
    return tuple(kind for kind in there if any(check.bears(kind) for check in checks))


def counted(session: Session, check: Check, side: Side, of: Sequence[Kind], now: datetime) -> list[IncidentRow]:
    """Exactly the incidents that a check's figure is made of, newest first."""
    bearing = [kind for kind in of if check.bears(kind)]
    return _incidents(session, and_(_real(), _made_of(check, side, now)), bearing, None)


def _made_of(check: Check, side: Side, now: datetime) -> ColumnElement[bool]:
    counts = IncidentRow.state.in_(_COUNTED)
    aggregate = check.measure.aggregate
    if aggregate == "standing":
        return and_(counts, _standing(side.until))
    if aggregate == "median_time_to_clear":
        return and_(counts, _in(side.period), IncidentRow.handled_at.is_not(None))
    if aggregate == "share_handled_in_time":
        missed = and_(IncidentRow.due_at < now, IncidentRow.state.in_(_COUNTED + _WAITING))
        handled = and_(counts, IncidentRow.handled_at.is_not(None))
        return and_(_in(side.period), IncidentRow.due_at.is_not(None), or_(handled, missed))
    return and_(counts, _in(side.period))


def waiting(session: Session, period: Period, of: Sequence[Kind], most: int | None) -> list[IncidentRow]:
    """At most ``most`` of the incidents of a period that would count once they are confirmed, newest first."""
    return _incidents(session, and_(_real(), _in(period), IncidentRow.state.in_(_WAITING)), of, most)


def kind_of(row: IncidentRow) -> Kind:
    """What criteria ask of an incident."""
    return Kind(
        rule_kind=row.rule_kind,
        rule_name=row.rule_name,
        category=row.category,
        source=row.source,
        camera_assisted=row.camera_assisted,
    )


def _checks(definitions: Definitions) -> list[Check]:
    return [check for definition in definitions.criteria for check in definition.checks]


def _side(session: Session, period: Period, now: datetime, *, stands: bool, clears: bool) -> Side:
    until = min(max(now, period.start_at), period.end_at)
    return Side(
        period=period,
        until=until,
        standing=_stands(session, until) if stands else (),
        cleared=_cleared(session, period) if clears else {},
        cameras=in_service(session, period.start_at, until),
    )


def _spans(period: Period, before: Period, months: tuple[Period, ...]) -> list[Period]:
    """Spans that make up both periods and the trend, without overlap, oldest first."""
    found: dict[datetime, Period] = {}
    for each in (before, period):
        for span in tuple(each.months()) or (each,):
            found[span.start_at] = span
    for month in months:
        found[month.start_at] = month
    return [found[at] for at in sorted(found)]


def _cells(session: Session, spans: Sequence[Period], now: datetime) -> dict[Kind, list[Cell]]:
    """By kind, and then span. Spans that touch are one range of the index."""
    is_counted = case((IncidentRow.state.in_(_COUNTED), 1), else_=0)
    # a day and the same one last year leave a year between them that must not be read
    ranges: list[tuple[datetime, datetime]] = []
    for span in spans:
        if ranges and ranges[-1][1] == span.start_at:
            ranges[-1] = (ranges[-1][0], span.end_at)
        else:
            ranges.append((span.start_at, span.end_at))
    at = case(*((IncidentRow.occurred_at < span.end_at, number) for number, span in enumerate(spans)), else_=-1)
    late = and_(IncidentRow.due_at.is_not(None), func.coalesce(IncidentRow.handled_at, now) > IncidentRow.due_at)
    in_time = IncidentRow.handled_at <= IncidentRow.due_at
    columns: list[ColumnElement[Any]] = [
        func.count(),
        func.count(IncidentRow.handled_at),
        func.sum(case((in_time, 1), else_=0)),
        func.sum(case((late, 1), else_=0)),
        func.sum(IncidentRow.suspects),
        func.sum(IncidentRow.victims),
        func.sum(IncidentRow.deaths),
        func.sum(IncidentRow.injured),
    ]
    found: dict[Kind, list[Cell]] = defaultdict(list)
    for start, end in ranges:
        rows = session.execute(
            select(at, is_counted, *_KIND, *columns)
            .where(
                _real(),
                IncidentRow.state.in_(_COUNTED + _WAITING),
                IncidentRow.occurred_at >= start,
                IncidentRow.occurred_at < end,
            )
            .group_by(at, is_counted, *_KIND)
        )
        for row in rows:
            # the columns are asked for in the order of Sums
            sums = Sums(*(int(each or 0) for each in row[7:]))
            found[_kind(row[2:7])].append(Cell(at=spans[row[0]].start_at, counted=bool(row[1]), sums=sums))
    return dict(found)


def _kind(row: Sequence[Any]) -> Kind:
    rule_kind, rule_name, category, source, assisted = row
    return Kind(
        rule_kind=rule_kind, rule_name=rule_name, category=category, source=source, camera_assisted=bool(assisted)
    )


def _stands(session: Session, until: datetime) -> tuple[tuple[Kind, int], ...]:
    rows = session.execute(
        select(*_KIND, func.count()).where(_real(), IncidentRow.state.in_(_COUNTED), _standing(until)).group_by(*_KIND)
    )
    return tuple((_kind(row[:5]), row[5]) for row in rows)


def _cleared(session: Session, period: Period) -> dict[Kind, list[float]]:
    """Hours from its beginning to its outcome, of each that was handled."""
    rows = session.execute(
        select(*_KIND, IncidentRow.occurred_at, IncidentRow.handled_at).where(
            _real(), IncidentRow.state.in_(_COUNTED), _in(period), IncidentRow.handled_at.is_not(None)
        )
    )
    found: dict[Kind, list[float]] = defaultdict(list)
    for *kind, occurred_at, handled_at in rows:
        if handled_at is not None:
            found[_kind(kind)].append(max(0.0, (handled_at - occurred_at).total_seconds() / 3600.0))
    return dict(found)


def _incidents(session: Session, which: ColumnElement[bool], of: Sequence[Kind], most: int | None) -> list[IncidentRow]:
    if not of:
        return []
    names: dict[tuple[str, str, str, bool], list[str]] = {}
    for kind in of:
        names.setdefault((kind.rule_kind, kind.category, kind.source, kind.camera_assisted), []).append(kind.rule_name)
    fits = or_(
        *(
            and_(
                IncidentRow.rule_kind == rule_kind,
                IncidentRow.category == category,
                IncidentRow.source == source,
                IncidentRow.camera_assisted.is_(assisted),
                IncidentRow.rule_name.in_(each),
            )
            for (rule_kind, category, source, assisted), each in names.items()
        )
    )
    found = select(IncidentRow).where(which, fits)
    return list(session.scalars(found.order_by(IncidentRow.occurred_at.desc(), IncidentRow.id.desc()).limit(most)))


def _real() -> ColumnElement[bool]:
    """What may count at all: real, and of a rule that is not on trial."""
    return and_(IncidentRow.status == Status.ACTUAL, IncidentRow.mode == Mode.ACTIVE)


def _in(period: Period) -> ColumnElement[bool]:
    return and_(IncidentRow.occurred_at >= period.start_at, IncidentRow.occurred_at < period.end_at)


def _standing(until: datetime) -> ColumnElement[bool]:
    """Began before, and not cleared by then."""
    return and_(IncidentRow.occurred_at < until, or_(IncidentRow.handled_at.is_(None), IncidentRow.handled_at >= until))
