"""Evidence rows: which picture or clip an event named, and whether its bytes have come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from contract.event import Evidence
from server.store import bulk
from server.store.events import Sighting
from server.tables import CameraRow, DeletionRow, EventRow, EvidenceRow, IncidentRow

_TOLD: Final = ("kind", "bytes", "media_type", "started_at", "ended_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Bytes that an edge may send. ``is_stored``: every event that named them is told that they came.

    ``is_deleted``: they were here, and were deleted since; nobody wants them again.
    """

    bytes: int
    media_type: str
    is_stored: bool
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A piece of evidence that an officer may look at."""

    kind: str
    media_type: str
    event_id: str
    incident_code: str
    codec: str | None
    """A clip's, as its event says it (RFC 6381)."""


def name(session: Session, sightings: Iterable[Sighting]) -> None:
    """Make rows for the evidence that these revisions name, whichever revision it is: its bytes may come later."""
    named: dict[tuple[str, str], Evidence] = {}
    for sighting in sightings:
        for part in sighting.event.data.evidence:
            if part.missing is None and part.sha256 is not None:
                named.setdefault((sighting.event_id, part.sha256), part)
    if not named:
        return
    hashes = {sha256 for _, sha256 in named}
    there: set[tuple[str, str]] = set()
    stored_at: dict[str, datetime] = {}
    rows = select(EvidenceRow.event_id, EvidenceRow.sha256, EvidenceRow.stored_at)
    for row in session.execute(rows.where(EvidenceRow.sha256.in_(hashes))):
        there.add((row.event_id, row.sha256))
        if row.stored_at is not None:
            stored_at[row.sha256] = row.stored_at
    new = [(*key, *_values(part), stored_at.get(part.sha256 or "")) for key, part in named.items() if key not in there]
    bulk.insert(session, EvidenceRow, ("event_id", "sha256", *_TOLD, "stored_at"), new)


def expected(session: Session, edge_id: int, sha256: str) -> Expected | None:
    """What an event of this edge said of these bytes; None when no event of it named them."""
    row = session.execute(
        select(
            func.max(EvidenceRow.bytes).label("bytes"),
            func.min(EvidenceRow.media_type).label("media_type"),
            func.count().label("named"),
            func.count(EvidenceRow.stored_at).label("stored"),
            func.count(EvidenceRow.deleted_at).label("deleted"),
        )
        .join(EventRow, EventRow.id == EvidenceRow.event_id)
        .join(CameraRow, CameraRow.id == EventRow.camera_id)
        .where(EvidenceRow.sha256 == sha256, CameraRow.edge_id == edge_id)
    ).one()
    if row.named == 0:
        return None
    return Expected(
        bytes=row.bytes,
        media_type=row.media_type,
        is_stored=row.stored == row.named,
        is_deleted=row.deleted == row.named,
    )


def store(session: Session, sha256: str, now: datetime) -> list[IncidentRow]:
    """Say that these bytes are here. Returns the incidents that show them."""
    session.execute(
        update(EvidenceRow)
        .where(EvidenceRow.sha256 == sha256, EvidenceRow.stored_at.is_(None))
        .values(stored_at=now, deleted_at=None, deleted_rule="")
        .execution_options(synchronize_session=False)
    )
    shows = select(EventRow.incident_id).join(EvidenceRow, EvidenceRow.event_id == EventRow.id)
    return list(
        session.scalars(select(IncidentRow).where(IncidentRow.id.in_(shows.where(EvidenceRow.sha256 == sha256))))
    )


def held(session: Session, sha256: str) -> Held | None:
    """Stored evidence by its hash; None when it is not here."""
    row = session.execute(
        select(EvidenceRow.kind, EvidenceRow.media_type, EvidenceRow.event_id, IncidentRow.code, EventRow.data)
        .join(EventRow, EventRow.id == EvidenceRow.event_id)
        .join(IncidentRow, IncidentRow.id == EventRow.incident_id, isouter=True)
        .where(EvidenceRow.sha256 == sha256, EvidenceRow.stored_at.is_not(None))
        .order_by(EvidenceRow.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    named = {part["sha256"]: part for part in row.data["evidence"]}
    return Held(
        kind=row.kind,
        media_type=row.media_type,
        event_id=row.event_id,
        incident_code=row.code or "",
        codec=named.get(sha256, {}).get("codec"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """When and why a piece of evidence was deleted. ``why``: Vietnamese / English."""

    deleted_at: datetime
    rule: str
    why: str


def gone(session: Session, sha256: str) -> Gone | None:
    """The record of a deletion; None when nothing of this hash was deleted here."""
    found = select(EvidenceRow.deleted_at, EvidenceRow.deleted_rule).where(
        EvidenceRow.sha256 == sha256, EvidenceRow.deleted_at.is_not(None)
    )
    row = session.execute(found.order_by(EvidenceRow.deleted_at.desc()).limit(1)).one_or_none()
    if row is None or row.deleted_at is None:
        return None
    kept = select(DeletionRow.why).where(DeletionRow.sha256 == sha256).order_by(DeletionRow.id.desc()).limit(1)
    return Gone(deleted_at=row.deleted_at, rule=row.deleted_rule, why=session.scalar(kept) or "")


def _values(part: Evidence) -> bulk.Row:
    """In the order of ``_TOLD``."""
    is_picture = part.kind == "picture"
    kind = "moment" if part.periodic else part.kind
    return kind, part.bytes, part.media_type, part.at if is_picture else part.started_at, part.ended_at
