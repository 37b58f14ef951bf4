"""Holds: incidents of which nothing may be deleted."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.schemas import HoldOut, UserOut
from server.store import audit
from server.store.errors import NotFoundError
from server.tables import HoldRow, IncidentRow, UserRow


def of(session: Session, code: str) -> HoldOut | None:
    """The hold on an incident; None: there is none. Raises NotFoundError for an incident that is not there."""
    incident_id = _incident(session, code).id
    row = session.execute(
        select(HoldRow, UserRow.display_name)
        .join(UserRow, UserRow.id == HoldRow.held_by)
        .where(HoldRow.incident_id == incident_id)
    ).one_or_none()
    if row is None:
        return None
    hold, held_by = row
    return HoldOut(incident=code, reason=hold.reason, held_by=held_by, held_at=hold.held_at)


def put(session: Session, code: str, *, reason: str, by: UserOut, now: datetime) -> HoldOut:
    """Hold an incident, or give its hold another reason. Raises NotFoundError."""
    incident_id = _incident(session, code, lock=True).id
    row = session.get(HoldRow, incident_id)
    if row is None:
        session.add(HoldRow(incident_id=incident_id, reason=reason, held_by=by.id, held_at=now))
    else:
        row.reason, row.held_by, row.held_at = reason, by.id, now
    session.flush()
    audit.record(session, now, user_id=by.id, action="hold", subject=code, detail={"reason": reason})
    return HoldOut(incident=code, reason=reason, held_by=by.display_name, held_at=now)


def lift(session: Session, code: str, *, by: UserOut, now: datetime) -> None:
    """From now on the site's retention holds for it again. Raises NotFoundError when there is no hold."""
    row = session.get(HoldRow, _incident(session, code, lock=True).id)
    if row is None:
        raise NotFoundError(f"there is no hold on {code}")
    session.delete(row)
    audit.record(session, now, user_id=by.id, action="hold_lifted", subject=code, detail={"reason": row.reason})


def _incident(session: Session, code: str, *, lock: bool = False) -> IncidentRow:
    asked = select(IncidentRow).where(IncidentRow.code == code)
    # a sweep that is deleting its evidence right now is waited for, and waits for this
    row = session.scalar(asked.with_for_update() if lock else asked)
    if row is None:
        raise NotFoundError(f"there is no incident {code}")
    return row
