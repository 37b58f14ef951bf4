"""Cameras and the hours in which they saw."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Float,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Key, Table


class CameraRow(Table):
    """A camera of an edge; made by the first heartbeat that names it."""

    __tablename__ = "cameras"
    __table_args__ = (UniqueConstraint("edge_id", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    edge_id: Mapped[int] = mapped_column(ForeignKey("edges.id"))
    name: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(200), default="")
    """What officers call it; empty: its name."""
    unit: Mapped[str] = mapped_column(String(200), default="")
    """Khóm or ấp."""
    state: Mapped[str] = mapped_column(String(16), default="connecting")
    """The latest heartbeat's word: connecting | online | offline | finished."""
    picture: Mapped[str | None] = mapped_column(String(16))
    """What its pictures are worth: ok | covered | moved | frozen | blurred | dark | bright; null: nobody has looked."""
    clock_offset_ms: Mapped[int | None] = mapped_column(BigInteger)
    """Its own clock, which it writes into its pictures, minus the edge's; null: not known."""
    last_frame_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    """In service since; its camera-hours count from here."""
    retired_at: Mapped[datetime | None]
    """Out of service since; it is shown no more and no criterion rests on it."""
    session: Mapped[int] = mapped_column(default=0)
    up_s: Mapped[float] = mapped_column(Float, default=0.0)
    """``up_s`` of the latest heartbeat of ``session``: the next one's difference is credited to camera_hours."""
    credited_at: Mapped[datetime | None]
    """When that heartbeat was received: the difference is spread over the hours from here to the next one."""
    label_is_ours: Mapped[bool] = mapped_column(default=False)
    """An officer wrote the label here; what its edge calls it no longer counts."""
    unit_is_ours: Mapped[bool] = mapped_column(default=False)
    purpose: Mapped[str] = mapped_column(String(2000), default="")
    """What it was put up for, and on what legal basis."""
    notice_posted_on: Mapped[date | None]
    """The day on which the sign that tells passers-by of it was put up; null: none is known of."""
    notice_place: Mapped[str] = mapped_column(String(300), default="")
    """Where that sign hangs."""
    notice_photo_sha256: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of a photograph of it, wherever that is filed."""
    facts_version: Mapped[int] = mapped_column(default=0)
    """Grows with each change of label, unit, purpose and notice: a stale write is refused."""
    sent_version: Mapped[int] = mapped_column(default=0)
    """The latest version in camera_settings; 0: none was ever made."""
    config_version: Mapped[int | None]
    """The version that its edge has in force; null: what its own file says."""
    config_since: Mapped[datetime | None]
    """When that was first heard."""
    config_refused_version: Mapped[int | None]
    config_refused: Mapped[str] = mapped_column(String(500), default="")
    """Which version its edge refused, and why."""
    told: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    """contract.configuration.SettingsData: the zones and rules that its edge said it has."""


class CameraUnitRow(Table):
    """Which khóm or ấp a camera belongs to from an instant on: appended, never changed."""

    __tablename__ = "camera_units"
    __table_args__ = (Index("ix_camera_units_camera_id_since", "camera_id", "since"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    camera_id: Mapped[int] = mapped_column(ForeignKey("cameras.id"))
    since: Mapped[datetime]
    unit: Mapped[str] = mapped_column(String(200))
    """Empty: none any more."""


class CameraSettingsRow(Table):
    """What an officer had a camera look for, a version a row: appended, never changed."""

    __tablename__ = "camera_settings"
    __table_args__ = (UniqueConstraint("camera_id", "version"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    camera_id: Mapped[int] = mapped_column(ForeignKey("cameras.id"))
    version: Mapped[int]
    """1, 2, 3 …; always higher than any that its edge has said to have."""
    drawing: Mapped[dict[str, Any] | None]
    """contract.drawing.Drawing; null: back to what the edge's own file says."""
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(300), default="")


class CameraHour(Table):
    """Seconds in which a camera gave frames, by hour: what criteria rest on."""

    __tablename__ = "camera_hours"

    camera_id: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    hour_at: Mapped[datetime] = mapped_column(primary_key=True)
    """The hour's beginning, UTC."""
    up_s: Mapped[float] = mapped_column(Float)
    """0..3600."""
