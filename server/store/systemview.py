"""How the database and the edges are, from their heartbeats."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from contract.health import HEARTBEAT_S, HealthData
from server.schemas import SystemEdge
from server.tables import DeadLetter, EdgeRow, EvidenceRow, SequenceGap

_SILENT_AFTER: Final = timedelta(seconds=3 * HEARTBEAT_S)


def edges(session: Session, now: datetime) -> tuple[SystemEdge, ...]:
    """Every edge, by name, with what its latest heartbeat told."""
    gaps = dict(session.execute(select(SequenceGap.edge_id, func.count()).group_by(SequenceGap.edge_id)).all())
    rows = session.scalars(select(EdgeRow).order_by(EdgeRow.site, EdgeRow.name))
    return tuple(_edge(row, gaps.get(row.id, 0), now) for row in rows)


def database_bytes(session: Session) -> int:
    """The size of the database on its disk."""
    if session.get_bind().dialect.name == "sqlite":
        pages = session.scalar(text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"))
    else:
        pages = session.scalar(text("SELECT pg_database_size(current_database())"))
    return int(pages or 0)


def evidence_sum(session: Session) -> tuple[int, int]:
    """Files that are here, and their bytes; one that several events share is counted once."""
    each = select(EvidenceRow.sha256, func.max(EvidenceRow.bytes).label("bytes"))
    each_file = each.where(EvidenceRow.stored_at.is_not(None)).group_by(EvidenceRow.sha256).subquery()
    files, size = session.execute(select(func.count(), func.coalesce(func.sum(each_file.c.bytes), 0))).one()
    return int(files), int(size)


def dead_letters(session: Session) -> int:
    """Refused messages that were not taken in, each counted once."""
    found = select(func.count()).select_from(DeadLetter).where(DeadLetter.accepted_at.is_(None))
    return session.scalar(found) or 0


def _edge(row: EdgeRow, missing: int, now: datetime) -> SystemEdge:
    told = HealthData.model_validate(row.health) if row.health else None
    return SystemEdge(
        site=row.site,
        name=row.name,
        state=_state(row, now),
        heartbeat_at=row.heartbeat_at,
        session=row.session,
        software=told.software if told else None,
        config_version=told.config_version if told else None,
        model=told.model.name if told else None,
        cameras=len(told.cameras) if told else 0,
        cameras_online=sum(camera.state == "online" for camera in told.cameras) if told else 0,
        outbox_depth=told.outbox_depth if told else None,
        outbox_oldest_s=told.outbox_oldest_s if told else None,
        evidence_pending=told.evidence_pending if told else None,
        disk_free_bytes=told.disk_free_bytes if told else None,
        detect_share=told.detect_share if told else None,
        clock_offset_ms=told.clock_offset_ms if told else None,
        missing_messages=missing,
    )


def _state(row: EdgeRow, now: datetime) -> str:
    if row.heartbeat_at is None:
        return "new"
    if row.status != "online":
        return "offline"
    return "online" if now - row.heartbeat_at <= _SILENT_AFTER else "silent"
