"""How far journals have been read: new incidents, verdicts, the audit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.tables import AuditRow, IncidentRow, NoticeMark, VerdictRow

SETTLED: Final = timedelta(seconds=60)
"""Row ids are given before a transaction commits, so a lower one may appear after a higher one. No transaction of ours
lasts longer than this: rows older than it have no such gaps."""

_Ids = InstrumentedAttribute[int]
_Times = InstrumentedAttribute[datetime]
JOURNALS: Final[dict[str, tuple[_Ids, _Times]]] = {
    "incidents": (IncidentRow.id, IncidentRow.created_at),
    "verdicts": (VerdictRow.id, VerdictRow.decided_at),
    "audit": (AuditRow.id, AuditRow.at),
}
"""Id and instant of each journal's rows."""


def read(session: Session, journal: str) -> int | None:
    """The row up to which a journal was read, None where nobody began yet."""
    return session.scalar(select(NoticeMark.row_id).where(NoticeMark.name == journal))


def write(session: Session, journal: str, row_id: int) -> None:
    """Everything up to here was read."""
    session.merge(NoticeMark(name=journal, row_id=row_id))


def begin(session: Session, name: str) -> None:
    """Mark that something was begun, e.g. that messages lie at the broker which must be taken away one day."""
    write(session, name, 1)


def remove(session: Session, name: str) -> None:
    """It is as if it never was."""
    session.execute(delete(NoticeMark).where(NoticeMark.name == name))


def latest(session: Session, journal: str) -> int:
    """The highest row id of a journal, 0 for an empty one."""
    ids, _ = JOURNALS[journal]
    return session.scalar(select(func.max(ids))) or 0


def after(session: Session, journal: str, row_id: int, *, limit: int, before: datetime | None = None) -> Sequence[int]:
    """The next row ids of a journal; ``before``: of rows that are older."""
    ids, times = JOURNALS[journal]
    wanted = select(ids).where(ids > row_id).order_by(ids).limit(limit)
    found = session.scalars(wanted if before is None else wanted.add_columns(times))
    if before is None:
        return found.all()
    rows = session.execute(wanted.add_columns(times)).all()
    settled: list[int] = []
    for found_id, at in rows:
        if at >= before:
            break
        settled.append(found_id)
    return settled
