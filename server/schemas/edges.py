"""Edges and refused messages."""

from datetime import datetime

from server.schemas.base import Schema


class EdgeOut(Schema):
    """An edge box."""

    id: int
    site: str
    name: str
    status: str
    heartbeat_at: datetime | None
    session: int
    outbox_depth: int | None
    missing_messages: int
    """Sequence numbers that never came."""


class EdgeToken(Schema):
    """An edge's new token: shown once, kept nowhere."""

    site: str
    name: str
    token: str


class DeadLetterOut(Schema):
    """A message that could not be accepted. ``beginning``: its first bytes as text, whatever they are."""

    id: int
    received_at: datetime
    topic: str
    beginning: str
    payload_bytes: int
    reason: str
    detail: str
    times: int
    accepted_at: datetime | None
    may_be_taken: bool = False
    """It is an event's, is kept whole, and was not taken in yet."""


class DeadLetterPage(Schema):
    """A page of refused messages, newest first; ``next_cursor`` is None on the last one."""

    items: tuple[DeadLetterOut, ...]
    next_cursor: int | None
