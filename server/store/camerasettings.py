"""What officers had a camera look for: versions that are appended, sent to its edge, and taken or refused there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from contract import codec, topics
from contract.configuration import CameraConfig, Config, ConfigData, SettingsData
from contract.drawing import Drawing
from contract.kinds import KINDS
from server.schemas import CameraSettingsIn, CameraSettingsOut, CameraVersionOut, UserOut
from server.store import audit, cameraview
from server.store.cameras import standing
from server.store.errors import InvalidError, NotFoundError, StaleError
from server.tables import CameraRow, CameraSettingsRow, EdgeRow, UserRow

_NO_CAMERA: Final = "Không có camera này. / There is no such camera."
_STALE: Final = (
    "Thiết lập của camera vừa được người khác đổi; hãy xem lại rồi lưu. / "
    "Somebody has changed the camera's settings meanwhile; look at them, then save."
)


def find(session: Session, camera_id: int, *, lock: bool = False) -> tuple[CameraRow, EdgeRow]:
    """A camera and its edge. ``lock``: until the transaction ends nobody else has either. Raises NotFoundError."""
    wanted = (
        select(CameraRow, EdgeRow)
        .join(EdgeRow, EdgeRow.id == CameraRow.edge_id)
        .where(CameraRow.id == camera_id)
        .options(undefer(CameraRow.told))
    )
    found = session.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if found is None:
        raise NotFoundError(_NO_CAMERA)
    return found[0], found[1]


def read(session: Session, camera_id: int, now: datetime) -> CameraSettingsOut:
    """The settings as they were sent last, and what came of them. Raises NotFoundError."""
    camera, edge = find(session, camera_id)
    latest = _latest(session, camera)
    told = _told(camera)
    drawing = told.drawing if told else Drawing()
    if latest is not None and latest.drawing is not None:
        drawing = _drawing(latest.drawing)
    return CameraSettingsOut(
        camera_id=camera.id,
        version=camera.sent_version,
        standing=standing(camera),
        drawing=drawing,
        is_from_file=latest is None or latest.drawing is None,
        in_force_version=camera.config_version,
        in_force_since=camera.config_since,
        refused=camera.config_refused if standing(camera) == "refused" else "",
        edge=edge.name,
        edge_is_heard=cameraview.is_heard(edge, now),
        is_calibrated=told.is_calibrated if told else False,
        is_told=told is not None,
        made_by=_name(session, latest.made_by) if latest else "",
        made_at=latest.made_at if latest else None,
        why=latest.why if latest else "",
    )


def history(session: Session, camera_id: int, limit: int = 50) -> tuple[CameraVersionOut, ...]:
    """Its versions, newest first. Raises NotFoundError."""
    find(session, camera_id)
    rows = session.execute(
        select(CameraSettingsRow, UserRow.display_name)
        .outerjoin(UserRow, UserRow.id == CameraSettingsRow.made_by)
        .where(CameraSettingsRow.camera_id == camera_id)
        .order_by(CameraSettingsRow.version.desc())
        .limit(limit)
    )
    return tuple(
        CameraVersionOut(
            version=row.version,
            made_by=name or "",
            made_at=row.made_at,
            why=row.why,
            zones=len((row.drawing or {}).get("zones", ())),
            rules=len((row.drawing or {}).get("rules", ())),
            is_from_file=row.drawing is None,
        )
        for row, name in rows
    )


def put(session: Session, camera_id: int, given: CameraSettingsIn, user: UserOut, now: datetime) -> CameraSettingsOut:
    """Append a version. Raises NotFoundError, StaleError, and InvalidError for what no edge would take."""
    # one writer at a time for an edge: its cameras share a message, which must not grow too large
    camera, edge = find(session, camera_id, lock=True)
    if given.version != camera.sent_version:
        raise StaleError(_STALE, read(session, camera_id, now))
    if given.drawing is not None:
        _check(given.drawing, _told(camera))
    # higher than anything the edge has seen, even of a server whose database is lost
    version = max(camera.sent_version, camera.config_version or 0, camera.config_refused_version or 0) + 1
    session.add(
        CameraSettingsRow(
            camera_id=camera.id,
            version=version,
            drawing=given.drawing.model_dump(mode="json", by_alias=True) if given.drawing else None,
            made_by=user.id,
            made_at=now,
            why=given.why,
        )
    )
    camera.sent_version = version
    session.flush()
    try:
        codec.encode(config(session, edge, now))
    except codec.ContractError as error:
        raise InvalidError(
            "Quá nhiều vùng và luật cho một máy biên (một bản tin có tối đa 64 KiB); hãy bớt đi. / "
            "Too many zones and rules for one edge (a message has at most 64 KiB); take some away."
        ) from error
    audit.record(
        session,
        now,
        user_id=user.id,
        action="camera_settings",
        subject=f"camera {camera.id}",
        detail={"version": version, "why": given.why, "from_file": given.drawing is None},
    )
    return read(session, camera_id, now)


def config(session: Session, edge: EdgeRow, now: datetime) -> Config:
    """The message with everything that was set for an edge's cameras."""
    rows = session.execute(
        select(CameraRow.name, CameraSettingsRow)
        .join(
            CameraSettingsRow,
            (CameraSettingsRow.camera_id == CameraRow.id) & (CameraSettingsRow.version == CameraRow.sent_version),
        )
        .where(CameraRow.edge_id == edge.id)
        .order_by(CameraRow.name)
    ).all()
    cameras = tuple(
        CameraConfig(camera=name, version=row.version, drawing=_drawing(row.drawing) if row.drawing else None)
        for name, row in rows
    )
    number = max((one.version for one in cameras), default=0)
    return Config(
        id=f"config-{number}-{int(now.timestamp())}",
        source=topics.source(edge.site, "server"),
        time=now,
        data=ConfigData(cameras=cameras),
    )


def configured_edges(session: Session, edge_ids: Iterable[int] | None = None) -> tuple[EdgeRow, ...]:
    """The edges, or those of ``edge_ids``, for whose cameras something was set."""
    wanted = select(CameraRow.edge_id).where(CameraRow.sent_version > 0)
    found = select(EdgeRow).where(EdgeRow.id.in_(wanted)).order_by(EdgeRow.id)
    if edge_ids is not None:
        found = found.where(EdgeRow.id.in_(list(edge_ids)))
    return tuple(session.scalars(found))


def tell(camera: CameraRow, data: SettingsData) -> bool:
    """Keep what an edge says that a camera has; whether it is news."""
    told = data.model_dump(mode="json", by_alias=True)
    if told == camera.told:
        return False
    camera.told = told
    return True


def _check(drawing: Drawing, told: SettingsData | None) -> None:
    """Raise InvalidError for what the edge is known to refuse."""
    if told is not None and not told.is_calibrated:
        for rule in drawing.rules:
            if KINDS[rule.kind].needs_calibration:
                raise InvalidError(
                    f"Luật {rule.name}: máy đo tốc độ cần camera đã hiệu chuẩn (khóa calibration trong tệp của máy "
                    f"biên). / Rule {rule.name}: {rule.kind} needs a calibrated camera (calibration in its file)."
                )


def _latest(session: Session, camera: CameraRow) -> CameraSettingsRow | None:
    return session.scalar(
        select(CameraSettingsRow).where(
            CameraSettingsRow.camera_id == camera.id, CameraSettingsRow.version == camera.sent_version
        )
    )


def _drawing(document: object) -> Drawing:
    return Drawing.model_validate(document)


def _told(camera: CameraRow) -> SettingsData | None:
    """None too for what a newer edge told and this server does not understand."""
    try:
        return SettingsData.model_validate(camera.told) if camera.told else None
    except ValidationError:
        return None


def _name(session: Session, user_id: int | None) -> str:
    return session.scalar(select(UserRow.display_name).where(UserRow.id == user_id)) or ""
