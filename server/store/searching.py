"""A page of what a search finds, newest first, however many incidents there are.

A token whose values an index knows gives *walks* along that index (``conditions.py``). The page follows the rarest
token's walks and checks the other conditions on the way; without such a token it walks along time itself. Which one is
rarest is asked of the indices: how many rows each has since the five-thousandth newest of one of them. SQLite's planner
knows no distributions: left alone it sorts half a million rows for a page of thirty. What many rows have fills a page
from the newest rows of all, before any index is asked.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from server.sight import of_the_ward
from server.store.conditions import MOST_WALKS, Asked, Condition, Walk
from server.store.cursors import Found
from server.store.unguided import Checked
from server.tables import IncidentRow

Columns = TypeVarTuple("Columns")
PROBE: Final = 5000
"""So many rows of a walk are passed over to see how far back they reach."""
FEW_WALKS: Final = 4
RECENT: Final = 2000
"""Where more than ``FEW_WALKS`` walks would be asked of, so many of the newest rows are looked through first."""


def newest(
    session: Session, asked: Asked, limit: int, after: Found | None = None, recent: int = RECENT
) -> list[IncidentRow]:
    """The newest ``limit`` incidents that fit, in order; only those that follow ``after`` on the list."""
    ids = newest_ids(session, asked, limit, after, recent)
    rows = {row.id: row for row in session.scalars(select(IncidentRow).where(IncidentRow.id.in_(ids)))}
    return [rows[id_] for id_ in ids]


def newest_ids(
    session: Session, asked: Asked, limit: int, after: Found | None = None, recent: int = RECENT
) -> list[int]:
    """The same, only their ids."""
    known = _among_recent(session, asked, limit, after, recent)
    if len(known) == limit:
        return known
    guide = _guide(session, asked)
    walks = guide.walks if guide else (None,)
    others = [each.holds for each in asked.conditions if each is not guide]
    found: set[Found] = set()
    floor: datetime | None = None
    for walk in walks:
        wanted = _wanted(session, asked, walk, others, limit, after)
        if wanted < 1:
            continue
        query = _page(asked, walk, others, after).limit(wanted)
        if floor is not None:
            query = query.where(IncidentRow.occurred_at >= floor)
        found |= {(at, id_) for at, id_ in session.execute(query)}
        found = set(sorted(found, reverse=True)[:limit])
        floor = min(found)[0] if len(found) == limit else None
    return [id_ for _, id_ in sorted(found, reverse=True)]


def fits(asked: Asked) -> ColumnElement[bool]:
    """The whole search as one condition, for counting."""
    return and_(True, *_span(asked), *(each.holds for each in asked.conditions))


def _among_recent(session: Session, asked: Asked, limit: int, after: Found | None, recent: int) -> list[int]:
    """Those of them that are among the newest rows of all; nothing where few walks are quicker than to look."""
    if sum(map(_walks, asked.conditions)) <= FEW_WALKS:
        return []
    at, id_ = IncidentRow.occurred_at, IncidentRow.id
    every = select(at).where(*_span(asked), *([at <= after[0]] if after else [])).order_by(at.desc(), id_.desc())
    since = session.scalar(every.offset(recent).limit(1))
    if since is None:
        return []
    query = _page(asked, None, [each.holds for each in asked.conditions], after).where(at >= since).limit(limit)
    return [found_id for _, found_id in session.execute(query)]


def _wanted(
    session: Session,
    asked: Asked,
    walk: Walk | None,
    others: Sequence[ColumnElement[bool]],
    limit: int,
    after: Found | None,
) -> int:
    """Rows to look for on a walk: as many as there can be."""
    if walk is None or walk.most is None:
        return limit
    if after is None:
        return min(limit, walk.most)
    at, id_ = IncidentRow.occurred_at, IncidentRow.id
    passed = _fitting(select(func.count()), asked, walk, others).where(
        at >= after[0], Checked(or_(at > after[0], id_ >= after[1]))
    )
    return min(limit, walk.most - (session.scalar(passed) or 0))


def _page(
    asked: Asked, walk: Walk | None, others: Sequence[ColumnElement[bool]], after: Found | None
) -> Select[datetime, int]:
    at, id_ = IncidentRow.occurred_at, IncidentRow.id
    query = _fitting(select(at, id_), asked, walk, others).order_by(at.desc(), id_.desc())
    if after is not None:
        query = query.where(at <= after[0], Checked(or_(at < after[0], id_ < after[1])))
    return query


def _fitting(
    query: Select[*Columns], asked: Asked, walk: Walk | None, others: Sequence[ColumnElement[bool]]
) -> Select[*Columns]:
    """Of what a walk leads to, that of which the other conditions hold."""
    query = query.where(*_span(asked))
    if walk is not None:
        query = query.where(walk.guide)
        others = [*others, walk.also] if walk.also is not None else others
    return query.where(*(Checked(each) for each in others))


@of_the_ward
def _guide(session: Session, asked: Asked) -> Condition | None:
    """The condition whose walks to follow: the one with the fewest rows since a time, to which one of them reaches."""
    able = sorted((each for each in asked.conditions if 0 < len(each.walks) <= MOST_WALKS), key=_walks)
    if len(able) < 2:
        return able[0] if able else None
    best, *others = able
    since = _reach(session, asked, best)
    if since is None:
        return best
    fewest = _rows(session, asked, best, since)
    for each in others:
        rows = _rows(session, asked, each, since, fewest)
        if rows < fewest:
            best, fewest = each, rows
    return best


def _walks(condition: Condition) -> int:
    return len(condition.walks)


def _reach(session: Session, asked: Asked, condition: Condition) -> datetime | None:
    """When the ``PROBE``-th newest row of the most crowded of its walks occurred; None: none has so many."""
    at = IncidentRow.occurred_at
    probes = (select(at).where(walk.guide, *_span(asked)).order_by(at.desc()) for walk in condition.walks)
    reached = [session.scalar(probe.offset(PROBE - 1).limit(1)) for probe in probes]
    return max((each for each in reached if each is not None), default=None)


def _rows(session: Session, asked: Asked, condition: Condition, since: datetime, most: int | None = None) -> int:
    """Rows of its walks from a time on; counted no further than to ``most``."""
    at, rows = IncidentRow.occurred_at, 0
    for walk in condition.walks:
        query = select(at).where(walk.guide, at >= since, *_span(asked))
        if most is not None:
            query = query.limit(most - rows)
        rows += session.scalar(select(func.count()).select_from(query.subquery())) or 0
        if most is not None and rows >= most:
            break
    return rows


def _span(asked: Asked) -> list[ColumnElement[bool]]:
    span = [] if asked.start is None else [IncidentRow.occurred_at >= asked.start]
    return span if asked.end is None else [*span, IncidentRow.occurred_at < asked.end]
