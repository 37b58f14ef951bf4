"""What officers set beside an incident: links to others, rules that are silent for a while, the ward's units."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Key, Table


class LinkRow(Table):
    """Two incidents that have to do with each other; each counts as before."""

    __tablename__ = "incident_links"
    __table_args__ = (UniqueConstraint("one_id", "other_id"), Index("ix_incident_links_other", "other_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    """The one with the lower id: a pair stands here once."""
    other_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    linked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    linked_at: Mapped[datetime]


class SnoozeRow(Table):
    """A rule on a camera whose incidents stay out of the review queue for a while; they are logged and counted."""

    __tablename__ = "snoozes"
    __table_args__ = (Index("ix_snoozes_until", "until_at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    camera_id: Mapped[int] = mapped_column(ForeignKey("cameras.id"))
    rule_name: Mapped[str] = mapped_column(String(64))
    until_at: Mapped[datetime]
    """It ends by itself; brought forward when somebody ends it."""
    note: Mapped[str] = mapped_column(Text, default="")
    """Why."""
    snoozed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    snoozed_at: Mapped[datetime]


class UnitRow(Table):
    """A khóm, ấp or ward under one name. A rename or merger ends it and names what it became."""

    __tablename__ = "units"
    __table_args__ = (Index("ix_units_name", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    """khom | ap | phuong"""
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    """The first day on which it is no more; None: it is."""
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
