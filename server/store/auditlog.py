"""The audit as supervisors read it."""

import re
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.schemas import AuditOut, AuditPage
from server.tables import AuditRow, CameraRow, UserRow

_CAMERA: Final = re.compile(r"camera (\d{1,18})")


def listing(
    session: Session,
    *,
    who: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: int | None = None,
    limit: int = 50,
) -> AuditPage:
    """A page, newest first. ``who``: a user name; ``subject``: how it begins; [since, until)."""
    found = (
        select(AuditRow, UserRow)
        .outerjoin(UserRow, UserRow.id == AuditRow.user_id)
        .order_by(AuditRow.id.desc())
        .limit(limit + 1)
    )
    if who:
        found = found.where(UserRow.username == who)
    if action:
        found = found.where(AuditRow.action == action)
    if subject:
        found = found.where(AuditRow.subject.startswith(subject, autoescape=True))
    if since is not None:
        found = found.where(AuditRow.at >= since)
    if until is not None:
        found = found.where(AuditRow.at < until)
    if cursor is not None:
        found = found.where(AuditRow.id < cursor)
    rows = session.execute(found).all()
    page = rows[:limit]
    labels = _labels(session, [row for row, _user in page])
    return AuditPage(
        items=tuple(
            AuditOut(
                id=row.id,
                at=row.at,
                who=user.display_name if user else "",
                username=user.username if user else "",
                action=row.action,
                subject=row.subject,
                subject_label=labels.get(row.subject, row.subject),
                detail=row.detail,
            )
            for row, user in page
        ),
        next_cursor=page[-1][0].id if len(rows) > limit else None,
    )


def people(session: Session) -> tuple[tuple[str, str], ...]:
    """User name and name of everybody who may stand in it."""
    found = session.execute(select(UserRow.username, UserRow.display_name).order_by(UserRow.display_name))
    return tuple((username, name) for username, name in found)


def _labels(session: Session, rows: list[AuditRow]) -> dict[str, str]:
    """Cameras stand in the audit by their id: what people call them."""
    ids = {row.subject: int(match[1]) for row in rows if (match := _CAMERA.fullmatch(row.subject))}
    if not ids:
        return {}
    named = {
        row.id: row.label or row.name
        for row in session.scalars(select(CameraRow).where(CameraRow.id.in_(ids.values())))
    }
    return {subject: f"camera {named[camera_id]}" for subject, camera_id in ids.items() if camera_id in named}
