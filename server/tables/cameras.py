"""Cameras and the hours in which they saw."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Float,
    ForeignKey,
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


class CameraHour(Table):
    """Seconds in which a camera gave frames, by hour: what criteria rest on."""

    __tablename__ = "camera_hours"

    camera_id: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    hour_at: Mapped[datetime] = mapped_column(primary_key=True)
    """The hour's beginning, UTC."""
    up_s: Mapped[float] = mapped_column(Float)
    """0..3600."""
