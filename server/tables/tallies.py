"""What incidents and camera hours add up to, by local day and reporting month, so that a scoreboard reads no incident.

Triggers on ``incidents`` and ``camera_hours`` (migration 0009) mark each hour that a write touches; server/store/
settling.py turns marked days into tallies. A day with a mark is read from the rows themselves.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Float, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Key, Table


class TallyCalendar(Table):
    """What the tallies were made for: one row, none before the first were made."""

    __tablename__ = "tally_calendar"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    """Always 1."""
    zone: Mapped[str] = mapped_column(String(64))
    cut_day: Mapped[int]


class TallyStamp(Table):
    """A number that stands for the tallies of one day or month as they are, another one whenever they are made anew:
    what was read under it is true for as long as it stands here. Random, so that no other database has the same."""

    __tablename__ = "tally_stamps"
    __table_args__ = ({"sqlite_with_rowid": False},)

    span: Mapped[str] = mapped_column(String(5), primary_key=True)
    """day | month; kinds: of all kinds that there are"""
    what: Mapped[str] = mapped_column(String(8), primary_key=True)
    """incident | camera"""
    start_at: Mapped[datetime] = mapped_column(primary_key=True)
    """Its beginning, UTC; of kinds 1970."""
    stamp: Mapped[int] = mapped_column(BigInteger)


class TallyMark(Table):
    """An hour in which something changed since its day was added up. Only appended and deleted: a mark that a
    transaction makes is its own, whatever others do meanwhile."""

    __tablename__ = "tally_marks"
    __table_args__ = (Index("ix_tally_marks_what_hour_at", "what", "hour_at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    what: Mapped[str] = mapped_column(String(8))
    """incident | camera"""
    hour_at: Mapped[datetime]
    """The hour's beginning, UTC."""


class TallyKind(Table):
    """A kind of incident (server.criteria.vocabulary.Kind) that there is or was."""

    __tablename__ = "tally_kinds"
    __table_args__ = (
        UniqueConstraint(
            *("rule_kind", "rule_name", "category", "source", "camera_assisted"), name="uq_tally_kinds_kind"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    rule_kind: Mapped[str] = mapped_column(String(64))
    rule_name: Mapped[str] = mapped_column(String(64))
    category: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(16))
    camera_assisted: Mapped[bool]


class TallyRow(Table):
    """What the incidents of one kind add up to that occurred in one day or month (server.criteria.tally.Sums), but for
    what is late because nobody has handled it yet: that grows without a write."""

    __tablename__ = "tallies"
    __table_args__ = ({"sqlite_with_rowid": False},)

    span: Mapped[str] = mapped_column(String(5), primary_key=True)
    """day | month"""
    start_at: Mapped[datetime] = mapped_column(primary_key=True)
    """Its beginning, UTC."""
    is_counted: Mapped[bool] = mapped_column(primary_key=True)
    """They count; else they wait for a verdict."""
    kind_id: Mapped[int] = mapped_column(ForeignKey("tally_kinds.id"), primary_key=True)
    cases: Mapped[int]
    handled: Mapped[int]
    in_time: Mapped[int]
    late: Mapped[int]
    """Handled after their deadline."""
    suspects: Mapped[int]
    victims: Mapped[int]
    deaths: Mapped[int]
    injured: Mapped[int]
    began: Mapped[int]
    """Spots that began to stand in it: all but those that were handled before they occurred."""
    ended: Mapped[int]
    """Spots that were handled in it, whenever they began; again without those."""


class TallyClears(Table):
    """How long it took to clear each incident of one kind that counts, occurred in one day or month and was handled."""

    __tablename__ = "tally_clears"
    __table_args__ = ({"sqlite_with_rowid": False},)

    span: Mapped[str] = mapped_column(String(5), primary_key=True)
    start_at: Mapped[datetime] = mapped_column(primary_key=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("tally_kinds.id"), primary_key=True)
    lasted: Mapped[bytes] = mapped_column(LargeBinary)
    """Microseconds, shortest first, each in 8 bytes, little-endian."""


class CameraTally(Table):
    """Seconds of pictures of one camera in the hours that begin in one day or month."""

    __tablename__ = "camera_tallies"
    __table_args__ = ({"sqlite_with_rowid": False},)

    span: Mapped[str] = mapped_column(String(5), primary_key=True)
    start_at: Mapped[datetime] = mapped_column(primary_key=True)
    camera_id: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    up_s: Mapped[float] = mapped_column(Float)
