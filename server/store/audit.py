"""Who did what, when: rows are appended and never changed."""

import hashlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import rfc8785
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from server.tables import AuditRow

WINDOW: Final = timedelta(minutes=15)
"""Failed sign-ins are remembered this long."""
PER_NAME: Final = 5
"""Failures of one name from one address within the window; the next attempt is refused unheard."""
PER_ADDRESS: Final = 50
"""Failures from one address whatever the name: guessing one password over many names."""
_PENDING: Final = "audit"
_LOCK: Final = 0x617564697473
"""PostgreSQL's advisory lock for sealing: "audits" in ASCII. SQLite has one writer at a time anyway."""
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
    """Append one row, when the transaction commits. ``user_id`` None: the system itself, or nobody known.

    Rows are sealed one after the other, so whoever commits waits for whoever seals. Being the last thing a transaction
    does, that wait is short, and nobody holds it while they wait for something else.
    """
    if _PENDING not in session.info:
        session.info[_PENDING] = []
        event.listen(session, "before_commit", _append)
    said = AuditRow(at=now, user_id=user_id, action=action, subject=subject[:200], detail=dict(detail or {}))
    session.info[_PENDING].append(said)


def _append(session: Session) -> None:
    """Seal what is pending behind the last row, one transaction at a time."""
    pending: list[AuditRow] = session.info[_PENDING]
    if not pending or session.in_nested_transaction():
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    previous = session.scalar(select(AuditRow.sha256).order_by(AuditRow.id.desc()).limit(1)) or ""
    for row in pending:
        row.previous, row.sha256 = previous, seal(row, previous)
        previous = row.sha256
        session.add(row)
        session.flush()
    pending.clear()


def seal(row: AuditRow, previous: str) -> str:
    """SHA-256 over a row and the seal before it, written as RFC 8785 says: the same bytes wherever it is computed."""
    said = [row.at.astimezone(UTC).isoformat(), row.user_id, row.action, row.subject, row.detail, previous]
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What a walk along the whole log came to. ``broken``: the id of the first row that is not what was written, or
    does not follow the one before; None: the log is whole. ``head``: the last seal, to be kept elsewhere."""

    rows: int
    head: str
    broken: int | None


def verify(session: Session) -> Chain:
    """Read every row and check its seal. Rows that retention deleted at the beginning are not missed."""
    rows, previous = 0, None
    found = session.scalars(select(AuditRow).order_by(AuditRow.id).execution_options(yield_per=1000))
    with closing(found):
        for row in found:
            rows += 1
            follows = previous is None or row.previous == previous
            if not follows or row.sha256 != seal(row, row.previous):
                return Chain(rows=rows, head=previous or "", broken=row.id)
            previous = row.sha256
    return Chain(rows=rows, head=previous or "", broken=None)


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
