"""Incidents that officers enter by hand, and the facts that they write down of any."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from contract.event import Mode
from server import deadline, incident
from server.category import category_of
from server.deed import Deed
from server.inbox import is_possible
from server.schemas import EntryIn, FactsIn, IncidentDetail
from server.store import audit, casefile, placements
from server.store.casefile import Writer
from server.store.errors import InvalidError
from server.tables import IncidentRow
from server.verdict import Source, State

RULE_NAME = "by_hand"
"""What stands in place of a rule's name."""


def enter(session: Session, entry: EntryIn, site: str, by: Writer) -> IncidentDetail:
    """A new incident. Its time to be handled begins with its row in the audit log.

    Official figures are the legal register's: confirmed at once, and no deadline of ours runs for them.
    Raises InvalidError for a time that cannot be.
    """
    if not is_possible(entry.occurred_at, by.now):
        raise InvalidError(
            "Thời điểm xảy ra không thể ở tương lai hoặc trước 1970. / It can't have occurred then: days ahead, or "
            "before 1970."
        )
    year = by.now.astimezone(by.zone).year
    (number,) = placements.next_numbers(session, year, 1)
    row = _row(entry, incident.code(year, number), site, by)
    session.add(row)
    session.flush()
    said = {
        "to": row.state,
        "source": row.source,
        "official_number": row.official_number,
        "occurred_at": row.occurred_at.isoformat(),
        "note": entry.note,
    }
    audit.record(session, by.now, user_id=by.user.id, action="enter", subject=row.code, detail=said)
    return casefile.show(session, row, by)


def change(session: Session, code: str, given: FactsIn, by: Writer) -> IncidentDetail:
    """Write facts down; what is the same as before changes nothing and is not told.

    Raises NotFoundError, and ConflictError with the current incident: changed since, closed, or part of another.
    """
    row = casefile.find(session, code)
    casefile.allow(session, row, Deed.FACTS, by)
    was = {name: getattr(row, name) for name in given.facts()}
    changed: dict[str, Any] = {name: value for name, value in given.facts().items() if value != was[name]}
    if "is_complex" in changed:
        changed["due_at"] = _due(session, row, is_complex=changed["is_complex"], zone=by.zone)
    casefile.write(session, row, given.version, changed, by)
    said = {f"{name}{side}": told for name in was if name in changed for side, told in _sides(was[name], changed[name])}
    if changed:
        audit.record(
            session, by.now, user_id=by.user.id, action="facts", subject=code, detail=said | {"note": given.note}
        )
    return casefile.show(session, row, by)


def _sides(before: Any, after: Any) -> tuple[tuple[str, Any], tuple[str, Any]]:
    return (".from", before), (".to", after)


def _due(session: Session, row: IncidentRow, *, is_complex: bool, zone: ZoneInfo) -> datetime | None:
    """Until when it must be handled, were it so complex."""
    if row.due_at is None:
        return None
    began = audit.began_at(session, row.code) or row.created_at
    return deadline.due_at(began, zone, is_complex=is_complex, is_extended=row.extended_at is not None)


def _row(entry: EntryIn, code: str, site: str, by: Writer) -> IncidentRow:
    is_official = Source(entry.source) is Source.OFFICIAL
    due = deadline.due_at(by.now, by.zone, is_complex=entry.is_complex, is_extended=False)
    facts = entry.model_dump(exclude={"note", "category"})
    return IncidentRow(
        **facts,
        code=code,
        site=site,
        camera_id=None,
        rule_name=RULE_NAME,
        place="",
        category=category_of(entry.rule_kind) if entry.category is None else entry.category,
        mode=str(Mode.ACTIVE),
        state=str(State.CONFIRMED if is_official else State.NEW),
        last_seen_at=entry.occurred_at,
        created_at=by.now,
        confirmed_at=by.now if is_official else None,
        due_at=None if is_official else due,
    )
