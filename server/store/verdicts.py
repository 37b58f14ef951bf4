"""Verdicts: appended rows, never changed; an undo is a row of its own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.deed import Deed
from server.schemas import VerdictOut
from server.tables import EventRow, EvidenceRow, UserRow, VerdictRow
from server.verdict import Move, Reason, State, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A verdict to append."""

    incident_id: int
    officer_id: int
    move: Move | Deed
    reason: Reason | None
    note: str
    from_state: State
    to_state: State


def append(session: Session, given: Given, now: datetime) -> None:
    """Keep it, with the hashes of all evidence that the incident has by now."""
    hashes = session.scalars(
        select(EvidenceRow.sha256)
        .join(EventRow, EventRow.id == EvidenceRow.event_id)
        .where(EventRow.incident_id == given.incident_id)
        .distinct()
        .order_by(EvidenceRow.sha256)
    )
    session.add(
        VerdictRow(
            incident_id=given.incident_id,
            officer_id=given.officer_id,
            move=given.move,
            reason=given.reason,
            note=given.note,
            evidence_sha256=list(hashes),
            from_state=given.from_state,
            to_state=given.to_state,
            decided_at=now,
        )
    )
    session.flush()


def told(session: Session, incident_id: int) -> tuple[Told, ...]:
    """Every verdict of an incident, oldest first, as server.verdict reads them."""
    rows = session.execute(
        select(VerdictRow.move, VerdictRow.officer_id, VerdictRow.decided_at, VerdictRow.from_state)
        .where(VerdictRow.incident_id == incident_id)
        .order_by(VerdictRow.id)
    )
    return tuple(
        Told(move=row.move, officer_id=row.officer_id, at=row.decided_at, from_state=State(row.from_state))
        for row in rows
    )


def listing(session: Session, incident_id: int) -> tuple[VerdictOut, ...]:
    """Every verdict of an incident, oldest first."""
    rows = session.execute(
        select(VerdictRow, UserRow.display_name)
        .join(UserRow, UserRow.id == VerdictRow.officer_id)
        .where(VerdictRow.incident_id == incident_id)
        .order_by(VerdictRow.id)
    )
    return tuple(
        VerdictOut(
            move=row.move,
            reason=row.reason,
            note=row.note,
            officer=name,
            from_state=row.from_state,
            to_state=row.to_state,
            decided_at=row.decided_at,
        )
        for row, name in rows
    )
