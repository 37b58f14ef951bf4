"""Events, their revisions and their evidence."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Key, Table


class EventRow(Table):
    """The highest revision that arrived of one event."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_incident", "incident_id"), Index("ix_events_started_at", "started_at"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    """The event's UUID."""
    camera_id: Mapped[int] = mapped_column(ForeignKey("cameras.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    revision: Mapped[int]
    phase: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    rule_kind: Mapped[str] = mapped_column(String(64))
    rule_name: Mapped[str] = mapped_column(String(64))
    mode: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(64))
    severity: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    """When its first revision was committed here."""
    data: Mapped[dict[str, Any]]
    """contract.EventData of that revision, whole."""


class EventRevision(Table):
    """Every message that was accepted, once: ``source`` + ``message_id`` is the idempotency key."""

    __tablename__ = "event_revisions"
    __table_args__ = (UniqueConstraint("source", "message_id"), Index("ix_event_revisions_event", "event_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    source: Mapped[str] = mapped_column(String(210))
    message_id: Mapped[str] = mapped_column(String(128))
    event_id: Mapped[str] = mapped_column(String(36))
    revision: Mapped[int]
    sequence: Mapped[int] = mapped_column(Key)
    received_at: Mapped[datetime]
    message: Mapped[dict[str, Any]]
    """The message as it came."""


class EvidenceRow(Table):
    """A picture or clip that an event named, by hash. ``stored_at`` is None until its bytes are here."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("event_id", "sha256"), Index("ix_evidence_sha256", "sha256"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """picture | clip | moment (a picture that was taken because time had passed)"""
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(Key)
    media_type: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime | None]
    """A clip's first instant, a picture's instant."""
    ended_at: Mapped[datetime | None]
    stored_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    """When its bytes were deleted here; ``stored_at`` is None since then."""
    deleted_rule: Mapped[str] = mapped_column(String(16), default="")
    """Why: server.retention.Rule."""
