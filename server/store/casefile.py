"""One incident under somebody's hands: found, shown, and written at the version that they looked at."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.criteria.definition import Definitions
from server.deed import Case, Deed, deeds, why_not
from server.schemas import IncidentDetail, UserOut
from server.store import incidentview, verdicts
from server.store.errors import ConflictError, ForbiddenError, NotFoundError
from server.tables import IncidentRow, words_of
from server.verdict import Actor, State, moves

STALE = "Vụ việc vừa thay đổi; xem lại rồi quyết định. / The incident has changed; look again, then decide."


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes, when, and what an incident must be shown with."""

    definitions: Definitions
    user: UserOut
    zone: ZoneInfo
    now: datetime


def find(session: Session, code: str) -> IncidentRow:
    """The incident's row. Raises NotFoundError."""
    row = session.scalar(select(IncidentRow).where(IncidentRow.code == code))
    if row is None:
        raise NotFoundError(f"Không có vụ việc {code}. / There is no incident {code}.")
    return row


def detail(
    session: Session, definitions: Definitions, row: IncidentRow, user: UserOut, now: datetime
) -> IncidentDetail:
    """The incident, whole, with what this user may do with it now."""
    (out,) = incidentview.outs(session, definitions, [row], now)
    stands = incidentview.standing(row, verdicts.told(session, row.id))
    return IncidentDetail(
        **out.model_dump(),
        event_list=incidentview.events(session, row.id),
        verdicts=verdicts.listing(session, row.id),
        moves=moves(stands, actor(user), now),
        deeds=deeds(case(row), user.role),
        merged=incidentview.parts(session, row.id),
        links=incidentview.links(session, row.id),
    )


def actor(user: UserOut) -> Actor:
    """Somebody, for server.verdict."""
    return Actor(id=user.id, role=user.role, since=user.since)


def case(row: IncidentRow) -> Case:
    """An incident, for server.deed."""
    return Case(
        state=State(row.state),
        status=row.status,
        mode=row.mode,
        has_deadline=row.due_at is not None,
        is_extended=row.extended_at is not None,
    )


def show(session: Session, row: IncidentRow, by: Writer) -> IncidentDetail:
    """The same for who writes."""
    return detail(session, by.definitions, row, by.user, by.now)


def allow(session: Session, row: IncidentRow, deed: Deed, by: Writer) -> None:
    """Raises ForbiddenError where the role, ConflictError where the incident's state is in the way of a deed."""
    said = why_not(deed, case(row), by.user.role)
    if said is not None and deed in deeds(case(row), "admin"):
        raise ForbiddenError(said)
    if said is not None:
        raise ConflictError(said, show(session, row, by))


def write(session: Session, row: IncidentRow, version: int, values: dict[str, Any], by: Writer) -> None:
    """Change these columns, and count the version on, if the row still has this one; else ConflictError.

    Of many who write at once exactly one wins: the database compares, not we.
    """
    if not values.keys().isdisjoint({"title", "official_number"}):
        # what the row has is what it had at this version: else nothing is written
        title, number = (values.get(name, getattr(row, name)) for name in ("title", "official_number"))
        values = values | {"words": words_of(title, number)}
    written = session.execute(
        update(IncidentRow)
        .where(IncidentRow.id == row.id, IncidentRow.version == version)
        .values(**values, version=IncidentRow.version + 1)
        .returning(IncidentRow.id)
        .execution_options(synchronize_session=False)
    )
    is_written = written.scalar_one_or_none() is not None
    session.refresh(row)
    if not is_written:
        raise ConflictError(STALE, show(session, row, by))
