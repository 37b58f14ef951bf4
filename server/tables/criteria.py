"""What officers enter for criteria, frozen periods with their adjustments, and mergers of wards."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Key, Table


class CriterionEntryRow(Table):
    """An officer's figures for one criterion in one period: appended. The latest approved one holds."""

    __tablename__ = "criterion_entries"
    __table_args__ = (Index("ix_criterion_entries_of", "code", "period", "state"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(String(8))
    """The criterion's: TC09."""
    period: Mapped[str] = mapped_column(String(24))
    """The period's key: 2026-M03."""
    figures: Mapped[dict[str, Any]]
    """Check key → figure. A check that is missing is attested: what the system counted is whole."""
    note: Mapped[str] = mapped_column(Text)
    """Where the figures come from."""
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    """A paper that proves them, in the evidence store; entry_files knows its name."""
    state: Mapped[str] = mapped_column(String(16))
    """waiting | approved | refused; only an approved one decides."""
    entered_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """The supervisor who approved or refused it: never who entered it."""
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(Text, default="")


class CriterionFileRow(Table):
    """A paper that an officer uploaded for an entry. Its bytes lie in the evidence store."""

    __tablename__ = "entry_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(128))
    bytes: Mapped[int] = mapped_column(Key)
    stored_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    stored_at: Mapped[datetime]


class FrozenRow(Table):
    """One criterion's result in a frozen period: revision 1 when it was frozen, each later one an adjustment."""

    __tablename__ = "frozen_results"
    __table_args__ = (UniqueConstraint("period", "code", "revision"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    period: Mapped[str] = mapped_column(String(24))
    code: Mapped[str] = mapped_column(String(8))
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    value: Mapped[float | None] = mapped_column(Float)
    baseline: Mapped[float | None] = mapped_column(Float)
    definition_sha256: Mapped[str] = mapped_column(String(64))
    """The wording that it answers."""
    result: Mapped[dict[str, Any]]
    """schemas.CriterionOut, whole: what the scoreboard showed."""
    counted: Mapped[dict[str, Any]]
    """Check key → codes of exactly the incidents that were counted."""
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Of an adjustment: what changed against the revision before."""
    why: Mapped[str] = mapped_column(Text)
    """Of an adjustment: the supervisor's reason."""
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]


class MergerRow(Table):
    """A day on which the ward's area changed: comparisons across it are marked."""

    __tablename__ = "mergers"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    """The first day of the new area."""
    note: Mapped[str] = mapped_column(Text)
    """What was merged: "Phường 5 + xã Hòa Thuận"."""
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
