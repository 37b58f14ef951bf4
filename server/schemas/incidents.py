"""Incidents, their events, evidence and verdicts."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from server.schemas.base import NO_NUL, Schema


class EvidenceOut(Schema):
    """A picture or clip. ``url`` is None until its bytes have arrived; ``missing`` says why there will be none.

    ``play_url``: a clip as every browser plays it, where that is not ``url`` itself. ``periodic``: a picture that was
    taken because time had passed. ``gaps``: where a clip stands still, because nothing was received.
    """

    kind: Literal["picture", "clip"]
    sha256: str | None
    bytes: int | None
    media_type: str | None
    started_at: datetime | None
    ended_at: datetime | None
    url: str | None
    missing: str | None
    deleted_at: datetime | None = None
    """When its bytes were deleted here."""
    deleted_rule: str = ""
    """Why: unreviewed | dismissed | closed | disk."""
    play_url: str | None = None
    periodic: bool = False
    codec: str | None = None
    coded_by: Literal["camera", "edge"] | None = None
    gaps: tuple[tuple[datetime, datetime], ...] = ()


class SubjectOut(Schema):
    """One track that took part; ``box`` as fractions of the picture.

    ``path``: where it was: milliseconds since the event's ``started_at``, x1 y1 x2 y2, and the score of that look.
    """

    track: int
    class_name: str
    score: float
    box: tuple[float, float, float, float]
    dwell_s: float
    path: tuple[tuple[int, float, float, float, float, float], ...] = ()


class EventOut(Schema):
    """One event, at its highest revision.

    ``rule_dwell_s``: how long its rule must hold; ``rule_hours``: the local hours in which it asks. None: not said.
    """

    id: str
    revision: int
    phase: str
    started_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    received_at: datetime
    model: str
    rule_dwell_s: float | None = None
    rule_hours: str | None = None
    subjects: tuple[SubjectOut, ...]
    evidence: tuple[EvidenceOut, ...]


class IncidentOut(Schema):
    """One incident in a list. ``picture_url``: its best picture, if one has arrived."""

    id: int
    code: str
    camera: str
    camera_label: str
    unit: str
    rule_kind: str
    rule_name: str
    place: str
    place_label: str
    """What people call the place; empty: ``place`` is all there is."""
    severity: str
    mode: str
    status: str
    state: str
    occurred_at: datetime
    last_seen_at: datetime
    events: int
    claimed_by: str | None
    picture_url: str | None
    version: int
    counts_toward: tuple[str, ...]
    """Codes of the criteria it bears on (whether or not it is confirmed)."""
    source: str = "camera"
    """camera, or by hand: tip | denunciation | petition | feedback | official"""
    category: str = ""
    title: str = ""
    """What one entered by hand is about; empty: what its rule says."""
    official_number: str = ""
    suspects: int = 0
    victims: int = 0
    deaths: int = 0
    injured: int = 0
    camera_assisted: bool = False
    assigned_to: str | None = None
    """The user name of the officer who handles it."""
    assigned_name: str | None = None
    is_complex: bool = False
    due_at: datetime | None = None
    days_left: int | None = None
    """Days until then; negative: days that it is late. None: no deadline runs, or it is handled."""
    is_overdue: bool = False
    is_extended: bool = False
    merged_into: str | None = None
    """The code of the incident that it is part of."""
    created_at: datetime | None = None
    confirmed_at: datetime | None = None
    handled_at: datetime | None = None
    camera_id: int | None = None
    snoozed_until: datetime | None = None
    """Its rule is snoozed on its camera: it is not in the review queue before this. None: it is, or was."""
    closed_at: datetime | None = None


class VerdictOut(Schema):
    """A verdict that was given."""

    move: str
    reason: str | None
    note: str
    officer: str
    from_state: str
    to_state: str
    decided_at: datetime


class LinkOut(Schema):
    """Another incident that it has to do with, or that is part of it."""

    code: str
    title: str
    rule_kind: str
    state: str
    note: str


class IncidentDetail(IncidentOut):
    """One incident, whole. ``moves`` and ``deeds``: what this user may do with it now."""

    event_list: tuple[EventOut, ...]
    verdicts: tuple[VerdictOut, ...]
    moves: tuple[str, ...]
    deeds: tuple[str, ...] = ()
    """facts | assign | extend | merge | split | link"""
    merged: tuple[LinkOut, ...] = ()
    """The incidents that are part of it."""
    links: tuple[LinkOut, ...] = ()


class IncidentPage(Schema):
    """A page of incidents, newest first; ``next_cursor`` is None on the last one."""

    items: tuple[IncidentOut, ...]
    next_cursor: str | None


class ReasonOut(Schema):
    """Why an incident may be dismissed, with what exactly that covers."""

    code: str
    name_vi: str
    name_en: str
    covers_vi: str
    covers_en: str


class VerdictIn(BaseModel):
    """A verdict to give. ``version``: the incident's version the officer looked at (409 when it has changed)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"move": "dismiss", "reason": "animal", "version": 1}}
    )

    move: Literal[
        "claim",
        "release",
        "verify",
        "confirm",
        "dismiss",
        "remind",
        "pledge",
        "penalise",
        "transfer",
        "resolve",
        "close",
        "reopen",
        "undo",
    ]
    reason: str | None = None
    note: str = Field(default="", max_length=4000, pattern=NO_NUL)
    version: int = Field(ge=1, le=2**31 - 1)
