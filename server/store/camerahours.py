"""How long the cameras in service gave pictures: what every zero rests on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from server.criteria.judge import Uptime
from server.tables import CameraHour, CameraRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """One camera in a span of time. ``up_s``: seconds of pictures in it."""

    camera_id: int
    camera: str
    up_s: float
    began_late: bool

    def uptime(self, span_s: float) -> Uptime:
        """As a share of the span, from its beginning on even when the camera came later."""
        share = min(1.0, self.up_s / span_s) if span_s > 0 else 0.0
        return Uptime(camera=self.camera, share=share, began_late=self.began_late)


def in_service(session: Session, start: datetime, end: datetime) -> tuple[Hours, ...]:
    """Every camera in service at ``end``, with its seconds of pictures in [start, end); 0 when there are none."""
    of_span = and_(
        CameraHour.camera_id == CameraRow.id, CameraHour.hour_at >= start, CameraHour.hour_at < end
    )  # joined by camera, so that each is one walk along camera_hours' key
    rows = session.execute(
        select(
            CameraRow.id,
            CameraRow.label,
            CameraRow.name,
            CameraRow.created_at,
            func.coalesce(func.sum(CameraHour.up_s), 0.0),
        )
        .outerjoin(CameraHour, of_span)
        .where(CameraRow.created_at < end, or_(CameraRow.retired_at.is_(None), CameraRow.retired_at >= end))
        .group_by(CameraRow.id, CameraRow.label, CameraRow.name, CameraRow.created_at)
        .order_by(CameraRow.id)
    )
    return tuple(
        Hours(camera_id=camera_id, camera=label or name, up_s=float(up), began_late=created_at > start)
        for camera_id, label, name, created_at, up in rows
    )
