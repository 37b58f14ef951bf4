"""Incidents: what officers look at and decide."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from contract.event import Severity
from server.criteria.definition import Definitions
from server.schemas import IncidentDetail, IncidentOut, IncidentPage, UserOut, VerdictIn
from server.store import audit, casefile, incidentview, placements, verdicts
from server.store.errors import ConflictError, ForbiddenError, InvalidError
from server.tables import HIGHEST_KEY, IncidentRow, UserRow
from server.verdict import (
    CLAIM_LASTS,
    WAITING,
    Actor,
    BadReasonError,
    Move,
    NotPermittedError,
    OutOfTurnError,
    State,
    follow,
    reason_of,
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
            found = select(IncidentRow).where(IncidentRow.severity == severity, IncidentRow.state == state)
            same += session.scalars(found.order_by(IncidentRow.occurred_at.desc()).limit(limit - len(rows)))
        same.sort(key=lambda row: (row.occurred_at, row.id), reverse=True)
        rows = [*rows, *same][:limit]
        if len(rows) >= limit:
            break
    return incidentview.outs(session, definitions, rows, now)


def waiting_count(session: Session) -> int:
    """How many wait for a verdict."""
    found = select(func.count()).select_from(IncidentRow).where(IncidentRow.state.in_(sorted(WAITING)))
    return session.scalar(found) or 0


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


def decide(
    session: Session, definitions: Definitions, code: str, *, user: UserOut, given: VerdictIn, now: datetime
) -> IncidentDetail:
    """Make a move: the state changes, a verdict and an audit row are appended, all in this transaction.

    Of many who decide at once exactly one wins: the row is only written at the version the officer looked at.
    Raises NotFoundError, ForbiddenError, InvalidError, and ConflictError with the current incident.
    """
    row = casefile.find(session, code)
    stands = incidentview.standing(row, verdicts.decided_by(session, row.id))
    move = Move(given.move)
    try:
        reason = reason_of(move, given.reason)
        to_state = follow(stands, Actor(id=user.id, role=user.role), move, now)
    except BadReasonError as error:
        raise InvalidError(str(error)) from error
    except NotPermittedError as error:
        raise ForbiddenError(str(error)) from error
    except OutOfTurnError as error:
        raise ConflictError(
            _who_has_it(session, stands.holder(now)) or str(error),
            casefile.detail(session, definitions, row, user, now),
        ) from error
    claimed_by = user.id if move is Move.CLAIM else None
    occurred_at = (placements.began_at(session, row.id) if move is Move.UNDO else None) or row.occurred_at
    if not _write(
        session, row.id, given.version, to_state=to_state, claimed_by=claimed_by, occurred_at=occurred_at, now=now
    ):
        session.refresh(row)
        raise ConflictError(
            "Vụ việc vừa thay đổi; xem lại rồi quyết định. / The incident has changed; look again, then decide.",
            casefile.detail(session, definitions, row, user, now),
        )
    verdict = verdicts.Given(
        incident_id=row.id,
        officer_id=user.id,
        move=move,
        reason=reason,
        note=given.note,
        from_state=stands.state,
        to_state=to_state,
    )
    _keep(session, code, verdict, now)
    session.refresh(row)
    return casefile.detail(session, definitions, row, user, now)


def _keep(session: Session, code: str, given: verdicts.Given, now: datetime) -> None:
    """Append the verdict and its audit row."""
    verdicts.append(session, given, now)
    said = {"from": str(given.from_state), "to": str(given.to_state), "reason": given.reason and str(given.reason)}
    audit.record(session, now, user_id=given.officer_id, action=given.move, subject=code, detail=said)


def _write(
    session: Session,
    incident_id: int,
    version: int,
    *,
    to_state: State,
    claimed_by: int | None,
    occurred_at: datetime,
    now: datetime,
) -> bool:
    """Whether the row still had this version, and has the new state now."""
    written = session.execute(
        update(IncidentRow)
        .where(IncidentRow.id == incident_id, IncidentRow.version == version)
        .values(
            state=to_state,
            claimed_by=claimed_by,
            occurred_at=occurred_at,
            claimed_at=now if claimed_by is not None else None,
            version=IncidentRow.version + 1,
        )
        .returning(IncidentRow.id)
        .execution_options(synchronize_session=False)
    )
    return written.scalar_one_or_none() is not None


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
