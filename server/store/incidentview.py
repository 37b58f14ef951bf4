"""Incident rows as the API and the pages show them. A list costs four queries, however long it is."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from contract.event import EventData
from contract.event import Evidence as Named
from server.criteria.definition import Definitions
from server.deadline import days_left
from server.playback import is_playable
from server.schemas import EventOut, EvidenceOut, IncidentOut, LinkOut, SubjectOut
from server.tables import CameraRow, EventRow, EvidenceRow, IncidentRow, LinkRow, UserRow
from server.verdict import OPEN, Move, Standing, State, Told, last

_Row = TypeVar("_Row")
_CHUNK: Final = 500
"""Ids in one query: below every database's limit of parameters."""


def outs(
    session: Session, definitions: Definitions, rows: Sequence[IncidentRow], now: datetime
) -> tuple[IncidentOut, ...]:
    """The rows, in their order."""
    return tuple(out for part in _parts(rows) for out in _outs_of_part(session, definitions, part, now))


def standing(row: IncidentRow, told: Sequence[Told] = ()) -> Standing:
    """How an incident stands, for server.verdict. ``told``: its verdicts, oldest first."""
    holds = last(told)
    went = [each.officer_id for each in told if each.move == Move.VERIFY]
    return Standing(
        state=State(row.state),
        claimed_by=row.claimed_by,
        claimed_at=row.claimed_at,
        verified_by=went[-1] if went else None,
        decided_by=holds.officer_id if holds else None,
        decided_at=holds.at if holds else None,
        before=holds.from_state if holds else None,
    )


def parts(session: Session, incident_id: int) -> tuple[LinkOut, ...]:
    """The incidents that are part of it, oldest first."""
    rows = session.scalars(select(IncidentRow).where(IncidentRow.merged_into == incident_id).order_by(IncidentRow.id))
    return tuple(_link(row, "") for row in rows)


def links(session: Session, incident_id: int) -> tuple[LinkOut, ...]:
    """The incidents that it has to do with, oldest link first."""
    rows = session.execute(
        select(IncidentRow, LinkRow.note)
        .join(LinkRow, IncidentRow.id.in_([LinkRow.one_id, LinkRow.other_id]))
        .where(or_(LinkRow.one_id == incident_id, LinkRow.other_id == incident_id), IncidentRow.id != incident_id)
        .order_by(LinkRow.id)
    )
    return tuple(_link(row, note) for row, note in rows)


def _link(row: IncidentRow, note: str) -> LinkOut:
    return LinkOut(code=row.code, title=row.title, rule_kind=row.rule_kind, state=row.state, note=note)


def events(session: Session, incident_id: int) -> tuple[EventOut, ...]:
    """The events of an incident, in the order they began."""
    rows = session.scalars(
        select(EventRow).where(EventRow.incident_id == incident_id).order_by(EventRow.started_at, EventRow.id)
    ).all()
    kept: dict[str, list[EvidenceRow]] = defaultdict(list)
    for part in _parts(rows):
        found = select(EvidenceRow).where(EvidenceRow.event_id.in_([row.id for row in part])).order_by(EvidenceRow.id)
        for evidence in session.scalars(found):
            kept[evidence.event_id].append(evidence)
    return tuple(_event(row, kept[row.id]) for row in rows)


def evidence_url(sha256: str) -> str:
    """Where a picture's or clip's bytes are read."""
    return f"/api/v1/evidence/{sha256}"


def _parts(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def _outs_of_part(
    session: Session, definitions: Definitions, rows: Sequence[IncidentRow], now: datetime
) -> Iterator[IncidentOut]:
    ids = [row.id for row in rows]
    cameras = _cameras(session, {row.camera_id for row in rows if row.camera_id is not None})
    counts = session.execute(
        select(EventRow.incident_id, func.count()).where(EventRow.incident_id.in_(ids)).group_by(EventRow.incident_id)
    )
    events_of = dict(counts.all())
    pictures = _pictures(session, ids)
    holders = {row.id: standing(row).holder(now) for row in rows}
    assigned = {row.assigned_to for row in rows}
    people = _people(session, {who for who in {*holders.values(), *assigned} if who is not None})
    roots = _codes(session, {row.merged_into for row in rows if row.merged_into is not None})
    for row in rows:
        camera = cameras.get(row.camera_id) if row.camera_id is not None else None
        holder = holders[row.id]
        # a claim that has expired holds nobody back, so it is shown as what it is: new
        state = State.NEW if row.state == State.CLAIMED and holder is None else State(row.state)
        yield IncidentOut(
            id=row.id,
            code=row.code,
            camera=camera.name if camera else "",
            camera_label=(camera.label or camera.name) if camera else "",
            unit=row.unit or (camera.unit if camera else ""),
            rule_kind=row.rule_kind,
            rule_name=row.rule_name,
            place=row.place,
            place_label=row.place_label,
            severity=row.severity,
            mode=row.mode,
            status=row.status,
            state=state,
            occurred_at=row.occurred_at,
            last_seen_at=row.last_seen_at,
            events=events_of.get(row.id, 0),
            claimed_by=people[holder].display_name if holder is not None else None,
            picture_url=evidence_url(pictures[row.id]) if row.id in pictures else None,
            version=row.version,
            counts_toward=definitions.bearing(
                row.rule_kind, row.rule_name, row.category, row.source, row.camera_assisted
            ),
            **_facts(row, people.get(row.assigned_to or 0), now),
            merged_into=roots.get(row.merged_into or 0),
        )


def _facts(row: IncidentRow, assigned: UserRow | None, now: datetime) -> dict[str, Any]:
    """What is known of an incident beyond what its camera saw."""
    runs = row.due_at is not None and row.handled_at is None and row.state in OPEN
    left = days_left(row.due_at, now) if runs and row.due_at is not None else None
    same = ("source", "category", "title", "official_number", "suspects", "victims", "deaths", "injured")
    more = (
        "camera_id",
        "camera_assisted",
        "is_complex",
        "due_at",
        "created_at",
        "confirmed_at",
        "handled_at",
        "closed_at",
    )
    is_snoozed = row.snoozed_until is not None and row.snoozed_until > now
    return {
        "snoozed_until": row.snoozed_until if is_snoozed else None,
        **{name: getattr(row, name) for name in (*same, *more)},
        "assigned_to": assigned.username if assigned else None,
        "assigned_name": assigned.display_name if assigned else None,
        "days_left": left,
        "is_overdue": left is not None and left < 0,
        "is_extended": row.extended_at is not None,
    }


def _cameras(session: Session, camera_ids: set[int]) -> dict[int, CameraRow]:
    return {row.id: row for row in session.scalars(select(CameraRow).where(CameraRow.id.in_(camera_ids)))}


def _pictures(session: Session, incident_ids: Sequence[int]) -> dict[int, str]:
    """The latest picture that has arrived, by incident: an edge sends a better one later."""
    found = session.execute(
        select(EventRow.incident_id, EvidenceRow.sha256)
        .join(EvidenceRow, EvidenceRow.event_id == EventRow.id)
        .where(
            EventRow.incident_id.in_(incident_ids), EvidenceRow.kind == "picture", EvidenceRow.stored_at.is_not(None)
        )
        .order_by(EvidenceRow.id)
    )
    return {incident: sha256 for incident, sha256 in found if incident is not None}


def _people(session: Session, user_ids: set[int]) -> dict[int, UserRow]:
    if not user_ids:
        return {}
    return {row.id: row for row in session.scalars(select(UserRow).where(UserRow.id.in_(user_ids)))}


def _codes(session: Session, incident_ids: set[int]) -> dict[int, str]:
    if not incident_ids:
        return {}
    found = session.execute(select(IncidentRow.id, IncidentRow.code).where(IncidentRow.id.in_(incident_ids)))
    return dict(found.all())


def _event(row: EventRow, kept: Sequence[EvidenceRow]) -> EventOut:
    data = EventData.model_validate(row.data)
    named = {part.sha256: part for part in data.evidence}
    return EventOut(
        id=row.id,
        revision=row.revision,
        phase=row.phase,
        started_at=row.started_at,
        last_seen_at=row.last_seen_at,
        ended_at=row.ended_at,
        received_at=row.received_at,
        model=data.model.name,
        rule_dwell_s=data.rule.dwell_s,
        rule_hours=data.rule.hours,
        subjects=tuple(
            SubjectOut(
                track=who.track,
                class_name=who.class_name,
                score=who.score,
                box=who.box,
                dwell_s=who.dwell_s,
                path=who.path,
            )
            for who in data.subjects
        ),
        evidence=(
            *(_kept(row, named.get(row.sha256)) for row in kept if row.stored_at is not None or row.sha256 in named),
            *(_missing(part) for part in data.evidence if part.missing is not None),
        ),
    )


def _kept(row: EvidenceRow, part: Named | None) -> EvidenceOut:
    url = evidence_url(row.sha256) if row.stored_at is not None else None
    codec = part.codec if part is not None else None
    return EvidenceOut(
        kind="clip" if row.kind == "clip" else "picture",
        sha256=row.sha256,
        bytes=row.bytes,
        media_type=row.media_type,
        started_at=row.started_at,
        ended_at=row.ended_at,
        url=url,
        missing=None,
        deleted_at=row.deleted_at,
        deleted_rule=row.deleted_rule,
        play_url=f"{url}/playable" if url and not is_playable(codec) else None,
        periodic=row.kind == "moment",
        codec=codec,
        coded_by=part.coded_by if part is not None else None,
        gaps=part.gaps if part is not None else (),
    )


def _missing(part: Named) -> EvidenceOut:
    return EvidenceOut(
        kind=part.kind,
        sha256=None,
        bytes=None,
        media_type=None,
        started_at=part.at or part.started_at,
        ended_at=part.ended_at,
        url=None,
        missing=part.missing,
        periodic=part.periodic,
    )
