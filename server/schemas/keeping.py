"""What is kept, what was deleted, and what would be."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from server.schemas.base import NO_NUL, Schema

_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500, pattern=NO_NUL)]


class HoldIn(BaseModel):
    """Why nothing of an incident may be deleted."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"reason": "Viện kiểm sát yêu cầu giữ, CV 112/VKS"}}
    )

    reason: _Reason


class HoldOut(Schema):
    """A hold: until it is lifted nothing of the incident is deleted."""

    incident: str
    reason: str
    held_by: str
    held_at: datetime


class DeletionOut(Schema):
    """The record of one deletion. ``removed_at`` None: the bytes go within the hour."""

    id: int
    deleted_at: datetime
    removed_at: datetime | None
    rule: str
    why: str
    kind: str
    sha256: str
    bytes: int
    incident_code: str
    event_id: str


class DeletionPage(Schema):
    """A page of deletions, newest first; ``next_cursor`` is None on the last one."""

    items: tuple[DeletionOut, ...]
    next_cursor: int | None


class RetentionRule(Schema):
    """One rule: its days, and what would go by it now."""

    rule: str
    days: float
    files: int
    bytes: int


class RetentionOut(Schema):
    """How long evidence is kept here, and what a sweep would delete now."""

    rules: tuple[RetentionRule, ...]
    files: int
    bytes: int
    disk_free_bytes: int
    keep_free_bytes: int
    every_minutes: float
    """0: nothing is ever deleted."""
