"""What is done to an incident beside judging it: assign, extend, merge, split, link. All of it on record."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from server.deadline import due_at
from server.deed import Deed, why_not_into
from server.role import at_least
from server.schemas import AssignIn, ExtendIn, IncidentDetail, LinkIn, MergeIn, SplitIn
from server.store import audit, casefile, placements, verdicts
from server.store.casefile import Writer
from server.store.errors import ForbiddenError, InvalidError, NotFoundError
from server.tables import IncidentRow, LinkRow, UserRow, VerdictRow
from server.verdict import COUNTED, State


def assign(session: Session, code: str, given: AssignIn, by: Writer) -> IncidentDetail:
    """Give it to an officer. A supervisor gives it to anybody, an officer takes it, or passes on what is theirs.

    Raises InvalidError when there is no such officer, and what ``casefile.write`` raises.
    """
    row = casefile.find(session, code)
    casefile.allow(session, row, Deed.ASSIGN, by)
    to = _officer(session, given.to) if given.to is not None else None
    is_theirs = row.assigned_to == by.user.id or (row.assigned_to is None and to is not None and to.id == by.user.id)
    if not is_theirs and not at_least(by.user.role, "supervisor"):
        raise ForbiddenError(
            "Cán bộ chỉ nhận vụ chưa giao, hoặc chuyển vụ của mình; chỉ huy giao cho người khác. / An officer takes "
            "what is nobody's or passes on their own; a supervisor assigns to others."
        )
    was = session.scalar(select(UserRow.username).where(UserRow.id == row.assigned_to))
    casefile.write(session, row, given.version, {"assigned_to": to.id if to else None}, by)
    _record(by, session, "assign", code, {"from": was, "to": given.to, "note": given.note})
    return casefile.show(session, row, by)


def extend(session: Session, code: str, given: ExtendIn, by: Writer) -> IncidentDetail:
    """Its one extension."""
    row = casefile.find(session, code)
    casefile.allow(session, row, Deed.EXTEND, by)
    began = audit.began_at(session, code) or row.created_at
    due = due_at(began, by.zone, is_complex=row.is_complex, is_extended=True)
    was = row.due_at
    casefile.write(session, row, given.version, {"due_at": due, "extended_at": by.now}, by)
    told = {"from": was.isoformat() if was else None, "to": due.isoformat(), "note": given.note}
    _record(by, session, "extend", code, told)
    return casefile.show(session, row, by)


def merge(session: Session, code: str, given: MergeIn, by: Writer) -> IncidentDetail:
    """It becomes part of another one, which counts in its place; nothing of it is lost.

    Raises InvalidError when it can't be part of that one, and what ``casefile.write`` raises.
    """
    row, into = _pair(session, code, given.into)
    casefile.allow(session, row, Deed.MERGE, by)
    said = why_not_into(casefile.case(row), casefile.case(into))
    if said is not None:
        raise InvalidError(said)
    was = State(row.state)
    values = {"state": State.MERGED, "merged_into": into.id, "claimed_by": None, "claimed_at": None}
    casefile.write(session, row, given.version, values, by)
    _count_on(session, into.id)
    _judge(session, row.id, Deed.MERGE, was, State.MERGED, given.note, by)
    _record(by, session, "merge", code, {"from": str(was), "to": "merged", "into": into.code, "note": given.note})
    _record(by, session, "merged_in", into.code, {"part": code, "note": given.note})
    return casefile.show(session, row, by)


def split(session: Session, code: str, given: SplitIn, by: Writer) -> IncidentDetail:
    """It becomes one of its own again, in the state it was merged in."""
    row = casefile.find(session, code)
    casefile.allow(session, row, Deed.SPLIT, by)
    whole = session.get_one(IncidentRow, row.merged_into)
    to_state = _state_before(session, row.id)
    values: dict[str, Any] = {"state": to_state, "merged_into": None}
    if to_state not in COUNTED:
        # it follows its events again, as after an undo
        values["occurred_at"] = placements.began_at(session, row.id) or row.occurred_at
    casefile.write(session, row, given.version, values, by)
    _count_on(session, whole.id)
    _judge(session, row.id, Deed.SPLIT, State.MERGED, to_state, given.note, by)
    told: dict[str, str | None] = {"from": "merged", "to": str(to_state), "into": whole.code, "note": given.note}
    _record(by, session, "split", code, told)
    _record(by, session, "split_off", whole.code, {"part": code, "note": given.note})
    return casefile.show(session, row, by)


def link(session: Session, code: str, given: LinkIn, by: Writer) -> IncidentDetail:
    """Name another one that it has to do with. Naming it twice changes nothing."""
    row, other = _pair(session, code, given.to)
    casefile.allow(session, row, Deed.LINK, by)
    casefile.allow(session, other, Deed.LINK, by)
    one, two = sorted((row.id, other.id))
    pair = select(LinkRow.id).where(LinkRow.one_id == one, LinkRow.other_id == two)
    if session.scalar(pair) is None:
        made = LinkRow(one_id=one, other_id=two, note=given.note, linked_by=by.user.id, linked_at=by.now)
        session.add(made)
        _record(by, session, "link", code, {"to": other.code, "note": given.note})
    return casefile.show(session, row, by)


def unlink(session: Session, code: str, other: str, by: Writer) -> IncidentDetail:
    """Take the name back. Raises NotFoundError when it was not linked."""
    row, two = _pair(session, code, other)
    casefile.allow(session, row, Deed.LINK, by)
    ids = sorted((row.id, two.id))
    gone = session.execute(
        delete(LinkRow).where(LinkRow.one_id == ids[0], LinkRow.other_id == ids[1]).returning(LinkRow.id)
    )
    if gone.scalar_one_or_none() is None:
        raise NotFoundError(f"Không có liên kết với {other}. / It is not linked to {other}.")
    _record(by, session, "unlink", code, {"from": other})
    return casefile.show(session, row, by)


def _pair(session: Session, code: str, other: str) -> tuple[IncidentRow, IncidentRow]:
    """Both, locked in one order, so that two who take them the other way round never wait for each other."""
    if code == other:
        raise InvalidError("Hãy chọn một vụ việc khác. / Choose another incident.")
    both = select(IncidentRow).where(or_(IncidentRow.code == code, IncidentRow.code == other))
    rows = {row.code: row for row in session.scalars(both.order_by(IncidentRow.id).with_for_update())}
    for name in (code, other):
        if name not in rows:
            raise NotFoundError(f"Không có vụ việc {name}. / There is no incident {name}.")
    return rows[code], rows[other]


def _officer(session: Session, username: str) -> UserRow:
    row = session.scalar(select(UserRow).where(UserRow.username == username, UserRow.disabled_at.is_(None)))
    if row is None or row.role == "viewer":
        raise InvalidError(f"Không có cán bộ {username}. / There is no officer {username}.")
    return row


def _count_on(session: Session, incident_id: int) -> None:
    """Who looks at it must look again: what is part of it has changed."""
    session.execute(
        update(IncidentRow)
        .where(IncidentRow.id == incident_id)
        .values(version=IncidentRow.version + 1)
        .execution_options(synchronize_session=False)
    )


def _state_before(session: Session, incident_id: int) -> State:
    """In which state it was merged; a claim has not waited."""
    found = session.scalar(
        select(VerdictRow.from_state)
        .where(VerdictRow.incident_id == incident_id, VerdictRow.move == Deed.MERGE)
        .order_by(VerdictRow.id.desc())
        .limit(1)
    )
    return State.NEW if found in {None, State.CLAIMED} else State(found)


def _judge(session: Session, incident_id: int, deed: Deed, was: State, to: State, note: str, by: Writer) -> None:
    """A merger and its end change the state: they stand among the verdicts."""
    given = verdicts.Given(
        incident_id=incident_id, officer_id=by.user.id, move=deed, reason=None, note=note, from_state=was, to_state=to
    )
    verdicts.append(session, given, by.now)


def _record(by: Writer, session: Session, action: str, code: str, told: Mapping[str, str | None]) -> None:
    audit.record(session, by.now, user_id=by.user.id, action=action, subject=code, detail=told)
