"""What incidents and camera hours of a span of time add up to, read from the rows themselves.

Tallies are made with these, and days that have none, or whose rows changed since, are read with them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, case, func, or_, select
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


_IS_COUNTED: Final = case((IncidentRow.state.in_(STATES_COUNTED), 1), else_=0)
_WITHIN: Final = and_(IncidentRow.occurred_at >= bindparam("start"), IncidentRow.occurred_at < bindparam("end"))


def is_real() -> ColumnElement[bool]:
    """What may count at all: real, and of a rule that is not on trial."""
    return and_(IncidentRow.status == Status.ACTUAL, IncidentRow.mode == Mode.ACTIVE)


def _occurred() -> Select[*tuple[Any, ...]]:
    handled_at, due_at = IncidentRow.handled_at, IncidentRow.due_at
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
    states = IncidentRow.state.in_(STATES_COUNTED + STATES_WAITING)
    return select(_IS_COUNTED, *KIND, *columns).where(is_real(), states, _WITHIN).group_by(_IS_COUNTED, *KIND)


_OCCURRED: Final = _occurred()
_ENDED: Final = (
    select(*KIND, func.count())
    .where(
        Unguided(and_(is_real(), IncidentRow.state.in_(STATES_COUNTED))),
        IncidentRow.handled_at.is_not(None),
        IncidentRow.handled_at >= bindparam("start"),
        IncidentRow.handled_at < bindparam("end"),
        Unguided(IncidentRow.handled_at >= IncidentRow.occurred_at),
    )
    .group_by(*KIND)
)
_HOURS: Final = and_(
    CameraHour.camera_id == CameraRow.id,
    CameraHour.hour_at >= bindparam("start"),
    CameraHour.hour_at < bindparam("end"),
)
"""Joined by camera, so that each is one walk along camera_hours' key."""
_UP_S: Final = select(CameraRow.id, func.sum(CameraHour.up_s)).outerjoin(CameraHour, _HOURS).group_by(CameraRow.id)


def occurred(session: Session, start: datetime, end: datetime) -> Iterator[tuple[Key, Sums, int]]:
    """By kind, sums of what occurred in [start, end), and how many spots began to stand. ``late``: of the handled."""
    for row in session.execute(_OCCURRED, {"start": start, "end": end}):
        # the columns are asked for in the order of Sums
        yield (kind_of(row[1:6]), bool(row[0])), Sums(*(int(each or 0) for each in row[6:14])), int(row[14])


def ended(session: Session, start: datetime, end: datetime) -> dict[Kind, int]:
    """By kind, how many spots ceased to stand in [start, end): they count and were handled in it, not before they
    occurred."""
    rows = session.execute(_ENDED, {"start": start, "end": end})
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
    asked = {"now": now, "start": spans[0][0], "end": spans[-1][1]}
    for number, (start, end) in enumerate(spans):
        asked |= {f"start{number}": start, f"end{number}": end}
    for number, counted, *kind, cases in session.execute(_late(len(spans)), asked):
        if number >= 0:
            yield number, (kind_of(kind), bool(counted)), cases


@lru_cache(maxsize=64)
def _late(spans: int) -> Select[*tuple[Any, ...]]:
    """Of so many spans ``start0`` … ``end0``, ``start1`` …, the first of which begins at ``start`` and the last of
    which ends at ``end``. Written once, as writing it takes longer than answering it."""
    at = IncidentRow.occurred_at
    whens: list[tuple[ColumnElement[bool], int]] = []
    for number in range(spans):
        whens += [(at < bindparam(f"start{number}"), -1), (at < bindparam(f"end{number}"), number)]
    which = case(*whens, else_=-1)
    return (
        select(which, _IS_COUNTED, *KIND, func.count())
        .where(
            Unguided(and_(is_real(), IncidentRow.state.in_(STATES_COUNTED + STATES_WAITING))),
            IncidentRow.due_at.is_not(None),
            IncidentRow.due_at < bindparam("now"),
            IncidentRow.handled_at.is_(None),
            Unguided(and_(at >= bindparam("start"), at < bindparam("end"))),
        )
        .group_by(which, _IS_COUNTED, *KIND)
    )


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
    rows = session.execute(_UP_S, {"start": start, "end": end})
    return {camera_id: float(seconds) for camera_id, seconds in rows if seconds is not None}
