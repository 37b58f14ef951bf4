"""What is kept and what was deleted; who may see which camera; writes that may be repeated; the criteria as edited."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Key, Table


class RightRow(Table):
    """One camera, or every camera of one unit, that a limited user may see."""

    __tablename__ = "rights"
    __table_args__ = (Index("ix_rights_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    camera_id: Mapped[int | None] = mapped_column(ForeignKey("cameras.id"))
    unit: Mapped[str] = mapped_column(String(200), default="")
    """Khóm or ấp, as cameras and incidents name it; empty: the row is about ``camera_id``."""


class HoldRow(Table):
    """An incident of which nothing is deleted, and why. The row goes when the hold is lifted; the audit keeps both."""

    __tablename__ = "holds"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    held_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    held_at: Mapped[datetime]


class DeletionRow(Table):
    """The record of one piece of evidence that was deleted, or of audit rows: written before the bytes go."""

    __tablename__ = "deletions"
    __table_args__ = (Index("ix_deletions_sha256", "sha256"), Index("ix_deletions_removed_at", "removed_at"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    deleted_at: Mapped[datetime] = mapped_column(index=True)
    removed_at: Mapped[datetime | None]
    """When its bytes were gone from the disk; None: the server was stopped in between, and will finish it."""
    rule: Mapped[str] = mapped_column(String(16))
    """server.retention.Rule"""
    why: Mapped[str] = mapped_column(String(500))
    """The rule with the figures it had then, Vietnamese / English."""
    kind: Mapped[str] = mapped_column(String(16))
    """picture | clip | moment | audit"""
    sha256: Mapped[str] = mapped_column(String(64), default="")
    bytes: Mapped[int] = mapped_column(Key, default=0)
    incident_code: Mapped[str] = mapped_column(String(32), default="")
    event_id: Mapped[str] = mapped_column(String(36), default="")


class ReplayRow(Table):
    """A write that carried an Idempotency-Key, with its answer: kept for a day, so that a repeat gets the same one."""

    __tablename__ = "replays"
    __table_args__ = (UniqueConstraint("user_id", "route", "key"), Index("ix_replays_at", "at"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    route: Mapped[str] = mapped_column(String(300))
    """Method and address."""
    key: Mapped[str] = mapped_column(String(200))
    body_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    """Of the answer; 0: the first request is still at work."""
    media_type: Mapped[str] = mapped_column(String(100), default="")
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    """None: it held a secret that is shown once."""


class CriteriaVersion(Table):
    """The criteria as somebody saved them; the newest row holds. Without one the site's file does."""

    __tablename__ = "criteria_versions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    saved_at: Mapped[datetime]
    saved_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    """The YAML, whole; empty: back to the site's file."""
    sha256: Mapped[str] = mapped_column(String(64))
