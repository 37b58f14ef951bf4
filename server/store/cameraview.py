"""Cameras and edges as the API and the pages show them."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.health import HEARTBEAT_S
from server.evidence import EvidenceFiles
from server.schemas import CameraOut, EdgeOut
from server.tables import CameraHour, CameraRow, EdgeRow, SequenceGap

SILENT_AFTER: Final = timedelta(seconds=3 * HEARTBEAT_S)
"""An edge that missed three heartbeats says nothing about its cameras any more."""
_WORST_FIRST: Final = ("offline", "silent", "connecting", "finished", "online")


def listing(session: Session, evidence: EvidenceFiles, now: datetime) -> tuple[CameraOut, ...]:
    """Every camera in service, the worst first: two queries."""
    # whole hours, so that the sum and the span it is divided by cover the same time
    day_at = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
    up_s = dict(
        session.execute(
            select(CameraHour.camera_id, func.sum(CameraHour.up_s))
            .where(CameraHour.hour_at >= day_at)
            .group_by(CameraHour.camera_id)
        ).all()
    )
    rows = session.execute(
        select(CameraRow, EdgeRow)
        .join(EdgeRow, EdgeRow.id == CameraRow.edge_id)
        .where((CameraRow.retired_at.is_(None)) | (CameraRow.retired_at > now))
        .order_by(EdgeRow.site, EdgeRow.name, CameraRow.name)
    )
    outs = [
        _camera(
            camera,
            edge,
            share=_share(float(up_s.get(camera.id, 0.0)), max(day_at, camera.created_at), now),
            has_picture=evidence.picture(camera.id).is_file(),
            now=now,
        )
        for camera, edge in rows
    ]
    return tuple(sorted(outs, key=_rank))


def online_counts(cameras: tuple[CameraOut, ...]) -> tuple[int, int]:
    """How many give pictures that show something, of how many: the header's "23/24 camera"."""
    return sum(camera.sees for camera in cameras), len(cameras)


def edges(session: Session) -> tuple[EdgeOut, ...]:
    """Every edge, with how many of its messages never came."""
    gaps = dict(session.execute(select(SequenceGap.edge_id, func.count()).group_by(SequenceGap.edge_id)).all())
    rows = session.scalars(select(EdgeRow).order_by(EdgeRow.site, EdgeRow.name))
    return tuple(
        EdgeOut(
            id=row.id,
            site=row.site,
            name=row.name,
            status=row.status,
            heartbeat_at=row.heartbeat_at,
            session=row.session,
            outbox_depth=(row.health or {}).get("outbox_depth"),
            missing_messages=gaps.get(row.id, 0),
        )
        for row in rows
    )


def picture_url(camera_id: int) -> str:
    """Where a camera's latest picture is read."""
    return f"/api/v1/cameras/{camera_id}/picture"


def _camera(camera: CameraRow, edge: EdgeRow, *, share: float, has_picture: bool, now: datetime) -> CameraOut:
    heard = edge.status == "online" and edge.heartbeat_at is not None and now - edge.heartbeat_at <= SILENT_AFTER
    # a recording that was played to its end stays finished, whether its edge still runs or not
    state = camera.state if heard or camera.state == "finished" else "silent"
    return CameraOut(
        id=camera.id,
        site=edge.site,
        edge=edge.name,
        name=camera.name,
        label=camera.label or camera.name,
        unit=camera.unit,
        state=state,
        picture=camera.picture if state == "online" else None,
        clock_offset_ms=camera.clock_offset_ms,
        last_frame_at=camera.last_frame_at,
        error=camera.error,
        up_share_24h=share,
        picture_url=picture_url(camera.id) if has_picture else None,
    )


def _rank(camera: CameraOut) -> float:
    """The worst first; a blind camera comes before one that is being connected, and after a dead one."""
    if camera.state == "online" and not camera.sees:
        return _WORST_FIRST.index("connecting") - 0.5
    return _WORST_FIRST.index(camera.state) if camera.state in _WORST_FIRST else 0


def _share(up_s: float, start: datetime, now: datetime) -> float:
    span_s = (now - start).total_seconds()
    return min(1.0, up_s / span_s) if span_s > 0 else 0.0
