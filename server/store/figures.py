"""What happened in a period and in the same one a year earlier: incidents by month, what stands, camera hours.

A fixed number of queries, however many criteria and incidents there are: from tallies (tallies.py), and from the rows
of those days that changed since their tally was made.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, pairwise
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from server.criteria.definition import Bearing, Check, Definitions
from server.criteria.judge import Uptime
from server.criteria.period import Calendar, Period
from server.criteria.tally import Cell, Sums, Tally, tallies_of
from server.criteria.vocabulary import Kind
from server.sight import of_the_ward
from server.store import raw, tallies
from server.store.camerahours import Hours, in_service
from server.store.kinds import Asked
from server.store.raw import STATES_COUNTED, STATES_WAITING
from server.store.tallies import Span, Tallies
from server.tables import IncidentRow

TREND_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One period: by what they bear on, spots that stand at its end and microseconds to clear; its cameras.

    ``until``: its end, or now while it runs; ``elapsed_s``: seconds of it that have passed, 0 before it begins.
    ``camera_hours``: hours of pictures, all cameras together.
    """

    period: Period
    until: datetime
    standing: Mapping[Bearing, int] = field(default_factory=dict)
    cleared: Mapping[Bearing, Sequence[Sequence[int]]] = field(default_factory=dict)
    cameras: tuple[Hours, ...] = ()
    elapsed_s: float = 0.0
    uptimes: tuple[Uptime, ...] = ()
    """Of the cameras, as shares of it."""
    camera_hours: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A period and the same one a year earlier. ``months``: of the trend, oldest first; ``kinds``: that there are;
    ``tallies``: each check's share of the cells, by criterion and check."""

    current: Side
    before: Side
    months: tuple[Period, ...]
    kinds: Collection[Kind]
    cells: Mapping[Bearing, Sequence[Cell]]
    tallies: Mapping[tuple[str, str], Tally]
    now: datetime


@of_the_ward
def read(
    session: Session, definitions: Definitions, period: Period, now: datetime, *, by_rule_kind: bool = False
) -> Figures:
    """The figures of a period and its cùng kỳ. ``by_rule_kind``: told apart by it, for `how_many`."""

    def checks_of(kind: Kind) -> Bearing:
        found = definitions.checks_of(kind)
        return found._replace(rule_kind=kind.rule_kind) if by_rule_kind else found

    before, months = period.year_before(), period.ending_months(TREND_MONTHS)
    asked = Asked(checks_of=checks_of, key=definitions.sha256 + (" by rule kind" if by_rule_kind else ""))
    book = tallies.read(session, Calendar(zone=period.zone, cut_day=period.cut_day), asked)
    cells = _cells(book, _spans(period, before, months), now)
    return Figures(
        current=_side(book, period, now, definitions),
        before=_side(book, before, now, None),
        months=months,
        kinds=book.kinds.known,
        cells=cells,
        tallies=tallies_of(definitions, cells),
        now=now,
    )


def kinds(figures: Figures, checks: Iterable[Check]) -> tuple[Kind, ...]:
    """Kinds of incidents that there are, and that bear on one of the checks."""
    wanted = tuple(checks)
    return tuple(kind for kind in figures.kinds if any(check.bears(kind) for check in wanted))


def how_many(figures: Figures, code: str, check: Check) -> Counter[str]:
    """How many incidents the figure of a criterion's check is made of in the period, by rule kind."""
    side, aggregate, key = figures.current, check.measure.aggregate, (code, check.key)
    found: Counter[str] = Counter()
    if aggregate == "standing":
        numbers = side.standing.items()
    elif aggregate == "median_time_to_clear":
        numbers = {bearing: sum(map(len, pieces)) for bearing, pieces in side.cleared.items()}.items()
    else:
        in_time = aggregate == "share_handled_in_time"
        numbers = {
            bearing: sum(_cases(cell, in_time=in_time) for cell in cells if _is_in(side.period, cell))
            for bearing, cells in figures.cells.items()
        }.items()
    for bearing, number in numbers:
        if key in bearing.checks:
            found[bearing.rule_kind] += number
    return found


def _cases(cell: Cell, *, in_time: bool) -> int:
    """Incidents that a cell adds to a figure. ``in_time``: to the share handled in time, of those with a deadline."""
    if in_time:
        return cell.sums.late + (cell.sums.in_time if cell.counted else 0)
    return cell.sums.cases if cell.counted else 0


def _is_in(period: Period, cell: Cell) -> bool:
    # of days over more than a year the same ones a year earlier hold the beginning of these
    return period.start_at <= cell.at < period.end_at if period.is_of_months else cell.at == period.start_at


def counted(session: Session, check: Check, side: Side, of: Sequence[Kind], now: datetime) -> list[IncidentRow]:
    """Exactly the incidents that a check's figure is made of, newest first."""
    bearing = [kind for kind in of if check.bears(kind)]
    return _incidents(session, and_(*made_of(check, side, now)), bearing)


def made_of(check: Check, side: Side, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What holds of every incident that a check's figure is made of, besides its kind; never NULL."""
    counts = IncidentRow.state.in_(STATES_COUNTED)
    aggregate = check.measure.aggregate
    if aggregate == "standing":
        return raw.is_real(), counts, _standing(side.until)
    if aggregate == "median_time_to_clear":
        return raw.is_real(), counts, _in(side.period), IncidentRow.handled_at.is_not(None)
    if aggregate == "share_handled_in_time":
        missed = and_(IncidentRow.due_at < now, IncidentRow.state.in_(STATES_COUNTED + STATES_WAITING))
        handled = and_(counts, IncidentRow.handled_at.is_not(None))
        return raw.is_real(), _in(side.period), and_(IncidentRow.due_at.is_not(None), or_(handled, missed))
    return raw.is_real(), counts, _in(side.period)


def waiting(session: Session, period: Period, of: Sequence[Kind]) -> list[IncidentRow]:
    """The incidents of a period that would count once they are confirmed, newest first."""
    return _incidents(session, and_(*made_to_wait(period)), of)


def made_to_wait(period: Period) -> tuple[ColumnElement[bool], ...]:
    """What holds of every incident that would count in a period once it is confirmed, besides its kind; never NULL."""
    return raw.is_real(), IncidentRow.state.in_(STATES_WAITING), _in(period)


def is_of(kinds: Iterable[Kind]) -> ColumnElement[bool]:
    """Is an incident of one of these kinds? Never NULL."""
    names: dict[tuple[str, str, str, bool], list[str]] = {}
    for kind in kinds:
        names.setdefault((kind.rule_kind, kind.category, kind.source, kind.camera_assisted), []).append(kind.rule_name)
    return or_(
        False,
        *(
            and_(
                IncidentRow.rule_kind == rule_kind,
                IncidentRow.category == category,
                IncidentRow.source == source,
                IncidentRow.camera_assisted.is_(assisted),
                IncidentRow.rule_name.in_(each),
            )
            for (rule_kind, category, source, assisted), each in names.items()
        ),
    )


def kind_of(row: IncidentRow) -> Kind:
    """What criteria ask of an incident."""
    return Kind(
        rule_kind=row.rule_kind,
        rule_name=row.rule_name,
        category=row.category,
        source=row.source,
        camera_assisted=row.camera_assisted,
    )


def _side(book: Tallies, period: Period, now: datetime, definitions: Definitions | None) -> Side:
    """``definitions``: whose checks ask what stands and how long clearing takes, if any do."""
    start, until = period.start_at, min(max(now, period.start_at), period.end_at)
    stands, clearing = (_asking(definitions, aggregate) for aggregate in ("standing", "median_time_to_clear"))
    of = {bearing for bearing in set(book.kinds.known.values()) if not clearing.isdisjoint(bearing.checks)}
    elapsed_s = (until - start).total_seconds()
    cameras = in_service(book.session, start, until, book.up_s(start, until))
    return Side(
        period=period,
        until=until,
        elapsed_s=elapsed_s,
        uptimes=tuple(camera.uptime(elapsed_s) for camera in cameras),
        standing=book.standing(until) if stands else {},
        cleared=book.lasted(start, period.end_at, of) if clearing else {},
        cameras=cameras,
        camera_hours=sum(camera.up_s for camera in cameras) / 3600.0,
    )


def _asking(definitions: Definitions | None, aggregate: str) -> frozenset[tuple[str, str]]:
    """Checks that measure so."""
    criteria = definitions.criteria if definitions is not None else ()
    return frozenset(
        (each.code, check.key) for each in criteria for check in each.checks if check.measure.aggregate == aggregate
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


def _cells(book: Tallies, spans: Sequence[Period], now: datetime) -> dict[Bearing, list[Cell]]:
    """By what they bear on, and then span."""
    bounds = [(span.start_at, span.end_at) for span in spans]
    found: dict[Bearing, dict[tuple[int, bool], Sums]] = {}
    for number, bearing, counted, sums in chain(book.occurred(bounds), _late(book, bounds, now)):
        of_bearing = found.setdefault(bearing, {})
        before = of_bearing.get((number, counted))
        of_bearing[number, counted] = sums if before is None else before.plus(sums)
    return {
        bearing: [
            Cell(at=bounds[number][0], counted=counted, sums=sums)
            for (number, counted), sums in sorted(of_bearing.items())
            if sums.cases
        ]
        for bearing, of_bearing in found.items()
    }


def _late(book: Tallies, bounds: Sequence[Span], now: datetime) -> Iterator[tuple[int, Bearing, bool, Sums]]:
    """Past their deadline and handled by nobody, by number of the span, what they bear on, and whether they count."""
    apart = all(end <= start for (_, end), (start, _) in pairwise(bounds))
    # days chosen freely may be more than a year: then they overlap with the same ones a year earlier
    for first, spans in ((0, bounds),) if apart else ((number, [span]) for number, span in enumerate(bounds)):
        for number, (kind, counted), cases in raw.late(book.session, spans, now):
            yield first + number, book.kinds.bearing(kind), counted, Sums(late=cases)


def _incidents(session: Session, which: ColumnElement[bool], of: Sequence[Kind]) -> list[IncidentRow]:
    if not of:
        return []
    found = select(IncidentRow).where(which, is_of(of))
    return list(session.scalars(found.order_by(IncidentRow.occurred_at.desc(), IncidentRow.id.desc())))


def _in(period: Period) -> ColumnElement[bool]:
    return and_(IncidentRow.occurred_at >= period.start_at, IncidentRow.occurred_at < period.end_at)


def _standing(until: datetime) -> ColumnElement[bool]:
    """Began before, and not cleared by then."""
    return and_(IncidentRow.occurred_at < until, or_(IncidentRow.handled_at.is_(None), IncidentRow.handled_at >= until))
