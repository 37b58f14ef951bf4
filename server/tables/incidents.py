"""Incidents and verdicts."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, validates

from server.letters import composed, plain
from server.tables.base import Key, Table

_WORDS: Final = 400
"""Characters of ``IncidentRow.words`` at most: more than a title and a number have, unless NFC lengthens them."""


def _where(condition: str) -> dict[str, Any]:
    """An index over the rows that fulfil it only, on either database."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


_FACETS: Final = (
    *("rule_kind", "rule_name", "severity", "state", "category", "source", "mode", "status"),
    *("unit", "camera_id", "assigned_to", "claimed_by", "claimed_at"),
)
"""What tokens of a search ask of an incident."""
_SEARCHED: Final = (
    ("label", "place_label <> ''", "place_label"),
    ("claimed", "claimed_by IS NOT NULL", "claimed_by"),
    ("number", "official_number <> ''", "official_number"),
    ("drill", "status <> 'actual'", "status"),
)
"""Name, condition and column of an index over the few rows that have such a thing: it costs the others nothing."""


def _partial(name: str, condition: str, column: str) -> Index:
    return Index(f"ix_incidents_{name}", column, "occurred_at", **_where(condition))


def _guide(name: str, *led_by: str, condition: str | None = None, more: tuple[str, ...] = ()) -> Index:
    """A walk of a search, newest first, on which its other tokens need no row: thousands of them would be read for a
    page on which nothing is."""
    others = [facet for facet in _FACETS if facet not in led_by]
    where = _where(condition) if condition is not None else {}
    return Index(f"ix_incidents_{name}", *led_by, "occurred_at", "id", *more, *others, **where)


class IncidentRow(Table):
    """What an officer handles: one or more events."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index("ix_incidents_place", "camera_id", "rule_name", "place", "last_seen_at"),
        # with the id, or PostgreSQL looks beyond the last row of a page for more of the same instant
        Index("ix_incidents_occurred_at", "occurred_at", "id"),
        # covers the criteria's GROUP BY over a day that has no tally yet
        Index(
            "ix_incidents_counting",
            *("status", "mode", "state", "occurred_at", "rule_kind", "rule_name", "category", "source"),
            *("camera_assisted", "handled_at", "due_at", "suspects", "victims", "deaths", "injured"),
        ),
        # few have either: an index of those few costs the ingest nothing
        Index("ix_incidents_merged_into", "merged_into", **_where("merged_into IS NOT NULL")),
        Index("ix_incidents_snoozed", "snoozed_until", **_where("snoozed_until IS NOT NULL")),
        # spots that were handled in a day; what is late because nobody has handled it (server/store/tallies.py)
        Index("ix_incidents_handled", "handled_at", **_where("handled_at IS NOT NULL")),
        Index(
            *("ix_incidents_due", "due_at", "state", "status", "mode", "occurred_at"),
            **_where("handled_at IS NULL AND due_at IS NOT NULL"),
        ),
        Index("ix_incidents_queue", "severity", "state", "occurred_at"),
        # a token of the search is a walk along one of these, newest first (server/store/searching.py)
        _guide("state", "state"),
        _guide("severity", "severity"),
        _guide("kind", "rule_kind"),
        _guide("camera", "camera_id"),
        _guide("unit", "unit"),
        _guide("category", "category", condition="category <> ''"),
        _guide("source", "source", condition="source <> 'camera'"),
        _guide("assigned", "assigned_to", condition="assigned_to IS NOT NULL"),
        _guide("trial", condition="mode = 'trial'"),
        _guide("unhandled", condition="handled_at IS NULL AND due_at IS NOT NULL", more=("due_at", "handled_at")),
        Index("ix_incidents_rule", "rule_name", "rule_kind", "occurred_at"),
        *(_partial(*each) for each in _SEARCHED),
        # a word is looked for in each of these, newest first: all that a page asks for stands in the index
        Index("ix_incidents_worded", "occurred_at", "id", "words", **_where("words <> ''")),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    """What officers call it: AN-2026-000412."""
    site: Mapped[str] = mapped_column(String(64))
    camera_id: Mapped[int | None] = mapped_column(ForeignKey("cameras.id"))
    """None: entered by hand."""
    rule_kind: Mapped[str] = mapped_column(String(64))
    rule_name: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(64))
    place_label: Mapped[str] = mapped_column(String(200), default="")
    """What people called the place when it happened; empty: its name."""
    severity: Mapped[str] = mapped_column(String(16))
    mode: Mapped[str] = mapped_column(String(16))
    """active | trial; a trial incident is never counted."""
    status: Mapped[str] = mapped_column(String(16))
    """actual | exercise | test; only actual is counted."""
    state: Mapped[str] = mapped_column(String(16))
    """server.verdict.State."""
    occurred_at: Mapped[datetime]
    """The earliest ``started_at`` of its events, as it was when it was confirmed: decides the period it counts in."""
    last_seen_at: Mapped[datetime]
    """The latest ``last_seen_at`` of its events: decides which event still joins it."""
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(16), default="camera")
    """server.verdict.Source: camera, or by hand: tip | denunciation | petition | feedback | official"""
    category: Mapped[str] = mapped_column(String(16), default="")
    """server.verdict.Category: its one ministry category; empty: none yet."""
    unit: Mapped[str] = mapped_column(String(200), default="")
    """The khóm or ấp, as it was called when it happened."""
    title: Mapped[str] = mapped_column(String(300), default="")
    """What one entered by hand is about; empty: what its rule says."""
    official_number: Mapped[str] = mapped_column(String(64), default="")
    """Its number in the legal register, which this system is not."""
    words: Mapped[str] = mapped_column(String(_WORDS), default="")
    """Title and official number for searching, as ``words_of`` gives them. Assigning either keeps it; an UPDATE that is
    written out must set it."""
    suspects: Mapped[int] = mapped_column(default=0)
    """Persons involved (đối tượng), as a count: no names."""
    victims: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0)
    injured: Mapped[int] = mapped_column(default=0)
    camera_assisted: Mapped[bool] = mapped_column(default=False)
    """Entered by hand, and a camera helped (có hỗ trợ của camera)."""
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    is_complex: Mapped[bool] = mapped_column(default=False)
    """Two months instead of 20 days."""
    due_at: Mapped[datetime | None]
    """Until when it must be handled; None: no deadline runs."""
    extended_at: Mapped[datetime | None]
    """When its one extension was granted."""
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    """The incident that it is part of since they were merged; that one counts, this one no longer."""
    confirmed_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    """When its outcome was given: a spot is standing from ``occurred_at`` until here."""
    closed_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    """Its rule was snoozed on its camera when it was made: it is not in the review queue before this."""
    version: Mapped[int] = mapped_column(default=1)
    """Grows by one with each change; a write that knows an older one gets 409."""

    @validates("title", "official_number")
    def _keep_words(self, name: str, value: str) -> str:
        said = {"title": self.title, "official_number": self.official_number, name: value}
        self.words = words_of(said["title"] or "", said["official_number"] or "")
        return value


def words_of(title: str, official_number: str) -> str:
    """What a word is looked for in: both without case and marks, a line each; empty where there is neither."""
    if not title and not official_number:
        return ""
    return plain(composed(f"{title}\n{official_number}"))[:_WORDS]


class VerdictRow(Table):
    """An officer's judgement: appended, never changed. An undo is a row of its own."""

    __tablename__ = "verdicts"
    __table_args__ = (Index("ix_verdicts_incident", "incident_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    move: Mapped[str] = mapped_column(String(16))
    """server.verdict.Move: confirm | dismiss | undo | …"""
    reason: Mapped[str | None] = mapped_column(String(32))
    """server.verdict.Reason, with dismiss."""
    note: Mapped[str] = mapped_column(Text, default="")
    evidence_sha256: Mapped[list[str]] = mapped_column(JSON)
    """Hashes of the evidence there was when it was given."""
    from_state: Mapped[str] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    decided_at: Mapped[datetime]


class IncidentCounter(Table):
    """The last number given to an incident of a year: codes are unique whoever asks, and have no holes."""

    __tablename__ = "incident_counters"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The site's local year in which the incident was entered."""
    number: Mapped[int]
