"""Dead letters: messages that could not be accepted, each with its reason; none is thrown away unseen."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract import topics
from contract.codec import MAX_BYTES
from contract.receipt import Refusal
from server.tables import DeadLetter

log = structlog.get_logger(__name__)

MOST = 500
"""Letters of one topic and reason that are kept whole: enough to see what is wrong, at most 32 MiB."""
EVERY = "#"
"""Stands for every topic (MQTT 3.1.1, 4.7.1.2) on the letter that counts what nobody registered sent."""
_NONE_KEPT = ""
"""In place of a hash: the letter stands for messages that are not kept."""
_CHANNELS: tuple[topics.Channel, ...] = ("event", "health", "status")
_Key = tuple[str, str, str]
_REPEATING = ("/health", "/status")
"""Channels that say the same again and again with another time: of these one letter a reason is kept and counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusing:
    """A message to keep, and why it was refused."""

    topic: str
    payload: bytes
    reason: Refusal
    detail: str


def put(
    session: Session, refusals: Sequence[Refusing], now: datetime, registered: Collection[tuple[str, str]] = ()
) -> list[Refusing]:
    """Keep these messages; returns those that were only counted, as there are MOST of their kind.

    The same bytes on the same topic for the same reason are kept once and counted. ``registered``: site and name of the
    edges in this batch that somebody registered; topics of others are anybody's invention and share one allowance.
    """
    if not refusals:
        return []
    known = _known(session, refusals)
    own = {_clean(topics.build(*edge, channel), 300) for edge in registered for channel in _CHANNELS}
    room: dict[tuple[str, str], int] = {}
    left_out: list[Refusing] = []
    for refusal in refusals:
        topic, sha256 = _clean(refusal.topic, 300), _hash(refusal.payload)
        group = (topic if topic in own else EVERY, str(refusal.reason))
        row = known.get(_key(topic, sha256, refusal.reason))
        if row is None and group not in room:
            room[group] = MOST - _held(session, *group)
        if row is None and room[group] > 0:
            room[group] -= 1
            row = _letter(refusal, topic, sha256, now)
            session.add(row)
            known[_key(topic, sha256, refusal.reason)] = row
        elif row is None:
            left_out.append(refusal)
            _count_only(session, known, *group, now)
        else:
            row.times += 1
    session.flush()
    return left_out


def _known(session: Session, refusals: Sequence[Refusing]) -> dict[_Key, DeadLetter]:
    """The letters there are of these messages, by key."""
    names = {_clean(refusal.topic, 300) for refusal in refusals}
    hashes = {_hash(refusal.payload) for refusal in refusals}
    wanted = select(DeadLetter).where(DeadLetter.topic.in_(names))
    repeating = [topic for topic in names if topic.endswith(_REPEATING)]
    found = session.scalars(wanted.where(DeadLetter.payload_sha256.in_(hashes) | DeadLetter.topic.in_(repeating)))
    return {_key(row.topic, row.payload_sha256, row.reason): row for row in found}


def _held(session: Session, topic: str, reason: str) -> int:
    """How many letters of this kind there are that were not taken in after all."""
    found = select(func.count()).select_from(DeadLetter)
    found = found.where(DeadLetter.reason == reason, DeadLetter.accepted_at.is_(None))
    return session.scalar(found if topic == EVERY else found.where(DeadLetter.topic == topic)) or 0


def _count_only(session: Session, known: dict[_Key, DeadLetter], topic: str, reason: str, now: datetime) -> None:
    """Count one more on the letter that stands for all that are not kept."""
    key = (topic, _NONE_KEPT, reason)
    row = known.get(key) or session.scalar(
        select(DeadLetter).where(
            DeadLetter.payload_sha256 == _NONE_KEPT, DeadLetter.topic == topic, DeadLetter.reason == reason
        )
    )
    if row is None:
        row = DeadLetter(
            received_at=now,
            topic=topic,
            payload=b"",
            payload_sha256=_NONE_KEPT,
            payload_bytes=0,
            reason=reason,
            detail=f"more messages like the {MOST} that are kept; these are only counted",
            times=0,
        )
        session.add(row)
        log.warning("dead_letters_full", topic=topic, reason=reason, kept=MOST)
    row.times += 1
    known[key] = row


def _letter(refusal: Refusing, topic: str, sha256: str, now: datetime) -> DeadLetter:
    return DeadLetter(
        received_at=now,
        topic=topic,
        payload=refusal.payload[:MAX_BYTES],
        payload_sha256=sha256,
        payload_bytes=len(refusal.payload),
        reason=str(refusal.reason),
        detail=_clean(refusal.detail, 500),
        times=1,
    )


def waiting(session: Session, site: str, edge: str) -> list[DeadLetter]:
    """Messages of this edge that were refused only because their camera was unknown, oldest first."""
    return list(
        session.scalars(
            select(DeadLetter)
            .where(
                DeadLetter.reason == str(Refusal.UNKNOWN_CAMERA),
                DeadLetter.topic == topics.build(site, edge, "event"),
                DeadLetter.accepted_at.is_(None),
            )
            .order_by(DeadLetter.id)
        )
    )


def _key(topic: str, sha256: str, reason: str) -> _Key:
    return (topic, "same" if topic.endswith(_REPEATING) and sha256 != _NONE_KEPT else sha256, str(reason))


def _hash(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def _clean(text: str, longest: int) -> str:
    """PostgreSQL's text has no room for U+0000."""
    return text.replace("\x00", "")[:longest]
