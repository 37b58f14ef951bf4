"""The ward's khóm and ấp under their names of the time: a rename or merger ends one and names its successor."""

from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.schemas import UnitEnd, UnitIn, UnitOut, UserOut
from server.store import audit
from server.store.errors import InvalidError, NotFoundError, TakenError
from server.tables import UnitRow


def listing(session: Session, on: date | None = None) -> tuple[UnitOut, ...]:
    """Every unit there ever was, by name; ``on``: only those that there were on that day."""
    found = select(UnitRow).order_by(UnitRow.name, UnitRow.valid_from)
    if on is not None:
        found = found.where(UnitRow.valid_from <= on, or_(UnitRow.valid_to.is_(None), UnitRow.valid_to > on))
    return tuple(_out(row) for row in session.scalars(found))


def add(session: Session, given: UnitIn, by: UserOut, now: datetime) -> UnitOut:
    """A new unit, which may replace others from its first day on.

    Raises TakenError when the name is another unit's on one of its days, NotFoundError and InvalidError for what it
    can't replace.
    """
    old = [_row(session, unit_id) for unit_id in dict.fromkeys(given.replaces)]
    for row in old:
        _end(row, given.valid_from)
    session.flush()
    same = select(UnitRow.id).where(
        UnitRow.name == given.name, or_(UnitRow.valid_to.is_(None), UnitRow.valid_to > given.valid_from)
    )
    if session.scalar(same) is not None:
        raise TakenError(f"Đã có đơn vị {given.name} vào ngày này. / There is a unit {given.name} on that day already.")
    made = UnitRow(name=given.name, kind=given.kind, valid_from=given.valid_from, valid_to=None, successor_id=None)
    session.add(made)
    session.flush()
    for row in old:
        row.successor_id = made.id
    told = {"kind": made.kind, "to": str(made.valid_from), "from": ", ".join(row.name for row in old)}
    audit.record(session, now, user_id=by.id, action="unit_added", subject=made.name, detail=told)
    return _out(made)


def end(session: Session, unit_id: int, given: UnitEnd, by: UserOut, now: datetime) -> UnitOut:
    """It is no more; perhaps part of another one. Raises NotFoundError and InvalidError."""
    row = _row(session, unit_id)
    successor = _row(session, given.successor) if given.successor is not None else None
    if successor is row:
        raise InvalidError("Đơn vị không thể nhập vào chính nó. / A unit can't become part of itself.")
    if successor is not None and successor.valid_to is not None and successor.valid_to <= given.valid_to:
        raise InvalidError(f"{successor.name} không còn vào ngày này. / {successor.name} is no more on that day.")
    _end(row, given.valid_to)
    row.successor_id = successor.id if successor else None
    session.flush()
    told = {"to": str(given.valid_to), "into": successor.name if successor else None}
    audit.record(session, now, user_id=by.id, action="unit_ended", subject=row.name, detail=told)
    return _out(row)


def _end(row: UnitRow, day: date) -> None:
    if row.valid_to is not None:
        raise InvalidError(f"{row.name} đã hết hiệu lực từ {row.valid_to}. / {row.name} ended on {row.valid_to}.")
    if day <= row.valid_from:
        raise InvalidError(f"{row.name} chỉ có từ {row.valid_from}. / {row.name} begins only on {row.valid_from}.")
    row.valid_to = day


def _row(session: Session, unit_id: int) -> UnitRow:
    row = session.get(UnitRow, unit_id, with_for_update=True)
    if row is None:
        raise NotFoundError(f"Không có đơn vị số {unit_id}. / There is no unit {unit_id}.")
    return row


def _out(row: UnitRow) -> UnitOut:
    return UnitOut.model_validate(
        {
            "id": row.id,
            "name": row.name,
            "kind": row.kind,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
            "successor": row.successor_id,
        }
    )
