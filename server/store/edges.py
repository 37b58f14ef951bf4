"""Edges: who may send, what they last said, and which of their messages never came."""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime

import structlog
from sqlalchemy import delete, func, insert, select, tuple_
from sqlalchemy.orm import Session, defer

from contract import topics
from contract.health import Health, HealthData, StatusMessage
from server.inbox import EARLIEST, is_possible
from server.tables import CameraRow, EdgeRow, EventRevision, SequenceGap

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


def hear(session: Session, edge: EdgeRow, health: Health, now: datetime) -> bool:
    """Keep a heartbeat. False when it is of an earlier run of the edge, and changes nothing.

    Sessions only grow. One that does not, and yet began later, is a box that was set up anew: it is believed, and its
    sequence begins anew with it.
    """
    data = health.data.model_dump(mode="json")
    heard = HealthData.model_validate(edge.health) if edge.health else None
    known = heard.started_at if heard is not None else None
    if known is not None and not is_possible(known, now):
        known = EARLIEST  # its clock was wrong then, which must not make it unheard for ever
    is_later = known is not None and health.data.started_at > known
    if health.data.session < edge.session and not is_later:
        return False
    # Against the heartbeat before, not edge.session: the new run's status comes first and has set that already.
    if heard is not None and health.data.session <= heard.session and is_later:
        _renumber(session, edge)
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
        _forget_oldest(session, edge)
        log.warning("messages_missing", site=edge.site, edge=edge.name, count=len(missing), first=missing[0])
    edge.sequence = highest
    return _spans(missing)


def _renumber(session: Session, edge: EdgeRow) -> None:
    """The edge counts from 1 again. What it sent before this heartbeat came is counted; its old gaps never close."""
    sources = [
        topics.source(edge.site, edge.name, camera)
        for camera in session.scalars(select(CameraRow.name).where(CameraRow.edge_id == edge.id))
    ]
    since_then = select(EventRevision.sequence).where(
        EventRevision.source.in_(sources), EventRevision.received_at > edge.heartbeat_at
    )
    came = set(session.scalars(since_then))
    given_up = session.scalar(select(func.count()).select_from(SequenceGap).where(SequenceGap.edge_id == edge.id))
    session.execute(delete(SequenceGap).where(SequenceGap.edge_id == edge.id))
    log.warning("sequence_restarted", site=edge.site, edge=edge.name, known=edge.sequence, never_came=given_up)
    edge.sequence = 0
    while edge.sequence + 1 in came:
        edge.sequence += 1


def _forget_oldest(session: Session, edge: EdgeRow) -> None:
    """Keep LONGEST_GAP open numbers of an edge at most: who jumps again and again fills no table."""
    of_edge = SequenceGap.edge_id == edge.id
    beyond = select(SequenceGap.id).where(of_edge).order_by(SequenceGap.id.desc()).offset(LONGEST_GAP).limit(1)
    session.execute(delete(SequenceGap).where(of_edge, SequenceGap.id <= beyond.scalar_subquery()))


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
