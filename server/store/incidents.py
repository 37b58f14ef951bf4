"""Incidents: what officers look at and decide."""

import base64
import binascii
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from contract.event import Severity
from server.criteria.definition import Definitions
from server.deadline import due_at
from server.schemas import IncidentDetail, IncidentOut, IncidentPage, UserOut, VerdictIn
from server.store import audit, casefile, incidentview, placements, verdicts
from server.store.casefile import Writer
from server.store.errors import ConflictError, ForbiddenError, InvalidError
from server.tables import HIGHEST_KEY, IncidentRow, UserRow
from server.verdict import (
    CLAIM_LASTS,
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

MOST: Final = 200
"""Incidents on one page at most."""
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


def listing(
    session: Session,
    definitions: Definitions,
    now: datetime,
    *,
    state: str | None = None,
    camera: int | None = None,
    rule_kind: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> IncidentPage:
    """A page of incidents, newest first. ``camera``: its id. ``cursor``: the page before's ``next_cursor``.

    A page is unmoved by incidents that arrive meanwhile. Raises InvalidError for a state or cursor that makes no sense.
    """
    limit = max(1, min(limit, MOST))
    found = select(IncidentRow).order_by(IncidentRow.occurred_at.desc(), IncidentRow.id.desc()).limit(limit + 1)
    if camera is not None:
        found = found.where(IncidentRow.camera_id == camera)
    if rule_kind is not None:
        found = found.where(IncidentRow.rule_kind == rule_kind)
    if cursor is not None:
        at, last_id = _read_cursor(cursor)
        found = found.where(IncidentRow.occurred_at <= at, or_(IncidentRow.occurred_at < at, IncidentRow.id < last_id))
    # one query a state: an index gives each in order, which it can't for "one or the other"
    asked = [found.where(each) for each in _in_state(state, now)] if state is not None else [found]
    rows = [row for query in asked for row in session.scalars(query)]
    rows = sorted(rows, key=lambda row: (row.occurred_at, row.id), reverse=True)[: limit + 1]
    page = rows[:limit]
    return IncidentPage(
        items=incidentview.outs(session, definitions, page, now),
        next_cursor=_cursor(page[-1]) if len(rows) > limit else None,
    )


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


def _in_state(state: str, now: datetime) -> list[ColumnElement[bool]]:
    """Which rows are shown in this state, in parts: a claim that has expired is shown as new."""
    if state not in set(State):
        raise InvalidError(f"there is no state {state!r}; use one of: {', '.join(State)}")
    same, expired = IncidentRow.state == state, now - CLAIM_LASTS
    if state == State.NEW:
        return [same, and_(IncidentRow.state == State.CLAIMED, IncidentRow.claimed_at <= expired)]
    if state == State.CLAIMED:
        return [and_(same, IncidentRow.claimed_at > expired)]
    return [same]


def _cursor(row: IncidentRow) -> str:
    return base64.urlsafe_b64encode(f"{row.occurred_at.isoformat()} {row.id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    try:
        at, last_id = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
        read = datetime.fromisoformat(at), int(last_id)
        read[0].astimezone(UTC)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise InvalidError("the cursor is none that this server gave; begin without one") from error
    if read[0].tzinfo is None or not 0 < read[1] <= HIGHEST_KEY:
        raise InvalidError("the cursor is none that this server gave; begin without one")
    return read
