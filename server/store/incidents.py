"""Incidents: what officers look at and decide."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from contract.event import Severity
from server.criteria.definition import Definitions
from server.schemas import IncidentDetail, IncidentOut, UserOut, VerdictIn
from server.store import audit, incidentview, placements, verdicts
from server.store.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from server.tables import IncidentRow, UserRow
from server.verdict import (
    WAITING,
    Actor,
    BadReasonError,
    Move,
    NotPermittedError,
    OutOfTurnError,
    State,
    follow,
    moves,
    reason_of,
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


def detail(session: Session, definitions: Definitions, code: str, user: UserOut, now: datetime) -> IncidentDetail:
    """One incident, whole, with what this user may do with it now. Raises NotFoundError."""
    return _detail(session, definitions, _row(session, code), user, now)


def decide(
    session: Session, definitions: Definitions, code: str, *, user: UserOut, given: VerdictIn, now: datetime
) -> IncidentDetail:
    """Make a move: the state changes, a verdict and an audit row are appended, all in this transaction.

    Of many who decide at once exactly one wins: the row is only written at the version the officer looked at.
    Raises NotFoundError, ForbiddenError, InvalidError, and ConflictError with the current incident.
    """
    row = _row(session, code)
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
            _who_has_it(session, stands.holder(now)) or str(error), _detail(session, definitions, row, user, now)
        ) from error
    claimed_by = user.id if move is Move.CLAIM else None
    occurred_at = (placements.began_at(session, row.id) if move is Move.UNDO else None) or row.occurred_at
    if not _write(
        session, row.id, given.version, to_state=to_state, claimed_by=claimed_by, occurred_at=occurred_at, now=now
    ):
        session.refresh(row)
        raise ConflictError(
            "Vụ việc vừa thay đổi; xem lại rồi quyết định. / The incident has changed; look again, then decide.",
            _detail(session, definitions, row, user, now),
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
    return _detail(session, definitions, row, user, now)


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


def _detail(
    session: Session, definitions: Definitions, row: IncidentRow, user: UserOut, now: datetime
) -> IncidentDetail:
    (out,) = incidentview.outs(session, definitions, [row], now)
    stands = incidentview.standing(row, verdicts.decided_by(session, row.id))
    return IncidentDetail(
        **out.model_dump(),
        event_list=incidentview.events(session, row.id),
        verdicts=verdicts.listing(session, row.id),
        moves=moves(stands, Actor(id=user.id, role=user.role), now),
    )


def _row(session: Session, code: str) -> IncidentRow:
    row = session.scalar(select(IncidentRow).where(IncidentRow.code == code))
    if row is None:
        raise NotFoundError(f"there is no incident {code}")
    return row


def _who_has_it(session: Session, user_id: int | None) -> str | None:
    if user_id is None:
        return None
    name = session.scalar(select(UserRow.display_name).where(UserRow.id == user_id))
    return f"{name} đang xử lý vụ việc này. / {name} has claimed this incident."
