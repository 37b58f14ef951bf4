"""Refused messages as admins see them."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.inbox import Delivery
from server.schemas import DeadLetterOut, DeadLetterPage, UserOut
from server.store import audit
from server.store.errors import NotFoundError, TakenError
from server.tables import DeadLetter

_SHOWN_BYTES: Final = 2000
"""Enough of a payload to see what it is."""


def listing(session: Session, cursor: int | None, limit: int) -> DeadLetterPage:
    """A page, newest first. ``cursor``: the page before's ``next_cursor``."""
    found = select(DeadLetter).order_by(DeadLetter.id.desc()).limit(limit + 1)
    if cursor is not None:
        found = found.where(DeadLetter.id < cursor)
    rows = session.scalars(found).all()
    page = rows[:limit]
    return DeadLetterPage(
        items=tuple(_out(row) for row in page), next_cursor=page[-1].id if len(rows) > limit else None
    )


def deliverable(session: Session, letter_id: int) -> Delivery:
    """The message of a letter, to be taken in again. Raises NotFoundError, and TakenError when that can't be."""
    row = session.get(DeadLetter, letter_id)
    if row is None:
        raise NotFoundError(f"there is no dead letter {letter_id}")
    if not _is_retriable(row):
        raise TakenError(
            "Tin này không nhận lại được: đã nhận rồi, không giữ trọn, hoặc không phải sự kiện. / "
            "This message can't be taken in again: it was already, is not kept whole, or is no event."
        )
    return Delivery(topic=row.topic, payload=row.payload)


def taken(session: Session, letter_id: int, *, by: UserOut, now: datetime) -> None:
    """It was taken in after all."""
    row = session.get(DeadLetter, letter_id)
    if row is not None:
        row.accepted_at = now
        audit.record(session, now, user_id=by.id, action="dead_letter_taken", subject=row.topic)


def one(session: Session, letter_id: int) -> DeadLetterOut:
    """One letter. Raises NotFoundError."""
    row = session.get(DeadLetter, letter_id)
    if row is None:
        raise NotFoundError(f"there is no dead letter {letter_id}")
    return _out(row)


def _is_retriable(row: DeadLetter) -> bool:
    # a heartbeat of last week says nothing about today
    return row.accepted_at is None and row.topic.endswith("/event") and 0 < row.payload_bytes <= len(row.payload)


def _out(row: DeadLetter) -> DeadLetterOut:
    return DeadLetterOut(
        id=row.id,
        received_at=row.received_at,
        topic=row.topic,
        beginning=row.payload[:_SHOWN_BYTES].decode("utf-8", "replace"),
        payload_bytes=row.payload_bytes,
        reason=row.reason,
        detail=row.detail,
        times=row.times,
        accepted_at=row.accepted_at,
        may_be_taken=_is_retriable(row),
    )
