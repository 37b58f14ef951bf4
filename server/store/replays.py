"""Writes that carried an Idempotency-Key, with their answers, for a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from server.tables import ReplayRow

KEPT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One write: whose, what, under which key."""

    user_id: int
    route: str
    key: str
    body_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The same key was used before. ``status`` 0: that request is still at work."""

    body_sha256: str
    status: int
    media_type: str
    body: bytes | None


def begin(session: Session, asked: Asked, now: datetime) -> Before | None:
    """None: the key is new, and taken from now on. Else what became of it."""
    session.execute(delete(ReplayRow).where(ReplayRow.at <= now - KEPT))
    row = ReplayRow(at=now, user_id=asked.user_id, route=asked.route, key=asked.key, body_sha256=asked.body_sha256)
    row.status, row.media_type, row.body = 0, "", None
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        kept = session.scalars(select(ReplayRow).where(*_same(asked))).one()
        return Before(body_sha256=kept.body_sha256, status=kept.status, media_type=kept.media_type, body=kept.body)
    return None


def finish(session: Session, asked: Asked, status: int, media_type: str, body: bytes | None) -> None:
    """Keep the answer."""
    values = {"status": status, "media_type": media_type, "body": body}
    session.execute(update(ReplayRow).where(*_same(asked)).values(**values))


def forget(session: Session, asked: Asked) -> None:
    """It came to nothing: the key may be used again."""
    session.execute(delete(ReplayRow).where(*_same(asked)))


def _same(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    return (ReplayRow.user_id == asked.user_id, ReplayRow.route == asked.route, ReplayRow.key == asked.key)
