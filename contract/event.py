"""The event message: what a camera saw, told in revisions from opening to closing."""

import operator
from enum import StrEnum
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from contract.envelope import Envelope, Value
from contract.instant import Instant
from contract.names import Count, Label, Milliseconds, Ordinal, Sha256, Slug

EVENT_TYPE: Final = "vn.anninh.event.v1"

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Box = tuple[Fraction, Fraction, Fraction, Fraction]
"""x1 y1 x2 y2 as fractions of the picture, origin top left."""


class Phase(StrEnum):
    """Where an event is in its life."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    """The edge learnt that it was wrong (a preclusive guard)."""


class Status(StrEnum):
    """OASIS CAP status: only ``actual`` is ever counted."""

    ACTUAL = "actual"
    EXERCISE = "exercise"
    TEST = "test"


class Mode(StrEnum):
    """``trial`` runs and shows, marked "chạy thử", and is never counted."""

    ACTIVE = "active"
    TRIAL = "trial"


class Severity(StrEnum):
    """How soon an officer must look, lowest first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Rule(Value):
    """The question that was asked of the tracks; ``version`` is the SHA-256 of its parameters."""

    kind: Slug
    name: Slug
    mode: Mode
    version: Sha256
    dwell_s: float | None = Field(default=None, ge=0.0, exclude_if=lambda value: value is None)
    """How long it must hold; None: not said."""
    hours: str | None = Field(
        default=None, pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$", exclude_if=operator.not_
    )
    """The local hours in which it asks, ``22:00-05:00``; None: always, or not said."""


class Place(Value):
    """Where: a zone or line of the camera's picture, or the whole camera."""

    kind: Literal["zone", "line", "camera"]
    name: Slug
    label: Label = ""


class ClockReading(Value):
    """How the event's times were obtained.

    ``pts``: from the stream's time stamps, anchored to the edge's clock at connection; ``file``: from a recording's
    stamps and its given start. ``offset_ms``: the edge's clock minus true time; ``camera_offset_ms``: the camera's own
    clock (the one it writes into its picture) minus the edge's. None when it is not known.
    """

    basis: Literal["pts", "file"]
    offset_ms: Milliseconds | None = None
    camera_offset_ms: Milliseconds | None = Field(default=None, exclude_if=lambda value: value is None)


Step = tuple[Annotated[int, Field(ge=0, le=2**53 - 1)], Fraction, Fraction, Fraction, Fraction, Fraction]
"""Where a subject was: milliseconds since the event's ``started_at``, its box, and the score of that look."""


class Subject(Value):
    """One track that took part: its class, best score, latest box, and seconds the rule held for it.

    ``path``: where it was, in order, thinned; left out of the bytes where there is none.
    """

    track: Count
    class_name: str = Field(alias="class", min_length=1, max_length=64)
    score: Fraction
    box: Box
    dwell_s: float = Field(ge=0.0)
    path: tuple[Step, ...] = Field(default=(), max_length=64, exclude_if=operator.not_)

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


Gap = tuple[Instant, Instant]
"""From the end of the last picture before it to the first one after it."""


class Evidence(Value):
    """A picture (``at``) or a clip (``started_at``–``ended_at``), by hash; or ``missing``: why there is none.

    A long event has two clips, its first part and its last, and pictures from in between (``periodic``). What was
    added since the first messages is left out of the bytes where it says nothing, so that theirs do not change.
    """

    kind: Literal["picture", "clip"]
    sha256: Sha256 | None = None
    bytes: int | None = Field(default=None, ge=1, le=2**53 - 1)
    media_type: Literal["image/jpeg", "video/mp4"] | None = None
    at: Instant | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    periodic: Annotated[bool, Field(exclude_if=operator.not_)] = False
    """A picture that was taken because time had passed, not because it shows the subjects best."""
    codec: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.]{1,64}$", exclude_if=operator.not_)
    """A clip's codec as RFC 6381 writes it, e.g. ``avc1.64001F`` or ``hvc1.1.6.L93.B0``; None: not said."""
    coded_by: Literal["camera", "edge"] | None = Field(default=None, exclude_if=operator.not_)
    """``camera``: the coded pictures are the camera's own, bit for bit; ``edge``: coded from its pictures (a privacy
    mask was painted, or the source has no packets that an MP4 could hold)."""
    gaps: tuple[Gap, ...] = Field(default=(), max_length=16, exclude_if=operator.not_)
    """Where a clip stands still because nothing was received, in order."""
    missing: str | None = Field(default=None, max_length=500)

    @model_validator(mode="after")
    def _is_there_or_says_why(self) -> Self:
        if self.missing is None and (self.sha256 is None or self.bytes is None or self.media_type is None):
            raise ValueError("evidence has neither its sha256, bytes and media_type nor the reason it is missing")
        return self


class ModelRef(Value):
    """The network (or built-in detector) that saw it; ``sha256`` of its weights, None when it has none."""

    name: str = Field(min_length=1, max_length=128)
    sha256: Sha256 | None = None


class EventData(Value):
    """One revision of one event. A later revision replaces an earlier one."""

    event_id: UUID
    revision: Ordinal
    phase: Phase
    status: Status = Status.ACTUAL
    rule: Rule
    place: Place
    severity: Severity
    started_at: Instant
    last_seen_at: Instant
    ended_at: Instant | None = None
    clock: ClockReading
    subjects: tuple[Subject, ...] = Field(default=(), max_length=64)
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=32)
    model: ModelRef
    config_version: str = Field(min_length=1, max_length=64)

    @model_validator(mode="after")
    def _life_makes_sense(self) -> Self:
        if self.last_seen_at < self.started_at:
            raise ValueError("last_seen_at lies before started_at")
        if (self.phase is Phase.CLOSED) != (self.ended_at is not None) and self.phase is not Phase.CANCELLED:
            raise ValueError("ended_at goes with phase closed, and only with it")
        kinds = {part.kind for part in self.evidence}
        if self.phase is Phase.CLOSED and kinds != {"picture", "clip"}:
            raise ValueError("a closed event carries a picture and a clip, or says why one is missing")
        return self


class Event(Envelope):
    """The event message. ``source`` = ``anninh:{site}/{edge}/{camera}``; ``id`` = event id ``.`` revision."""

    type: Literal["vn.anninh.event.v1"] = EVENT_TYPE
    sequence: str = Field(pattern=r"^[0-9]{1,18}$")
    data: EventData

    @model_validator(mode="after")
    def _id_agrees(self) -> Self:
        expected = message_id(self.data.event_id, self.data.revision)
        if self.id != expected:
            raise ValueError(f"id is {self.id!r}, the data says {expected!r}")
        return self

    @property
    def event_id(self) -> str:
        """The event's UUID as text: what its id begins with."""
        return self.id.rpartition(".")[0]


def message_id(event_id: UUID, revision: int) -> str:
    """The message's ``id``: event id and revision."""
    return f"{event_id}.{revision}"
