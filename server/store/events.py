"""Events: every revision that came, and the highest one of each event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.event import Event
from server.store import bulk
from server.tables import EventRevision, EventRow

_REVISION: Final = ("source", "message_id", "event_id", "revision", "sequence", "received_at", "message")
_TOLD: Final = (
    *("camera_id", "revision", "phase", "status", "rule_kind", "rule_name", "mode", "place", "severity"),
    *("started_at", "last_seen_at", "ended_at", "data"),
)
"""Columns of an event that each of its revisions tells anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An event message of a known camera. ``document``: the JSON object, byte by byte as it came."""

    event: Event
    event_id: str
    """The event's UUID, as text."""
    camera_id: int
    site: str
    document: str

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
        (each.event.source, each.event.id, each.event_id, each.revision, int(each.event.sequence), now, each.document)
        for each in sightings
    ]
    bulk.insert(session, EventRevision, _REVISION, rows)


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
    new: list[bulk.Row] = []
    replaced: list[bulk.Row] = []
    for sighting in sightings:
        if sighting.event_id in have.events:
            replaced.append((sighting.event_id, *_values(sighting)))
        else:
            new.append((sighting.event_id, *_values(sighting), incidents[sighting.event_id], now))
    bulk.insert(session, EventRow, ("id", *_TOLD, "incident_id", "received_at"), new)
    bulk.update(session, EventRow, ("id", *_TOLD), replaced)


def _values(sighting: Sighting) -> bulk.Row:
    """In the order of ``_TOLD``."""
    data = sighting.event.data
    rule = data.rule
    return (
        *(sighting.camera_id, data.revision, data.phase.value, data.status.value),
        *(rule.kind, rule.name, rule.mode.value, data.place.name, data.severity.value),
        *(data.started_at, data.last_seen_at, data.ended_at, data.model_dump_json()),
    )
