"""How long the cameras in service gave pictures: what every zero rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from server.criteria.judge import Uptime
from server.tables import CameraRow

_IN_SERVICE: Final = (
    select(CameraRow.id, CameraRow.label, CameraRow.name, CameraRow.created_at)
    .where(
        CameraRow.created_at < bindparam("end"),
        or_(CameraRow.retired_at.is_(None), CameraRow.retired_at >= bindparam("end")),
    )
    .order_by(CameraRow.id)
)


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


def in_service(session: Session, start: datetime, end: datetime, up_s: Mapping[int, float]) -> tuple[Hours, ...]:
    """Every camera in service at ``end``. ``up_s``: each one's seconds of pictures in [start, end); 0 when there are
    none."""
    rows = session.execute(_IN_SERVICE, {"end": end})
    return tuple(
        Hours(camera_id=id_, camera=label or name, up_s=up_s.get(id_, 0.0), began_late=created_at > start)
        for id_, label, name, created_at in rows
    )
