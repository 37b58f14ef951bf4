"""Edge boxes, what they have not delivered, and what could not be accepted of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Key, Table


class EdgeRow(Table):
    """An edge box that may send. Registered by an admin; nobody else's messages are accepted."""

    __tablename__ = "edges"
    __table_args__ = (UniqueConstraint("site", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    site: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(64))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token that its evidence uploads carry; the token itself is shown once and not kept."""
    created_at: Mapped[datetime]
    session: Mapped[int] = mapped_column(default=0)
    """The session counter of its latest heartbeat; an older session's late message changes nothing."""
    status: Mapped[str] = mapped_column(String(16), default="offline")
    """online | offline, as it or its last will said."""
    heartbeat_at: Mapped[datetime | None]
    """When its latest heartbeat was received (server's clock)."""
    health: Mapped[dict[str, Any] | None]
    """The latest heartbeat's data, whole."""
    sequence: Mapped[int] = mapped_column(Key, default=0)
    """The highest sequence number seen."""


class SequenceGap(Table):
    """Sequence numbers of an edge that never came. A row is closed when they do; one that stays open is shown."""

    __tablename__ = "sequence_gaps"
    __table_args__ = (UniqueConstraint("edge_id", "number"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    edge_id: Mapped[int] = mapped_column(ForeignKey("edges.id"))
    number: Mapped[int] = mapped_column(Key)
    noticed_at: Mapped[datetime]


class DeadLetter(Table):
    """A message that could not be accepted, and why. One of an unknown camera is taken in when the camera is known."""

    __tablename__ = "dead_letters"
    __table_args__ = (UniqueConstraint("payload_sha256", "topic", "reason"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    topic: Mapped[str] = mapped_column(String(300))
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    """The first 64 KiB."""
    payload_sha256: Mapped[str] = mapped_column(String(64))
    """Of the whole payload; the same bytes on the same topic for the same reason are kept once and counted."""
    payload_bytes: Mapped[int] = mapped_column(Key)
    reason: Mapped[str] = mapped_column(String(32), index=True)
    """contract.receipt.Refusal"""
    detail: Mapped[str] = mapped_column(String(500))
    times: Mapped[int] = mapped_column(default=1)
    accepted_at: Mapped[datetime | None]
    """When it was taken in after all."""
