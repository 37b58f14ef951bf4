"""Dead letters: messages that could not be accepted, each with its reason; none is thrown away unseen."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract import topics
from contract.codec import MAX_BYTES
from contract.receipt import Refusal
from server.tables import DeadLetter

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


def put(session: Session, refusals: Sequence[Refusing], now: datetime) -> None:
    """Keep these messages. The same bytes on the same topic for the same reason are kept once and counted."""
    if not refusals:
        return
    found: dict[_Key, DeadLetter] = {}
    names = {_clean(refusal.topic, 300) for refusal in refusals}
    hashes = {_hash(refusal.payload) for refusal in refusals}
    wanted = select(DeadLetter).where(DeadLetter.topic.in_(names))
    repeating = [topic for topic in names if topic.endswith(_REPEATING)]
    for known in session.scalars(wanted.where(DeadLetter.payload_sha256.in_(hashes) | DeadLetter.topic.in_(repeating))):
        found[_key(known.topic, known.payload_sha256, known.reason)] = known
    for refusal in refusals:
        topic, sha256 = _clean(refusal.topic, 300), _hash(refusal.payload)
        row = found.get(_key(topic, sha256, refusal.reason))
        if row is None:
            row = DeadLetter(
                received_at=now,
                topic=topic,
                payload=refusal.payload[:MAX_BYTES],
                payload_sha256=sha256,
                payload_bytes=len(refusal.payload),
                reason=str(refusal.reason),
                detail=_clean(refusal.detail, 500),
                times=1,
            )
            session.add(row)
            found[_key(topic, sha256, refusal.reason)] = row
        else:
            row.times += 1
    session.flush()


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
    return (topic, "" if topic.endswith(_REPEATING) else sha256, str(reason))


def _hash(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def _clean(text: str, longest: int) -> str:
    """PostgreSQL's text has no room for U+0000."""
    return text.replace("\x00", "")[:longest]
