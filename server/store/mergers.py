"""Days on which the ward's area changed: comparisons across them are marked."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.schemas import MergerIn, MergerOut, UserOut
from server.store import audit
from server.store.errors import NotFoundError, TakenError
from server.tables import MergerRow, UserRow


def days(session: Session) -> tuple[date, ...]:
    """Every such day."""
    return tuple(session.scalars(select(MergerRow.day).order_by(MergerRow.day)))


def listing(session: Session) -> tuple[MergerOut, ...]:
    """Every merger, oldest first."""
    rows = session.execute(
        select(MergerRow, UserRow.display_name).join(UserRow, UserRow.id == MergerRow.made_by).order_by(MergerRow.day)
    )
    return tuple(MergerOut(day=row.day, note=row.note, made_by=name) for row, name in rows)


def add(session: Session, given: MergerIn, *, by: UserOut, now: datetime) -> MergerOut:
    """Mark a day. Raises TakenError when it is marked."""
    if session.scalar(select(MergerRow.id).where(MergerRow.day == given.day)) is not None:
        raise TakenError(f"Ngày {given.day:%d/%m/%Y} đã được đánh dấu. / {given.day} is marked already.")
    session.add(MergerRow(day=given.day, note=given.note, made_by=by.id, made_at=now))
    audit.record(
        session, now, user_id=by.id, action="merger_marked", subject=str(given.day), detail={"note": given.note}
    )
    return MergerOut(day=given.day, note=given.note, made_by=by.display_name)


def remove(session: Session, day: date, *, by: UserOut, now: datetime) -> None:
    """Take the mark away. Raises NotFoundError."""
    row = session.scalar(select(MergerRow).where(MergerRow.day == day))
    if row is None:
        raise NotFoundError(f"Ngày {day:%d/%m/%Y} không được đánh dấu. / {day} is not marked.")
    audit.record(session, now, user_id=by.id, action="merger_unmarked", subject=str(day), detail={"note": row.note})
    session.delete(row)
