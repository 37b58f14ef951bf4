"""What incidents and camera hours of a span of time add up to, read from the rows themselves.

Tallies are made with these, and days that have none, or whose rows changed since, are read with them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from contract.event import Mode, Status
from server.criteria.tally import Sums
from server.criteria.vocabulary import Kind
from server.store.unguided import Unguided
from server.tables import CameraHour, CameraRow, IncidentRow
from server.verdict import COUNTED, WAITING

KIND: Final = (
    IncidentRow.rule_kind,
    IncidentRow.rule_name,
    IncidentRow.category,
    IncidentRow.source,
    IncidentRow.camera_assisted,
)
STATES_COUNTED: Final = sorted(COUNTED)
STATES_WAITING: Final = sorted(WAITING)
Key = tuple[Kind, bool]
"""A kind, and whether its incidents count; else they wait."""
_MICROSECOND: Final = timedelta(microseconds=1)


def kind_of(row: Sequence[Any]) -> Kind:
    """Of the columns ``KIND``."""
    rule_kind, rule_name, category, source, assisted = row
    return Kind(
        rule_kind=rule_kind, rule_name=rule_name, category=category, source=source, camera_assisted=bool(assisted)
    )


def is_real() -> ColumnElement[bool]:
    """What may count at all: real, and of a rule that is not on trial."""
    return and_(IncidentRow.status == Status.ACTUAL, IncidentRow.mode == Mode.ACTIVE)


def occurred(session: Session, start: datetime, end: datetime) -> Iterator[tuple[Key, Sums, int]]:
    """By kind, sums of what occurred in [start, end), and how many spots began to stand. ``late``: of the handled."""
    handled_at, due_at = IncidentRow.handled_at, IncidentRow.due_at
    is_counted = case((IncidentRow.state.in_(STATES_COUNTED), 1), else_=0)
    columns: list[ColumnElement[Any]] = [
        func.count(),
        func.count(handled_at),
        func.sum(case((handled_at <= due_at, 1), else_=0)),
        func.sum(case((handled_at > due_at, 1), else_=0)),
        func.sum(IncidentRow.suspects),
        func.sum(IncidentRow.victims),
        func.sum(IncidentRow.deaths),
        func.sum(IncidentRow.injured),
        func.sum(case((handled_at < IncidentRow.occurred_at, 0), else_=1)),
    ]
    rows = session.execute(
        select(is_counted, *KIND, *columns)
        .where(
            is_real(),
            IncidentRow.state.in_(STATES_COUNTED + STATES_WAITING),
            IncidentRow.occurred_at >= start,
            IncidentRow.occurred_at < end,
        )
        .group_by(is_counted, *KIND)
    )
    for row in rows:
        # the columns are asked for in the order of Sums
        yield (kind_of(row[1:6]), bool(row[0])), Sums(*(int(each or 0) for each in row[6:14])), int(row[14])


def ended(session: Session, start: datetime, end: datetime) -> dict[Kind, int]:
    """By kind, how many spots ceased to stand in [start, end): they count and were handled in it, not before they
    occurred."""
    rows = session.execute(
        select(*KIND, func.count())
        .where(
            Unguided(and_(is_real(), IncidentRow.state.in_(STATES_COUNTED))),
            IncidentRow.handled_at.is_not(None),
            IncidentRow.handled_at >= start,
            IncidentRow.handled_at < end,
            Unguided(IncidentRow.handled_at >= IncidentRow.occurred_at),
        )
        .group_by(*KIND)
    )
    return {kind_of(row[:5]): row[5] for row in rows}


def lasted(session: Session, start: datetime, end: datetime) -> dict[Kind, list[int]]:
    """Microseconds from its beginning to its outcome, of each that counts, occurred in [start, end) and was handled;
    0 when that was before it began."""
    rows = session.execute(
        select(*KIND, IncidentRow.occurred_at, IncidentRow.handled_at).where(
            is_real(),
            IncidentRow.state.in_(STATES_COUNTED),
            IncidentRow.occurred_at >= start,
            IncidentRow.occurred_at < end,
            IncidentRow.handled_at.is_not(None),
        )
    )
    found: dict[Kind, list[int]] = defaultdict(list)
    for *kind, occurred_at, handled_at in rows:
        if handled_at is not None:
            found[kind_of(kind)].append(max(0, (handled_at - occurred_at) // _MICROSECOND))
    return found


def late(session: Session, spans: Sequence[tuple[datetime, datetime]], now: datetime) -> Iterator[tuple[int, Key, int]]:
    """By number of the span (ascending, without overlap) and kind: how many are past their deadline and not handled."""
    at = IncidentRow.occurred_at
    whens: list[tuple[ColumnElement[bool], int]] = []
    for number, (start, end) in enumerate(spans):
        if number and spans[number - 1][1] < start:
            whens.append((at < start, -1))
        whens.append((at < end, number))
    which = case(*whens, else_=-1)
    is_counted = case((IncidentRow.state.in_(STATES_COUNTED), 1), else_=0)
    rows = session.execute(
        select(which, is_counted, *KIND, func.count())
        .where(
            Unguided(and_(is_real(), IncidentRow.state.in_(STATES_COUNTED + STATES_WAITING))),
            IncidentRow.due_at.is_not(None),
            IncidentRow.due_at < now,
            IncidentRow.handled_at.is_(None),
            Unguided(and_(at >= spans[0][0], at < spans[-1][1])),
        )
        .group_by(which, is_counted, *KIND)
    )
    for number, counted, *kind, cases in rows:
        if number >= 0:
            yield number, (kind_of(kind), bool(counted)), cases


def standing(session: Session, until: datetime) -> dict[Kind, int]:
    """By kind, how many count, began before ``until`` and were not cleared by then."""
    still = or_(IncidentRow.handled_at.is_(None), IncidentRow.handled_at >= until)
    rows = session.execute(
        select(*KIND, func.count())
        .where(is_real(), IncidentRow.state.in_(STATES_COUNTED), IncidentRow.occurred_at < until, still)
        .group_by(*KIND)
    )
    return {kind_of(row[:5]): row[5] for row in rows}


def up_s(session: Session, start: datetime, end: datetime) -> dict[int, float]:
    """By camera, seconds of pictures in the hours that begin in [start, end)."""
    of_span = and_(
        CameraHour.camera_id == CameraRow.id, CameraHour.hour_at >= start, CameraHour.hour_at < end
    )  # joined by camera, so that each is one walk along camera_hours' key
    rows = session.execute(
        select(CameraRow.id, func.sum(CameraHour.up_s)).outerjoin(CameraHour, of_span).group_by(CameraRow.id)
    )
    return {camera_id: float(seconds) for camera_id, seconds in rows if seconds is not None}
