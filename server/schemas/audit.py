"""The audit."""

from datetime import datetime
from typing import Any

from server.schemas.base import Schema


class AuditOut(Schema):
    """Who did what, when. ``who``: their name; empty: the system itself, or nobody known."""

    id: int
    at: datetime
    who: str
    username: str
    action: str
    subject: str
    """What it was done to: an incident's code, an account, an edge, …"""
    subject_label: str
    """What people call it."""
    detail: dict[str, Any]


class AuditPage(Schema):
    """A page of the audit, newest first; ``next_cursor`` is None on the last one."""

    items: tuple[AuditOut, ...]
    next_cursor: int | None
