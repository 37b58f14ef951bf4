"""Saved filters: an officer's own, and those a supervisor shares."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.role import at_least
from server.schemas import SavedFilterIn, SavedFilterOut, UserOut
from server.search import parse
from server.store import audit
from server.store.errors import ForbiddenError, InvalidError, NotFoundError, TakenError
from server.tables import SavedFilterRow, UserRow

MOST: Final = 50
"""Filters of one officer."""


def listing(session: Session, user: UserOut) -> tuple[SavedFilterOut, ...]:
    """One's own and the shared ones, by name."""
    rows = session.execute(
        select(SavedFilterRow, UserRow.display_name)
        .join(UserRow, UserRow.id == SavedFilterRow.user_id)
        .where(or_(SavedFilterRow.user_id == user.id, SavedFilterRow.is_shared))
        .order_by(SavedFilterRow.name, SavedFilterRow.id)
    )
    return tuple(_out(row, name, user) for row, name in rows)


def keep(session: Session, user: UserOut, given: SavedFilterIn, now: datetime) -> SavedFilterOut:
    """Keep a search under a name; the same name again replaces it.

    Raises InvalidError for a search with a fault, ForbiddenError, TakenError when there are too many.
    """
    if given.is_shared and not at_least(user.role, "supervisor"):
        raise ForbiddenError("Chỉ chỉ huy chia sẻ được bộ lọc. / Only a supervisor shares a filter with everybody.")
    search, name = parse(given.query), " ".join(given.name.split())
    if search.faults:
        raise InvalidError(f"{search.faults[0].vi} / {search.faults[0].en}")
    if search.is_empty or not name:
        raise InvalidError("Bộ lọc cần tên và câu tìm. / A filter needs a name and a search.")
    row = session.scalar(select(SavedFilterRow).where(SavedFilterRow.user_id == user.id, SavedFilterRow.name == name))
    if row is None:
        own = select(func.count()).select_from(SavedFilterRow).where(SavedFilterRow.user_id == user.id)
        if (session.scalar(own) or 0) >= MOST:
            raise TakenError(f"Đã có {MOST} bộ lọc; hãy xoá bớt. / There are {MOST} filters; delete one first.")
        row = SavedFilterRow(user_id=user.id, name=name, created_at=now)
        session.add(row)
    row.query, row.is_shared = search.text(), given.is_shared
    session.flush()
    said: audit.Detail = {"query": row.query, "shared": row.is_shared}
    audit.record(session, now, user_id=user.id, action="keep_filter", subject=name, detail=said)
    return _out(row, user.display_name, user)


def delete(session: Session, user: UserOut, filter_id: int, now: datetime) -> None:
    """Delete one's own, or, as a supervisor, a shared one. Raises NotFoundError for any other."""
    row = session.get(SavedFilterRow, filter_id)
    is_theirs = row is not None and (row.user_id == user.id or (row.is_shared and at_least(user.role, "supervisor")))
    if row is None or not is_theirs:
        raise NotFoundError("Không có bộ lọc này của bạn. / There is no such filter of yours.")
    session.delete(row)
    audit.record(session, now, user_id=user.id, action="delete_filter", subject=row.name, detail={"query": row.query})


def _out(row: SavedFilterRow, owner: str, user: UserOut) -> SavedFilterOut:
    return SavedFilterOut(
        id=row.id,
        name=row.name,
        query=row.query,
        is_shared=row.is_shared,
        is_mine=row.user_id == user.id,
        owner=owner,
    )
