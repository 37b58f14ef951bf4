"""Edges: who may send, what they last said, and which of their messages never came."""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime

import structlog
from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session, defer

from contract.health import Health, StatusMessage
from server.tables import EdgeRow, SequenceGap

log = structlog.get_logger(__name__)

LONGEST_GAP = 1000
"""Numbers of one jump that are looked for; a jump over more (a new journal, a hostile sender) keeps the last ones."""

Name = tuple[str, str]
"""Site and edge."""
Span = tuple[int, int]
"""First and last sequence number, both included."""


def register(session: Session, site: str, name: str, now: datetime) -> str:
    """The new token of an edge, which is registered when it was not; its earlier token is worth nothing any more.

    Only the token's SHA-256 is kept: show the token now or never.
    """
    token = secrets.token_urlsafe(32)
    row = session.scalar(select(EdgeRow).where(EdgeRow.site == site, EdgeRow.name == name))
    if row is None:
        session.add(EdgeRow(site=site, name=name, token_sha256=_hash(token), created_at=now))
    else:
        row.token_sha256 = _hash(token)
    session.flush()
    return token


def by_token(session: Session, token: str) -> EdgeRow | None:
    """The edge that this token belongs to."""
    return session.scalar(select(EdgeRow).where(EdgeRow.token_sha256 == _hash(token)))


def find(session: Session, names: Collection[Name]) -> dict[Name, EdgeRow]:
    """The registered ones of these edges, locked until the transaction ends: one writer at a time for an edge."""
    if not names:
        return {}
    # the heartbeat is large and only the next one asks for it: it is read then
    wanted = select(EdgeRow).options(defer(EdgeRow.health)).where(tuple_(EdgeRow.site, EdgeRow.name).in_(names))
    rows = session.scalars(wanted.order_by(EdgeRow.id).with_for_update())
    return {(row.site, row.name): row for row in rows}


def hear(edge: EdgeRow, health: Health, now: datetime) -> bool:
    """Keep a heartbeat. False when it is of an earlier run of the edge, and changes nothing.

    A lower session that began later is a box that was set up anew, and is believed.
    """
    data = health.data.model_dump(mode="json")
    # RFC 3339 texts in UTC with the same precision sort as their instants do
    is_earlier = edge.health is None or data["started_at"] <= str(edge.health["started_at"])
    if health.data.session < edge.session and is_earlier:
        return False
    edge.session = health.data.session
    edge.status = "online"
    edge.heartbeat_at = now
    edge.health = data
    return True


def say(edge: EdgeRow, status: StatusMessage) -> bool:
    """Keep a status. False when it is an earlier session's (a late last will), or says nothing new."""
    if status.data.session < edge.session:
        return False
    changed = edge.status != status.data.state
    edge.session = status.data.session
    edge.status = status.data.state
    return changed


def count(session: Session, edge: EdgeRow, numbers: Iterable[int], now: datetime) -> list[Span]:
    """Note which sequence numbers came. Returns the spans that are missing since now, to be asked for again."""
    came = set(numbers)
    late = [number for number in came if number <= edge.sequence]
    if late:
        session.execute(delete(SequenceGap).where(SequenceGap.edge_id == edge.id, SequenceGap.number.in_(late)))
    highest = max(came, default=0)
    if highest <= edge.sequence:
        return []
    first = edge.sequence + 1
    if highest - edge.sequence > len(came) + LONGEST_GAP:
        first = highest - len(came) - LONGEST_GAP
        log.warning("sequence_jump", site=edge.site, edge=edge.name, known=edge.sequence, came=highest)
    missing = [number for number in range(first, highest) if number not in came][-LONGEST_GAP:]
    if missing:
        rows = [{"edge_id": edge.id, "number": number, "noticed_at": now} for number in missing]
        session.execute(insert(SequenceGap), rows)
        log.warning("messages_missing", site=edge.site, edge=edge.name, count=len(missing), first=missing[0])
    edge.sequence = highest
    return _spans(missing)


def _spans(numbers: list[int]) -> list[Span]:
    """Growing numbers as spans: 3 4 5 9 → (3, 5) (9, 9)."""
    spans: list[Span] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return spans


def _hash(token: str) -> str:
    # the token has 256 random bits: a plain hash is enough, a slow one would only slow every upload
    return hashlib.sha256(token.encode()).hexdigest()
