"""Who did what, when: rows are appended and never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.tables import AuditRow

WINDOW: Final = timedelta(minutes=15)
"""Failed sign-ins are remembered this long."""
PER_NAME: Final = 5
"""Failures of one name from one address within the window; the next attempt is refused unheard."""
PER_ADDRESS: Final = 50
"""Failures from one address whatever the name: guessing one password over many names."""
BEGINNINGS: Final = ("enter", "verify", "confirm")
"""What begins the time in which an incident must be handled."""

Detail = Mapping[str, str | int | float | bool | None]


def record(
    session: Session,
    now: datetime,
    *,
    user_id: int | None,
    action: str,
    subject: str = "",
    detail: Detail | None = None,
) -> None:
    """Append one row. ``user_id`` None: the system itself, or nobody known."""
    session.add(AuditRow(at=now, user_id=user_id, action=action, subject=subject[:200], detail=dict(detail or {})))


def began_at(session: Session, code: str) -> datetime | None:
    """When the time to handle an incident began: when it was entered by hand, or when an officer first said that there
    is something to it."""
    return session.scalar(
        select(AuditRow.at)
        .where(AuditRow.subject == code, AuditRow.action.in_(BEGINNINGS))
        .order_by(AuditRow.id)
        .limit(1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    at: datetime
    failed: bool
    username: str


def retry_after_s(session: Session, username: str, address: str, now: datetime) -> int | None:
    """Seconds until this name may try again from this address; None: now."""
    rows = session.execute(
        select(AuditRow.at, AuditRow.action, AuditRow.subject, AuditRow.detail)
        .where(AuditRow.at > now - WINDOW, AuditRow.action.in_(("sign_in", "sign_in_failed")))
        .order_by(AuditRow.at, AuditRow.id)
    )
    here = [
        _Attempt(at=row.at, failed=row.action == "sign_in_failed", username=row.subject)
        for row in rows
        if row.detail.get("address") == address
    ]
    by_name: list[datetime] = []
    for attempt in here:
        if attempt.username == username:
            by_name = [*by_name, attempt.at] if attempt.failed else []
    by_address = [attempt.at for attempt in here if attempt.failed]
    waits = [
        times[-limit] + WINDOW - now
        for times, limit in ((by_name, PER_NAME), (by_address, PER_ADDRESS))
        if len(times) >= limit
    ]
    return max(1, *(int(wait.total_seconds()) + 1 for wait in waits)) if waits else None


def has_recent(session: Session, user_id: int, action: str, subject: str, what: str, *, since: datetime) -> bool:
    """Was the same done by the same person since then? ``what``: as in the row's detail."""
    rows = session.scalars(
        select(AuditRow).where(
            AuditRow.at > since, AuditRow.user_id == user_id, AuditRow.action == action, AuditRow.subject == subject
        )
    )
    return any(row.detail.get("what") == what for row in rows)
