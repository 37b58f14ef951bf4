"""What Home Assistant is told: cameras, and how much waits."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.notices.lens import Lens
from server.store import incidents, matters
from server.tables import CameraRow, EdgeRow


def lenses(session: Session, site: str, now: datetime) -> tuple[Lens, ...]:
    """A site's cameras in service."""
    rows = session.execute(
        select(CameraRow, EdgeRow.name, matters.is_down(now))
        .join(EdgeRow, EdgeRow.id == CameraRow.edge_id)
        .where(EdgeRow.site == site, or_(CameraRow.retired_at.is_(None), CameraRow.retired_at > now))
        .order_by(EdgeRow.name, CameraRow.name)
    )
    return tuple(
        Lens(
            edge=edge,
            name=row.name,
            label=row.label or row.name,
            unit=row.unit,
            sees=not is_down and row.state == "online" and row.picture in {None, "ok"},
        )
        for row, edge, is_down in rows
    )


def waiting(session: Session, now: datetime) -> int:
    """How many incidents wait for a verdict."""
    return incidents.waiting_count(session, now)
