"""People, their open sessions, and what they did."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Key, Table


class UserRow(Table):
    """A person who signs in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    """argon2id, in PHC string format."""
    password_is_one_time: Mapped[bool] = mapped_column(default=False)
    """True: somebody else chose it; whoever signs in with it is told to choose their own."""
    role: Mapped[str] = mapped_column(String(16))
    """viewer | officer | supervisor | admin"""
    is_limited: Mapped[bool] = mapped_column(default=False)
    """True: sees only the cameras and units of ``rights``, be they none. An admin sees everything all the same."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class SessionRow(Table):
    """A signed-in browser."""

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the cookie's value; the value itself is not kept."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    csrf: Mapped[str] = mapped_column(String(64))
    """What a writing request must carry in X-CSRF-Token."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class AuditRow(Table):
    """Who did what, when: appended, never changed, each row sealed with the one before."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """None: the system itself, or nobody known (a failed sign-in)."""
    action: Mapped[str] = mapped_column(String(64))
    """E.g. sign_in, sign_in_failed, confirm, dismiss, undo, view_clip, edge_token."""
    subject: Mapped[str] = mapped_column(String(200), default="")
    """What it was done to: an incident's code, an edge's name, …"""
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    """The ``sha256`` of the row before; empty: it is the first."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Over the row and ``previous``, as RFC 8785 writes them: whoever alters a row breaks every one after it."""
