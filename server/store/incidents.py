"""Incidents: what officers look at and decide."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from contract.event import Severity
from server.criteria.definition import Definitions
from server.deadline import due_at
from server.schemas import IncidentDetail, IncidentOut, UserOut, VerdictIn
from server.store import audit, casefile, incidentview, placements, verdicts
from server.store.casefile import Writer
from server.store.errors import ConflictError, ForbiddenError, InvalidError
from server.tables import IncidentRow, UserRow
from server.verdict import (
    COUNTED,
    WAITING,
    BadReasonError,
    Move,
    NotPermittedError,
    OutOfTurnError,
    Source,
    Stamps,
    State,
    follow,
    reason_of,
    stamps,
)

_MOST_URGENT_FIRST: Final = tuple(reversed(Severity))


def review_queue(session: Session, definitions: Definitions, now: datetime, limit: int = 50) -> tuple[IncidentOut, ...]:
    """What waits for a verdict: most severe first, and of one severity the newest first.

    Claimed ones stay in it (``claimed_by`` says by whom). Each severity and state is one walk along an index.
    """
    rows: list[IncidentRow] = []
    for severity in _MOST_URGENT_FIRST:
        same: list[IncidentRow] = []
        for state in sorted(WAITING):
            found = select(IncidentRow).where(
                IncidentRow.severity == severity, IncidentRow.state == state, _is_awake(now)
            )
            same += session.scalars(found.order_by(IncidentRow.occurred_at.desc()).limit(limit - len(rows)))
        same.sort(key=lambda row: (row.occurred_at, row.id), reverse=True)
        rows = [*rows, *same][:limit]
        if len(rows) >= limit:
            break
    return incidentview.outs(session, definitions, rows, now)


def waiting_count(session: Session, now: datetime) -> int:
    """How many are in the review queue."""
    waiting = select(func.count()).select_from(IncidentRow).where(IncidentRow.state.in_(sorted(WAITING)))
    # of those few that are snoozed there is an index; asked in one query, every waiting row would be read
    asleep = waiting.where(IncidentRow.snoozed_until > now)
    return (session.scalar(waiting) or 0) - (session.scalar(asleep) or 0)


def _is_awake(now: datetime) -> ColumnElement[bool]:
    """Not snoozed, or no longer: it comes to the review queue, where every incident gets its verdict in the end."""
    return or_(IncidentRow.snoozed_until.is_(None), IncidentRow.snoozed_until <= now)


def is_there(session: Session, incident_id: int) -> bool:
    """Whether there is one of this id that the one who asks may see."""
    return session.scalar(select(IncidentRow.id).where(IncidentRow.id == incident_id)) is not None


def detail(session: Session, definitions: Definitions, code: str, user: UserOut, now: datetime) -> IncidentDetail:
    """One incident, whole, with what this user may do with it now. Raises NotFoundError."""
    return casefile.detail(session, definitions, casefile.find(session, code), user, now)


def decide(session: Session, code: str, given: VerdictIn, by: Writer) -> IncidentDetail:
    """Make a move: the state changes, a verdict and an audit row are appended, all in this transaction.

    Of many who decide at once exactly one wins: the row is only written at the version the officer looked at.
    Raises NotFoundError, ForbiddenError, InvalidError, and ConflictError with the current incident.
    """
    row = casefile.find(session, code)
    stands = incidentview.standing(row, verdicts.told(session, row.id))
    move = Move(given.move)
    try:
        reason = reason_of(move, given.reason, given.note)
        to_state = follow(stands, casefile.actor(by.user), move, by.now)
    except BadReasonError as error:
        raise InvalidError(str(error)) from error
    except NotPermittedError as error:
        raise ForbiddenError(str(error)) from error
    except OutOfTurnError as error:
        said = _who_has_it(session, stands.holder(by.now)) or str(error)
        raise ConflictError(said, casefile.show(session, row, by)) from error
    casefile.write(session, row, given.version, _after(session, row, move, to_state, by), by)
    verdict = verdicts.Given(
        incident_id=row.id,
        officer_id=by.user.id,
        move=move,
        reason=reason,
        note=given.note,
        from_state=stands.state,
        to_state=to_state,
    )
    verdicts.append(session, verdict, by.now)
    detail = {"from": str(stands.state), "to": str(to_state), "reason": reason and str(reason), "note": given.note}
    audit.record(session, by.now, user_id=by.user.id, action=move, subject=code, detail=detail)
    return casefile.show(session, row, by)


def _after(session: Session, row: IncidentRow, move: Move, to_state: State, by: Writer) -> dict[str, Any]:
    """What a move makes of the row's columns."""
    before = Stamps(confirmed_at=row.confirmed_at, handled_at=row.handled_at, closed_at=row.closed_at)
    is_claim = to_state is State.CLAIMED
    values: dict[str, Any] = {
        "state": to_state,
        "claimed_by": by.user.id if is_claim else None,
        "claimed_at": by.now if is_claim else None,
        "due_at": _due(session, row, to_state, by),
        **asdict(stamps(before, to_state, by.now)),
    }
    if move is Move.UNDO and to_state not in COUNTED:
        values["occurred_at"] = placements.began_at(session, row.id) or row.occurred_at
    if move is Move.VERIFY:
        values["assigned_to"] = row.assigned_to or by.user.id
    return values


def _due(session: Session, row: IncidentRow, to_state: State, by: Writer) -> datetime | None:
    """Until when it must be handled. What a camera saw has until then from when an officer first says that there is
    something to it; a deadline that was entered or prolonged stays."""
    if row.source != Source.CAMERA:
        return row.due_at
    if to_state in {State.NEW, State.CLAIMED, State.DISMISSED}:
        return None
    began = audit.began_at(session, row.code) or by.now
    return due_at(began, by.zone, is_complex=row.is_complex, is_extended=row.extended_at is not None)


def _who_has_it(session: Session, user_id: int | None) -> str | None:
    if user_id is None:
        return None
    name = session.scalar(select(UserRow.display_name).where(UserRow.id == user_id))
    return f"{name} đang xử lý vụ việc này. / {name} has claimed this incident."
