"""Events into incidents: finds what an event may join, makes what is new, and keeps an incident's span up to date."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from contract.event import Phase, Severity
from server import incident
from server.incident import Key, Part, Span, Standing
from server.store.events import Sighting
from server.tables import EventRow, IncidentCounter, IncidentRow
from server.verdict import State

_UNSAVED = 1 << 62
"""Ids from here on stand for incidents of this batch that have no row yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """``chosen``: incident ids by event id. ``made``: the incidents that did not exist before."""

    chosen: dict[str, int]
    made: set[int]


def place(session: Session, sightings: Sequence[Sighting], window: timedelta, *, year: int, now: datetime) -> Placed:
    """Give each of these new events its incident; makes the incidents that are needed.

    ``year``: the site's local year, for the codes of new incidents.
    """
    in_order = sorted(sightings, key=lambda sighting: (sighting.event.data.started_at, sighting.event_id))
    groups: dict[Key, list[Sighting]] = defaultdict(list)
    for sighting in in_order:
        groups[_key(sighting)].append(sighting)
    chosen: dict[str, int] = {}
    made: dict[int, Sighting] = {}
    numbers = count(_UNSAVED)
    for key, group in groups.items():
        standing = {each.id: each for each in _near(session, key, group, window)}
        for sighting in group:
            span = _span(sighting)
            found = incident.place(key, span, standing.values(), window)
            if found is None:
                state = State.CANCELLED if sighting.event.data.phase is Phase.CANCELLED else State.NEW
                found = Standing(id=next(numbers), key=key, span=span, state=state)
                made[found.id] = sighting
            joined = Standing(id=found.id, key=key, span=found.span.union(span), state=found.state)
            standing[found.id] = joined
            chosen[sighting.event_id] = found.id
    saved = _make(session, made, year=year, now=now)
    final = {event_id: saved.get(incident_id, incident_id) for event_id, incident_id in chosen.items()}
    return Placed(chosen=final, made=set(saved.values()))


def refresh(session: Session, incident_ids: Collection[int], joined: Collection[int]) -> list[tuple[IncidentRow, bool]]:
    """Bring these incidents up to date with their events; returns each with whether its state changed.

    ``joined``: those that an event joined which was not theirs before.

    A version grows when what an officer looked at is no longer all there is: an event joined, or the state changed. It
    does not grow with each revision of an event that is still going on, which would refuse every verdict on it.
    """
    parts: dict[int, list[Part]] = defaultdict(list)
    told = (
        select(
            EventRow.incident_id,
            EventRow.phase,
            EventRow.severity,
            func.min(EventRow.started_at).label("begin"),
            func.max(EventRow.last_seen_at).label("end"),
        )
        .where(EventRow.incident_id.in_(incident_ids))
        .group_by(EventRow.incident_id, EventRow.phase, EventRow.severity)
    )
    for incident_id, phase, severity, begin, end in session.execute(told):
        part = Part(span=Span(begin=begin, end=end), severity=Severity(severity), is_cancelled=phase == Phase.CANCELLED)
        if incident_id is not None:
            parts[incident_id].append(part)
    wanted = select(IncidentRow).where(IncidentRow.id.in_(incident_ids)).order_by(IncidentRow.id)
    refreshed: list[tuple[IncidentRow, bool]] = []
    for row in session.scalars(wanted.with_for_update()):
        before = State(row.state)
        whole = incident.whole(parts[row.id], before, is_claimed=row.claimed_by is not None)
        row.occurred_at, row.last_seen_at = whole.span.begin, whole.span.end
        row.severity, row.state = str(whole.severity), str(whole.state)
        if row.id in joined or whole.state is not before:
            row.version += 1
        refreshed.append((row, whole.state is not before))
    session.flush()
    return refreshed


def next_numbers(session: Session, year: int, how_many: int) -> range:
    """The next numbers of a year's incidents. Whoever asks meanwhile waits for this transaction's end."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    add = (sqlite_insert if is_sqlite else postgresql_insert)(IncidentCounter).values(year=year, number=how_many)
    last = session.execute(
        add.on_conflict_do_update(
            index_elements=[IncidentCounter.year], set_={"number": IncidentCounter.number + add.excluded.number}
        ).returning(IncidentCounter.number)
    ).scalar_one()
    return range(last - how_many + 1, last + 1)


def _near(session: Session, key: Key, group: Iterable[Sighting], window: timedelta) -> list[Standing]:
    """Incidents of this key that one of the events may join, locked against a verdict until the transaction ends."""
    spans = [_span(sighting) for sighting in group]
    wanted = select(IncidentRow).where(
        IncidentRow.camera_id == key.camera_id,
        IncidentRow.rule_name == key.rule_name,
        IncidentRow.place == key.place,
        IncidentRow.mode == key.mode,
        IncidentRow.status == key.status,
        IncidentRow.state.in_([str(state) for state in incident.JOINABLE]),
        IncidentRow.last_seen_at >= min(span.begin for span in spans) - window,
        IncidentRow.occurred_at <= max(span.end for span in spans) + window,
    )
    return [
        Standing(id=row.id, key=key, span=Span(begin=row.occurred_at, end=row.last_seen_at), state=State(row.state))
        for row in session.scalars(wanted.order_by(IncidentRow.id).with_for_update())
    ]


def _make(session: Session, made: dict[int, Sighting], *, year: int, now: datetime) -> dict[int, int]:
    """Rows for the incidents that these events open; row ids by the ids that stood for them."""
    if not made:
        return {}
    numbers = next_numbers(session, year, len(made))
    rows = {
        standin: _row(sighting, incident.code(year, number), now)
        for (standin, sighting), number in zip(made.items(), numbers, strict=True)
    }
    session.add_all(rows.values())
    session.flush()
    return {standin: row.id for standin, row in rows.items()}


def _row(sighting: Sighting, code: str, now: datetime) -> IncidentRow:
    data = sighting.event.data
    return IncidentRow(
        code=code,
        site=sighting.site,
        camera_id=sighting.camera_id,
        rule_kind=data.rule.kind,
        rule_name=data.rule.name,
        place=data.place.name,
        place_label=data.place.label.replace("\x00", ""),
        severity=str(data.severity),
        mode=str(data.rule.mode),
        status=str(data.status),
        state=str(State.CANCELLED if data.phase is Phase.CANCELLED else State.NEW),
        occurred_at=data.started_at,
        last_seen_at=data.last_seen_at,
        created_at=now,
    )


def _key(sighting: Sighting) -> Key:
    data = sighting.event.data
    return Key(
        camera_id=sighting.camera_id,
        rule_name=data.rule.name,
        place=data.place.name,
        mode=str(data.rule.mode),
        status=str(data.status),
    )


def _span(sighting: Sighting) -> Span:
    return Span(begin=sighting.event.data.started_at, end=sighting.event.data.last_seen_at)
