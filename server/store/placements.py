"""Events into incidents: finds what an event may join, makes what is new, and keeps an incident's span up to date."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from contract.event import Phase, Severity
from server import incident
from server.category import category_of
from server.incident import Key, Part, Span, Standing, Whole
from server.store import bulk, cameraunits, nearby, snoozes
from server.store.cameraunits import History
from server.store.events import Sighting
from server.tables import EventRow, IncidentCounter, IncidentRow
from server.verdict import State

_MADE_OF: Final = (
    *("site", "camera_id", "rule_kind", "rule_name", "place", "place_label", "severity", "mode", "status", "state"),
    *("occurred_at", "last_seen_at", "category", "unit", "snoozed_until"),
)
"""Columns of a new incident that its events tell."""
_UNSAVED = 1 << 62
"""Ids from here on stand for incidents of this batch that have no row yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """An incident after its events changed. ``is_new_state``: its state is not what it was."""

    id: int
    code: str
    state: str
    version: int
    is_new_state: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """``chosen``: incident ids by event id. ``made``: the incidents that did not exist before, as they stand."""

    chosen: dict[str, int]
    made: list[Refreshed]


def place(session: Session, sightings: Sequence[Sighting], window: timedelta, *, year: int, now: datetime) -> Placed:
    """Give each of these new events its incident; makes the incidents that are needed.

    ``year``: the site's local year, for the codes of new incidents.
    """
    in_order = sorted(sightings, key=lambda sighting: (sighting.event.data.started_at, sighting.event_id))
    groups: dict[Key, list[Sighting]] = defaultdict(list)
    for sighting in in_order:
        groups[_key(sighting)].append(sighting)
    chosen: dict[str, int] = {}
    made: dict[int, list[Sighting]] = {}
    numbers = count(_UNSAVED)
    near = _near(session, groups, window)
    for key, group in groups.items():
        standing: dict[int, Standing] = {}
        for each in near[key]:
            # of a whole and its parts: one that stands wherever one of them stands
            same = standing.get(each.id, each)
            standing[each.id] = replace(each, span=each.span.union(same.span))
        for sighting in group:
            span = _span(sighting)
            found = incident.place(key, span, standing.values(), window)
            if found is None:
                state = State.CANCELLED if sighting.event.data.phase is Phase.CANCELLED else State.NEW
                found = Standing(id=next(numbers), key=key, span=span, state=state)
                made[found.id] = []
            if found.id in made:
                made[found.id].append(sighting)
            joined = Standing(id=found.id, key=key, span=found.span.union(span), state=found.state)
            standing[found.id] = joined
            chosen[sighting.event_id] = found.id
    saved = _make(session, made, year=year, now=now)
    final = {event_id: saved[to].id if to in saved else to for event_id, to in chosen.items()}
    return Placed(chosen=final, made=list(saved.values()))


def refresh(session: Session, incident_ids: Collection[int], joined: Collection[int]) -> list[Refreshed]:
    """Bring these incidents up to date with their events, and tell how they stand.

    ``joined``: those that an event joined which was not theirs before.

    A version grows when what an officer looked at is no longer all there is: an event joined, or the state changed. It
    does not grow with each revision of an event that is still going on, which would refuse every verdict on it.
    """
    parts = _parts(session, incident_ids)
    wanted = select(
        IncidentRow.id,
        IncidentRow.code,
        IncidentRow.state,
        IncidentRow.claimed_by,
        IncidentRow.version,
        IncidentRow.occurred_at,
        IncidentRow.severity,
    )
    wanted = wanted.where(IncidentRow.id.in_(incident_ids)).order_by(IncidentRow.id).with_for_update()
    refreshed: list[Refreshed] = []
    longer: list[bulk.Row] = []
    other: list[bulk.Row] = []
    for row in session.execute(wanted):
        before = State(row.state)
        whole = incident.whole(parts[row.id], before, is_claimed=row.claimed_by is not None)
        is_new_state = whole.state is not before
        version = row.version + (row.id in joined or is_new_state)
        occurred_at = incident.occurred_at(whole, row.occurred_at)
        if is_new_state or (occurred_at, whole.severity) != (row.occurred_at, row.severity):
            values = (occurred_at, whole.severity.value, whole.state.value)
            other.append((row.id, whole.span.end, version, *values))
        else:
            longer.append((row.id, whole.span.end, version))
        refreshed.append(
            Refreshed(id=row.id, code=row.code, state=str(whole.state), version=version, is_new_state=is_new_state)
        )
    # most only last longer, and what an index does not hold costs little to change
    columns = ("id", "last_seen_at", "version")
    bulk.update(session, IncidentRow, columns, longer)
    bulk.update(session, IncidentRow, (*columns, "occurred_at", "severity", "state"), other)
    return refreshed


def began_at(session: Session, incident_id: int) -> datetime | None:
    """When its events say that an incident began; None when it has none, as it was entered by hand."""
    parts = _parts(session, [incident_id])[incident_id]
    return incident.whole(parts, State.NEW, is_claimed=False).span.begin if parts else None


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


def _parts(session: Session, incident_ids: Collection[int]) -> dict[int, list[Part]]:
    """What the events of each of these incidents say together."""
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
    parts: dict[int, list[Part]] = defaultdict(list)
    for incident_id, phase, severity, begin, end in session.execute(told):
        part = Part(span=Span(begin=begin, end=end), severity=Severity(severity), is_cancelled=phase == Phase.CANCELLED)
        if incident_id is not None:
            parts[incident_id].append(part)
    return parts


def _near(session: Session, groups: Mapping[Key, Sequence[Sighting]], window: timedelta) -> dict[Key, list[Standing]]:
    """Incidents that one of the events may join, by key, locked against a verdict until the transaction ends."""
    wanted: list[tuple[Key, datetime, datetime]] = []
    for key, group in groups.items():
        spans = [_span(sighting) for sighting in group]
        begin, end = min(span.begin for span in spans) - window, max(span.end for span in spans) + window
        wanted.append((key, begin, end))
    found: dict[Key, list[Standing]] = {}
    for (key, _, _), rows in zip(wanted, nearby.near(session, wanted), strict=True):
        own = [_standing(row, key) for row in rows if row.merged_into is None]
        found[key] = own + [
            whole for row in rows if row.merged_into is not None and (whole := _whole(session, row, key)) is not None
        ]
    return found


def _whole(session: Session, part: Any, key: Key) -> Standing | None:
    """The incident that a merged one is part of, standing where the part stands; None when it is of another key.

    What comes near the part belongs to the whole: an officer said that they are one.
    """
    row, span = None, Span(begin=part.occurred_at, end=part.last_seen_at)
    into = part.merged_into
    while into is not None:
        row = session.scalar(
            select(IncidentRow)
            .where(IncidentRow.id == into)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        into = row.merged_into if row is not None else None
    if row is None or any(getattr(row, each.name) != getattr(key, each.name) for each in fields(Key)):
        return None
    return Standing(id=row.id, key=key, span=span, state=State(row.state))


def _standing(row: Any, key: Key) -> Standing:
    return Standing(id=row.id, key=key, span=Span(begin=row.occurred_at, end=row.last_seen_at), state=State(row.state))


def _make(
    session: Session, made: Mapping[int, Sequence[Sighting]], *, year: int, now: datetime
) -> dict[int, Refreshed]:
    """Rows for the incidents that these events open; how they stand, by the ids that stood for them."""
    if not made:
        return {}
    units = cameraunits.histories(session, {sightings[0].camera_id for sightings in made.values()})
    silent = snoozes.until(session, now)
    rows: list[bulk.Row] = []
    found: dict[int, Refreshed] = {}
    numbers, ids = next_numbers(session, year, len(made)), bulk.next_ids(session, IncidentRow, len(made))
    for (standin, sightings), number, row_id in zip(made.items(), numbers, ids, strict=True):
        whole = incident.whole([_part(each) for each in sightings], State.NEW, is_claimed=False)
        code = incident.code(year, number)
        rows.append((row_id, code, *_values(sightings[0], whole, units, silent), now))
        found[standin] = Refreshed(id=row_id, code=code, state=str(whole.state), version=1, is_new_state=True)
    bulk.insert(session, IncidentRow, ("id", "code", *_MADE_OF, "created_at"), rows)
    return found


def _values(
    sighting: Sighting, whole: Whole, units: Mapping[int, History], silent: Mapping[tuple[int, str], datetime]
) -> bulk.Row:
    """In the order of ``_MADE_OF``. ``sighting``: the incident's first event, for what all its events share."""
    data = sighting.event.data
    rule = data.rule
    unit = cameraunits.unit_at(units.get(sighting.camera_id, ()), whole.span.begin)
    return (
        *(sighting.site, sighting.camera_id, rule.kind, rule.name, data.place.name),
        *(data.place.label.replace("\x00", ""), whole.severity.value, rule.mode.value, data.status.value),
        *(whole.state.value, whole.span.begin, whole.span.end, str(category_of(rule.kind))),
        *(unit, silent.get((sighting.camera_id, rule.name))),
    )


def _part(sighting: Sighting) -> Part:
    data = sighting.event.data
    return Part(span=_span(sighting), severity=data.severity, is_cancelled=data.phase is Phase.CANCELLED)


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
