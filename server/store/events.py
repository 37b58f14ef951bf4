"""Events: every revision that came, and the highest one of each event.

Bulk writes go to the connection: the ORM's own would split a batch wherever a column is NULL in one row and not in
the next.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from contract.event import Event
from server.tables import EventRevision, EventRow, JsonText


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An event message of a known camera. ``document``: the JSON object, byte by byte as it came."""

    event: Event
    event_id: str
    """The event's UUID, as text."""
    camera_id: int
    site: str
    document: JsonText

    @property
    def revision(self) -> int:
        """Which revision of the event it is."""
        return self.event.data.revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the database has of one event."""

    camera_id: int
    revision: int
    incident_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database has of the events of a batch."""

    events: dict[str, Kept]
    messages: set[tuple[str, str]]
    """Idempotency keys: source and message id."""


def known(session: Session, sightings: Sequence[Sighting]) -> Known:
    """What is here already of these events. Two queries, however many there are."""
    ids = {sighting.event_id for sighting in sightings}
    if not ids:
        return Known(events={}, messages=set())
    rows = session.execute(
        select(EventRow.id, EventRow.camera_id, EventRow.revision, EventRow.incident_id).where(EventRow.id.in_(ids))
    )
    events = {row.id: Kept(camera_id=row.camera_id, revision=row.revision, incident_id=row.incident_id) for row in rows}
    messages = session.execute(
        select(EventRevision.source, EventRevision.message_id).where(EventRevision.event_id.in_(ids))
    )
    return Known(events=events, messages={(row.source, row.message_id) for row in messages})


def add_revisions(session: Session, sightings: Sequence[Sighting], now: datetime) -> None:
    """Keep these messages, each for the first time."""
    rows = [
        {
            "source": sighting.event.source,
            "message_id": sighting.event.id,
            "event_id": sighting.event_id,
            "revision": sighting.revision,
            "sequence": int(sighting.event.sequence),
            "received_at": now,
            "message": sighting.document,
        }
        for sighting in sightings
    ]
    if rows:
        session.connection().execute(insert(EventRevision), rows)


def latest(sightings: Iterable[Sighting], have: Known) -> list[Sighting]:
    """Of each event the highest revision, where it is higher than what the database has."""
    highest: dict[str, Sighting] = {}
    for sighting in sightings:
        kept = have.events.get(sighting.event_id)
        best = highest.get(sighting.event_id)
        floor = max(kept.revision if kept else 0, best.revision if best else 0)
        if sighting.revision > floor:
            highest[sighting.event_id] = sighting
    return list(highest.values())


def write(
    session: Session, sightings: Sequence[Sighting], have: Known, incidents: dict[str, int], now: datetime
) -> None:
    """Make or replace the rows of these events. ``incidents``: incident ids by event id."""
    new: list[dict[str, Any]] = []
    replaced: list[dict[str, Any]] = []
    for sighting in sightings:
        values = _values(sighting)
        if sighting.event_id in have.events:
            replaced.append({"b_id": sighting.event_id, **values})
        else:
            incident_id = incidents[sighting.event_id]
            values |= {"id": sighting.event_id, "incident_id": incident_id, "received_at": now}
            new.append(values)
    if new:
        session.connection().execute(insert(EventRow), new)
    if replaced:
        statement = update(EventRow).where(EventRow.id == bindparam("b_id"))
        session.connection().execute(statement, replaced)


def _values(sighting: Sighting) -> dict[str, Any]:
    data = sighting.event.data
    return {
        "camera_id": sighting.camera_id,
        "revision": data.revision,
        "phase": str(data.phase),
        "status": str(data.status),
        "rule_kind": data.rule.kind,
        "rule_name": data.rule.name,
        "mode": str(data.rule.mode),
        "place": data.place.name,
        "severity": str(data.severity),
        "started_at": data.started_at,
        "last_seen_at": data.last_seen_at,
        "ended_at": data.ended_at,
        "data": JsonText(data.model_dump_json()),
    }
