"""Look-alikes: alerts of the same camera and rule that wait, and their dismissal at once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.criteria.definition import Definitions
from server.schemas import (
    MOST_ALIKE,
    DismissalsIn,
    DismissalsOut,
    DismissedOut,
    IncidentOut,
    LeftOut,
    UserOut,
    VerdictIn,
)
from server.store import incidents, incidentview
from server.store.casefile import Writer
from server.store.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from server.tables import IncidentRow
from server.verdict import WAITING, BadReasonError, Move, reason_of


def listing(
    session: Session, definitions: Definitions, code: str, user: UserOut, now: datetime
) -> tuple[IncidentOut, ...]:
    """What waits and came of the same camera, rule, place and mode as this incident, newest first; none that a
    colleague looks at. Raises NotFoundError."""
    row = session.scalar(select(IncidentRow).where(IncidentRow.code == code))
    if row is None:
        raise NotFoundError(f"there is no incident {code}")
    found = session.scalars(
        select(IncidentRow)
        .where(
            IncidentRow.camera_id == row.camera_id,
            IncidentRow.rule_name == row.rule_name,
            IncidentRow.place == row.place,
            IncidentRow.mode == row.mode,
            IncidentRow.status == row.status,
            IncidentRow.state.in_(sorted(WAITING)),
            IncidentRow.id != row.id,
        )
        .order_by(IncidentRow.last_seen_at.desc(), IncidentRow.id.desc())
        .limit(MOST_ALIKE)
    ).all()
    free = [each for each in found if incidentview.standing(each).holder(now) in {None, user.id}]
    return incidentview.outs(session, definitions, free, now)


def dismiss(session: Session, given: DismissalsIn, by: Writer) -> DismissalsOut:
    """Dismiss each by a verdict of its own; one that has changed since, or that a colleague holds, is left and named.

    Raises InvalidError for a reason that is none of the list.
    """
    try:
        reason_of(Move.DISMISS, given.reason)
    except BadReasonError as error:
        raise InvalidError(str(error)) from error
    dismissed: list[DismissedOut] = []
    left: list[LeftOut] = []
    for each in given.incidents:
        verdict = VerdictIn(move="dismiss", reason=given.reason, note=given.note, version=each.version)
        try:
            kept = incidents.decide(session, each.code, verdict, by)
        except (ConflictError, ForbiddenError, NotFoundError) as error:
            left.append(LeftOut(code=each.code, why=str(error)))
        else:
            dismissed.append(DismissedOut(id=kept.id, code=kept.code, version=kept.version))
    return DismissalsOut(dismissed=tuple(dismissed), left=tuple(left))
