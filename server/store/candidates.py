"""What an incident may be part of: what the same camera, or one in the same khóm or ấp, told at about the same time."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.criteria.definition import Definitions
from server.deed import why_not_into
from server.schemas import IncidentOut
from server.store import casefile, incidentview
from server.tables import CameraRow, IncidentRow
from server.verdict import OPEN, OUTCOMES

APART: Final = timedelta(hours=1)
"""Between the end of one and the beginning of the other, at most."""
LONGEST: Final = timedelta(days=1)
"""What began earlier than so long before is not looked for: an index finds incidents by when they began."""
MOST: Final = 5


def listing(session: Session, definitions: Definitions, code: str, now: datetime) -> tuple[IncidentOut, ...]:
    """Incidents that it may be merged into, nearest in time first. Raises NotFoundError."""
    row = casefile.find(session, code)
    if row.merged_into is not None:
        return ()
    case = casefile.case(row)
    unit = row.unit or session.scalar(select(CameraRow.unit).where(CameraRow.id == row.camera_id)) or ""
    same = [IncidentRow.camera_id == row.camera_id] if row.camera_id is not None else []
    same += [IncidentRow.unit == unit] if unit else []
    if not same:
        return ()
    found = session.scalars(
        select(IncidentRow).where(
            or_(*same),
            IncidentRow.occurred_at >= row.occurred_at - LONGEST,
            IncidentRow.occurred_at <= row.last_seen_at + APART,
            IncidentRow.last_seen_at >= row.occurred_at - APART,
            IncidentRow.state.in_(sorted(OPEN | OUTCOMES)),
            IncidentRow.id != row.id,
        )
    )
    may = [each for each in found if why_not_into(case, casefile.case(each)) is None]
    may.sort(key=lambda each: (abs(each.occurred_at - row.occurred_at), each.id))
    return incidentview.outs(session, definitions, may[:MOST], now)
