"""The record of what was deleted, as it is shown."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.schemas import DeletionOut, DeletionPage
from server.tables import DeletionRow


def listing(session: Session, cursor: int | None, limit: int) -> DeletionPage:
    """A page, newest first. ``cursor``: the page before's ``next_cursor``."""
    found = select(DeletionRow).order_by(DeletionRow.id.desc()).limit(limit + 1)
    if cursor is not None:
        found = found.where(DeletionRow.id < cursor)
    rows = session.scalars(found).all()
    page = rows[:limit]
    return DeletionPage(
        items=tuple(DeletionOut.model_validate(row) for row in page),
        next_cursor=page[-1].id if len(rows) > limit else None,
    )
