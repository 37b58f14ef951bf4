"""Cameras and edges as the API and the pages show them."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from contract.health import HEARTBEAT_S
from server.evidence import EvidenceFiles
from server.schemas import CameraOut, EdgeOut
from server.store.cameras import standing
from server.store.errors import NotFoundError
from server.tables import CameraHour, CameraRow, EdgeRow, SequenceGap

SILENT_AFTER: Final = timedelta(seconds=3 * HEARTBEAT_S)
"""An edge that missed three heartbeats says nothing about its cameras any more."""
OLD_AFTER: Final = timedelta(minutes=5)
"""An edge sends a picture a minute; one that has not for so long is worth a look."""
_WORST_FIRST: Final = ("offline", "silent", "connecting", "finished", "online")


def listing(session: Session, evidence: EvidenceFiles, now: datetime) -> tuple[CameraOut, ...]:
    """Every camera in service, the worst first: two queries."""
    in_service = (CameraRow.retired_at.is_(None)) | (CameraRow.retired_at > now)
    return tuple(sorted(_listed(session, evidence, now, in_service), key=_rank))


def _listed(
    session: Session, evidence: EvidenceFiles, now: datetime, wanted: ColumnElement[bool]
) -> tuple[CameraOut, ...]:
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
        .where(wanted)
        .order_by(EdgeRow.site, EdgeRow.name, CameraRow.name)
    )
    return tuple(
        _camera(
            camera,
            edge,
            share=_share(float(up_s.get(camera.id, 0.0)), max(day_at, camera.created_at), now),
            picture_at=evidence.picture_at(camera.id),
            now=now,
        )
        for camera, edge in rows
    )


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


def picture_url(camera_id: int, at: datetime) -> str:
    """Where a camera's latest picture is read: another address for another picture, so that open pages show it."""
    return f"/api/v1/cameras/{camera_id}/picture?at={int(at.timestamp() * 1000)}"


def one(session: Session, evidence: EvidenceFiles, camera_id: int, now: datetime) -> CameraOut:
    """One camera, in service or not. Raises NotFoundError."""
    found = _listed(session, evidence, now, CameraRow.id == camera_id)
    if not found:
        raise NotFoundError("Không có camera này. / There is no such camera.")
    return found[0]


def is_heard(edge: EdgeRow, now: datetime) -> bool:
    """Does the edge speak?"""
    return edge.status == "online" and edge.heartbeat_at is not None and now - edge.heartbeat_at <= SILENT_AFTER


def _camera(camera: CameraRow, edge: EdgeRow, *, share: float, picture_at: datetime | None, now: datetime) -> CameraOut:
    heard = is_heard(edge, now)
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
        picture_url=picture_url(camera.id, picture_at) if picture_at else None,
        picture_at=picture_at,
        is_old=state == "online" and picture_at is not None and now - picture_at > OLD_AFTER,
        settings=standing(camera),
    )


def _rank(camera: CameraOut) -> float:
    """The worst first; a blind camera comes before one that is being connected, and after a dead one."""
    if camera.state == "online" and not camera.sees:
        return _WORST_FIRST.index("connecting") - 0.5
    if camera.is_old:
        return _WORST_FIRST.index("connecting") + 0.5
    return _WORST_FIRST.index(camera.state) if camera.state in _WORST_FIRST else 0


def _share(up_s: float, start: datetime, now: datetime) -> float:
    span_s = (now - start).total_seconds()
    return min(1.0, up_s / span_s) if span_s > 0 else 0.0
