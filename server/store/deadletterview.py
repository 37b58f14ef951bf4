"""Refused messages as admins see them."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.schemas import DeadLetterOut, DeadLetterPage
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
    )
