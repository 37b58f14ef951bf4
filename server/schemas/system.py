"""How the server and its edges are."""

from datetime import datetime

from server.schemas.base import Schema


class SystemEdge(Schema):
    """An edge box, as its latest heartbeat tells. What it did not tell is null."""

    site: str
    name: str
    state: str
    """online | silent (no heartbeat for a minute and a half) | offline | new (never heard)"""
    heartbeat_at: datetime | None
    session: int
    software: str | None
    config_version: str | None
    model: str | None
    cameras: int
    cameras_online: int
    outbox_depth: int | None
    outbox_oldest_s: float | None
    """How long its oldest message has waited for a receipt of ours."""
    evidence_pending: int | None
    disk_free_bytes: int | None
    detect_share: float | None
    """1: it looks as often as its cameras ask."""
    clock_offset_ms: int | None
    missing_messages: int


class SystemOut(Schema):
    """Everything about the machines on one page."""

    edges: tuple[SystemEdge, ...]
    broker_connected: bool
    ingest_waiting: int
    """Messages that were received and are not written yet."""
    receipts_lag_s: float | None
    """The longest that a message at any edge has waited for its receipt."""
    messages_dropped: int
    dead_letters: int
    """Refused messages that were not taken in."""
    database_bytes: int
    database: str
    evidence_bytes: int
    """Of the pictures and clips that are here."""
    evidence_files: int
    disk_total_bytes: int
    disk_free_bytes: int
    live_pages: int
    started_at: datetime
    versions: dict[str, str]
    computed_at: datetime
