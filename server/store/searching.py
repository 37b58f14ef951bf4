"""A page of what a search finds, newest first, however many incidents there are.

A token whose values an index knows gives *walks* along that index (``conditions.py``). The page follows the rarest
token's walks and checks the other conditions on the way; without such a token it walks along time itself. Which one is
rarest is asked of the indices: whose five-thousandth newest row lies furthest back. SQLite's planner knows no
distributions: left alone it sorts half a million rows for a page of thirty.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from server.store.conditions import Asked, Condition, Walk
from server.store.unguided import Unguided
from server.tables import IncidentRow

PROBE: Final = 5000
"""Rows of a walk that are passed over to see how rare they are."""
MOST_WALKS: Final = 64
"""A token that needs more is no guide: the walk along time meets its rows soon enough."""
Found = tuple[datetime, int]
"""When an incident occurred, and its id: what pages are ordered by."""


def newest(session: Session, asked: Asked, now: datetime, limit: int, after: Found | None = None) -> list[IncidentRow]:
    """The newest ``limit`` incidents that fit, in order; only those that follow ``after`` on the list."""
    guide = _guide(session, asked, now)
    walks = guide.walks if guide else (None,)
    others = [each.holds for each in asked.conditions if each is not guide]
    found: set[Found] = set()
    floor: datetime | None = None
    for walk in walks:
        query = _page(asked, walk, others, limit, after)
        if floor is not None:
            query = query.where(IncidentRow.occurred_at >= floor)
        found |= {(at, id_) for at, id_ in session.execute(query)}
        found = set(sorted(found, reverse=True)[:limit])
        floor = min(found)[0] if len(found) == limit else None
    ids = [id_ for _, id_ in sorted(found, reverse=True)]
    rows = {row.id: row for row in session.scalars(select(IncidentRow).where(IncidentRow.id.in_(ids)))}
    return [rows[id_] for id_ in ids]


def fits(asked: Asked) -> ColumnElement[bool]:
    """The whole search as one condition, for counting."""
    return and_(True, *_span(asked), *(each.holds for each in asked.conditions))


def _page(
    asked: Asked, walk: Walk | None, others: Sequence[ColumnElement[bool]], limit: int, after: Found | None
) -> Select[datetime, int]:
    at, id_ = IncidentRow.occurred_at, IncidentRow.id
    query = select(at, id_).where(*_span(asked)).order_by(at.desc(), id_.desc()).limit(limit)
    if walk is not None:
        query = query.where(walk.guide)
        others = [*others, walk.also] if walk.also is not None else others
    if after is not None:
        query = query.where(at <= after[0], Unguided(or_(at < after[0], id_ < after[1])))
    return query.where(*(Unguided(each) for each in others))


def _guide(session: Session, asked: Asked, now: datetime) -> Condition | None:
    """The condition whose walks to follow."""
    able = [each for each in asked.conditions if 0 < len(each.walks) <= MOST_WALKS]
    if len(able) < 2:
        return able[0] if able else None
    return min(able, key=lambda each: _rate(session, asked, each, now))


def _rate(session: Session, asked: Asked, condition: Condition, now: datetime) -> float:
    """About how many rows a day the walks of a condition give; below what can be told: 0."""
    at, end, rate = IncidentRow.occurred_at, asked.end or now, 0.0
    for walk in condition.walks:
        query = select(at).where(walk.guide, *_span(asked)).order_by(at.desc()).offset(PROBE).limit(1)
        reached = session.scalar(query)
        if reached is not None:
            rate += PROBE / max(1.0, (end - reached).total_seconds()) * 86400
    return rate


def _span(asked: Asked) -> list[ColumnElement[bool]]:
    span = [] if asked.start is None else [IncidentRow.occurred_at >= asked.start]
    return span if asked.end is None else [*span, IncidentRow.occurred_at < asked.end]
