"""What other systems are told of incidents: an outbox that follows from the audit, so that nobody has to fill it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from contract import topics
from contract.event import Severity
from contract.incident import IncidentData, IncidentMessage, message_id
from server.tables import AuditRow, CameraRow, EdgeRow, IncidentRow, Publication
from server.verdict import COUNTED

_CHUNK: Final = 500
"""Values in one query: below every database's limit of parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that the broker does not have yet."""

    id: int
    site: str
    message: dict[str, Any]


def touched(session: Session, audit_ids: Sequence[int]) -> list[int]:
    """The incidents that these audit rows are about."""
    found: set[int] = set()
    for start in range(0, len(audit_ids), _CHUNK):
        subjects = select(AuditRow.subject).where(AuditRow.id.in_(audit_ids[start : start + _CHUNK]))
        found.update(session.scalars(select(IncidentRow.id).where(IncidentRow.code.in_(subjects))))
    return sorted(found)


def no_longer_so(session: Session) -> list[int]:
    """Incidents of which the latest that was told is that they count, and that do not: whatever changed them."""
    latest = _latest()
    return list(
        session.scalars(
            select(Publication.incident_id)
            .join(latest, latest.c.id == Publication.id)
            .join(IncidentRow, IncidentRow.id == Publication.incident_id)
            .where(Publication.counted, IncidentRow.state.not_in(sorted(COUNTED)))
        )
    )


def queue(session: Session, incident_ids: Sequence[int], now: datetime) -> int:
    """Queue what has changed of these incidents since it was last told; how many."""
    added = 0
    for start in range(0, len(incident_ids), _CHUNK):
        part = incident_ids[start : start + _CHUNK]
        latest = _latest()
        told = {
            row.incident_id: row
            for row in session.scalars(
                select(Publication).join(latest, latest.c.id == Publication.id).where(Publication.incident_id.in_(part))
            )
        }
        rows = session.execute(
            select(IncidentRow, CameraRow, EdgeRow)
            .outerjoin(CameraRow, CameraRow.id == IncidentRow.camera_id)
            .outerjoin(EdgeRow, EdgeRow.id == CameraRow.edge_id)
            .where(IncidentRow.id.in_(part), IncidentRow.status == "actual", IncidentRow.mode == "active")
            .order_by(IncidentRow.id)
        )
        for row, camera, edge in rows:
            if _is_news(row, told.get(row.id)):
                session.add(_publication(row, camera, edge, now))
                added += 1
    session.flush()
    return added


def waiting(session: Session, limit: int) -> tuple[Waiting, ...]:
    """What the broker does not have yet, in the order in which it became so."""
    rows = session.execute(
        select(Publication.id, IncidentRow.site, Publication.message)
        .join(IncidentRow, IncidentRow.id == Publication.incident_id)
        .where(Publication.sent_at.is_(None))
        .order_by(Publication.id)
        .limit(limit)
    )
    return tuple(Waiting(id=row.id, site=row.site, message=row.message) for row in rows)


def sent(session: Session, publication_ids: Sequence[int], now: datetime) -> None:
    """The broker has these."""
    session.execute(
        update(Publication)
        .where(Publication.id.in_(publication_ids))
        .values(sent_at=now)
        .execution_options(synchronize_session=False)
    )


def _latest() -> Any:
    return select(func.max(Publication.id).label("id")).group_by(Publication.incident_id).subquery()


def _is_news(row: IncidentRow, told: Publication | None) -> bool:
    counts = row.state in COUNTED
    if told is None:
        return counts
    if told.version == row.version:
        return False
    return counts != told.counted or (counts and told.message["data"]["state"] != row.state)


def _publication(row: IncidentRow, camera: CameraRow | None, edge: EdgeRow | None, now: datetime) -> Publication:
    data = IncidentData(
        code=row.code,
        version=row.version,
        counted=row.state in COUNTED,
        state=row.state,
        source=row.source,
        category=row.category,
        rule=row.rule_kind,
        severity=Severity(row.severity),
        unit=row.unit or (camera.unit if camera else ""),
        place=row.place_label or row.place,
        camera=topics.source(edge.site, edge.name, camera.name) if camera and edge else None,
        occurred_at=row.occurred_at,
        suspects=row.suspects,
        victims=row.victims,
    )
    message = IncidentMessage(id=message_id(row.code, row.version), source=f"anninh:{row.site}", time=now, data=data)
    return Publication(
        incident_id=row.id,
        version=row.version,
        counted=data.counted,
        message=message.model_dump(mode="json"),
        created_at=now,
        sent_at=None,
    )
