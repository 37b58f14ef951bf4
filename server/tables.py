"""The database, every column explained. SQLAlchemy 2 typed tables; the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
Key = BigInteger().with_variant(Integer, "sqlite")
"""Row ids: 64 bits, and SQLite's own rowid there."""
HIGHEST_KEY = 2**63 - 1
"""No row has a higher id; a database refuses to look for one."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant; a naive one is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime can't be stored")
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(str):
    """A JSON document that is encoded already: kept in a JSON column as it is, instead of being encoded again."""

    __slots__ = ()


class Table(DeclarativeBase):
    """A row."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON}


class EdgeRow(Table):
    """An edge box that may send. Registered by an admin; nobody else's messages are accepted."""

    __tablename__ = "edges"
    __table_args__ = (UniqueConstraint("site", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    site: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(64))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token that its evidence uploads carry; the token itself is shown once and not kept."""
    created_at: Mapped[datetime]
    session: Mapped[int] = mapped_column(default=0)
    """The session counter of its latest heartbeat; an older session's late message changes nothing."""
    status: Mapped[str] = mapped_column(String(16), default="offline")
    """online | offline, as it or its last will said."""
    heartbeat_at: Mapped[datetime | None]
    """When its latest heartbeat was received (server's clock)."""
    health: Mapped[dict[str, Any] | None]
    """The latest heartbeat's data, whole."""
    sequence: Mapped[int] = mapped_column(Key, default=0)
    """The highest sequence number seen."""


class SequenceGap(Table):
    """Sequence numbers of an edge that never came. A row is closed when they do; one that stays open is shown."""

    __tablename__ = "sequence_gaps"
    __table_args__ = (UniqueConstraint("edge_id", "number"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    edge_id: Mapped[int] = mapped_column(ForeignKey("edges.id"))
    number: Mapped[int] = mapped_column(Key)
    noticed_at: Mapped[datetime]


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


class EventRow(Table):
    """The highest revision that arrived of one event."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_incident", "incident_id"), Index("ix_events_started_at", "started_at"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    """The event's UUID."""
    camera_id: Mapped[int] = mapped_column(ForeignKey("cameras.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    revision: Mapped[int]
    phase: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    rule_kind: Mapped[str] = mapped_column(String(64))
    rule_name: Mapped[str] = mapped_column(String(64))
    mode: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(64))
    severity: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    """When its first revision was committed here."""
    data: Mapped[dict[str, Any]]
    """contract.EventData of that revision, whole."""


class EventRevision(Table):
    """Every message that was accepted, once: ``source`` + ``message_id`` is the idempotency key."""

    __tablename__ = "event_revisions"
    __table_args__ = (UniqueConstraint("source", "message_id"), Index("ix_event_revisions_event", "event_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    source: Mapped[str] = mapped_column(String(210))
    message_id: Mapped[str] = mapped_column(String(128))
    event_id: Mapped[str] = mapped_column(String(36))
    revision: Mapped[int]
    sequence: Mapped[int] = mapped_column(Key)
    received_at: Mapped[datetime]
    message: Mapped[dict[str, Any]]
    """The message as it came."""


class EvidenceRow(Table):
    """A picture or clip that an event named, by hash. ``stored_at`` is None until its bytes are here."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("event_id", "sha256"), Index("ix_evidence_sha256", "sha256"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """picture | clip | moment (a picture that was taken because time had passed)"""
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(Key)
    media_type: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime | None]
    """A clip's first instant, a picture's instant."""
    ended_at: Mapped[datetime | None]
    stored_at: Mapped[datetime | None]


class IncidentRow(Table):
    """What an officer handles: one or more events."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index("ix_incidents_place", "camera_id", "rule_name", "place", "last_seen_at"),
        Index("ix_incidents_state", "state", "occurred_at"),
        Index("ix_incidents_occurred_at", "occurred_at"),
        # covers the criteria's GROUP BY over a period: a scoreboard never reads the rows themselves
        Index("ix_incidents_counting", "status", "mode", "occurred_at", "state", "rule_kind", "rule_name"),
        Index("ix_incidents_queue", "severity", "state", "occurred_at"),
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
    version: Mapped[int] = mapped_column(default=1)
    """Grows by one with each change; a write that knows an older one gets 409."""


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


class UserRow(Table):
    """A person who signs in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    """argon2id, in PHC string format."""
    password_is_one_time: Mapped[bool] = mapped_column(default=False)
    """True: somebody else chose it; whoever signs in with it is told to choose their own."""
    role: Mapped[str] = mapped_column(String(16))
    """viewer | officer | supervisor | admin"""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class SessionRow(Table):
    """A signed-in browser."""

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the cookie's value; the value itself is not kept."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    csrf: Mapped[str] = mapped_column(String(64))
    """What a writing request must carry in X-CSRF-Token."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class AuditRow(Table):
    """Who did what, when: appended, never changed."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """None: the system itself, or nobody known (a failed sign-in)."""
    action: Mapped[str] = mapped_column(String(64))
    """E.g. sign_in, sign_in_failed, confirm, dismiss, undo, view_clip, edge_token."""
    subject: Mapped[str] = mapped_column(String(200), default="")
    """What it was done to: an incident's code, an edge's name, …"""
    detail: Mapped[dict[str, Any]]


class DeadLetter(Table):
    """A message that could not be accepted, and why. One of an unknown camera is taken in when the camera is known."""

    __tablename__ = "dead_letters"
    __table_args__ = (UniqueConstraint("payload_sha256", "topic", "reason"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    topic: Mapped[str] = mapped_column(String(300))
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    """The first 64 KiB."""
    payload_sha256: Mapped[str] = mapped_column(String(64))
    """Of the whole payload; the same bytes on the same topic for the same reason are kept once and counted."""
    payload_bytes: Mapped[int] = mapped_column(Key)
    reason: Mapped[str] = mapped_column(String(32), index=True)
    """contract.receipt.Refusal"""
    detail: Mapped[str] = mapped_column(String(500))
    times: Mapped[int] = mapped_column(default=1)
    accepted_at: Mapped[datetime | None]
    """When it was taken in after all."""


class IncidentCounter(Table):
    """The last number given to an incident of a year: codes are unique whoever asks, and have no holes."""

    __tablename__ = "incident_counters"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The site's local year in which the incident was entered."""
    number: Mapped[int]
