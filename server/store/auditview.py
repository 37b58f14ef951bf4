"""The audit log of one thing, as its page tells it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.schemas import DeedOut
from server.tables import AuditRow, UserRow


def of(session: Session, subject: str, actions: tuple[str, ...]) -> tuple[DeedOut, ...]:
    """What was done to it, oldest first; of these actions only."""
    rows = session.execute(
        select(AuditRow.at, AuditRow.action, AuditRow.detail, UserRow.display_name)
        .outerjoin(UserRow, UserRow.id == AuditRow.user_id)
        .where(AuditRow.subject == subject, AuditRow.action.in_(actions))
        .order_by(AuditRow.id)
    )
    return tuple(DeedOut(at=row.at, who=row.display_name or "", action=row.action, detail=row.detail) for row in rows)
