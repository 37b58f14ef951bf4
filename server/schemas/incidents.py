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


class VerdictOut(Schema):
    """A verdict that was given."""

    move: str
    reason: str | None
    note: str
    officer: str
    from_state: str
    to_state: str
    decided_at: datetime


class IncidentDetail(IncidentOut):
    """One incident, whole. ``moves``: what this user may do with it now."""

    event_list: tuple[EventOut, ...]
    verdicts: tuple[VerdictOut, ...]
    moves: tuple[str, ...]


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

    move: Literal["claim", "release", "confirm", "dismiss", "undo"]
    reason: str | None = None
    note: str = Field(default="", max_length=4000, pattern=NO_NUL)
    version: int = Field(ge=1, le=2**31 - 1)
