"""What officers record of a camera: its name, unit, purpose and notice sign, and whether it is in service."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.schemas import CameraFactsIn, CameraFactsOut, CameraServiceIn, UserOut
from server.store import audit, cameraunits
from server.store.errors import NotFoundError, StaleError
from server.tables import CameraRow

_STALE: Final = (
    "Hồ sơ camera vừa được người khác đổi; hãy xem lại rồi lưu. / "
    "Somebody has changed the camera's record meanwhile; look at it, then save."
)


def read(session: Session, camera_id: int, now: datetime) -> CameraFactsOut:
    """What is recorded. Raises NotFoundError."""
    return _out(_find(session, camera_id), now)


def put(session: Session, camera_id: int, given: CameraFactsIn, user: UserOut, now: datetime) -> CameraFactsOut:
    """Record it. Raises NotFoundError, StaleError."""
    camera = _find(session, camera_id, lock=True)
    if given.version != camera.facts_version:
        raise StaleError(_STALE, _out(camera, now))
    before = _out(camera, now)
    camera.label_is_ours, camera.unit_is_ours = bool(given.label), bool(given.unit)
    # an empty one is what its edge calls it, which the next heartbeat says
    camera.label = given.label
    cameraunits.put(session, camera, given.unit or camera.unit, now)
    camera.purpose = given.purpose
    camera.notice_posted_on, camera.notice_place = given.notice_posted_on, given.notice_place
    camera.notice_photo_sha256 = given.notice_photo_sha256
    camera.facts_version += 1
    after = _out(camera, now)
    changed = [name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)]
    detail = {name: str(getattr(after, name)) for name in changed}
    audit.record(session, now, user_id=user.id, action="camera_facts", subject=f"camera {camera.id}", detail=detail)
    return after


def serve(session: Session, camera_id: int, given: CameraServiceIn, user: UserOut, now: datetime) -> CameraFactsOut:
    """Put it out of service, or back. Raises NotFoundError."""
    camera = _find(session, camera_id, lock=True)
    if given.in_service != (camera.retired_at is None):
        camera.retired_at = None if given.in_service else now
        action = "camera_returned" if given.in_service else "camera_retired"
        detail = {"why": given.why}
        audit.record(session, now, user_id=user.id, action=action, subject=f"camera {camera.id}", detail=detail)
    return _out(camera, now)


def _find(session: Session, camera_id: int, *, lock: bool = False) -> CameraRow:
    found = select(CameraRow).where(CameraRow.id == camera_id)
    row = session.scalar(found.with_for_update() if lock else found)
    if row is None:
        raise NotFoundError("Không có camera này. / There is no such camera.")
    return row


def _out(camera: CameraRow, now: datetime) -> CameraFactsOut:
    return CameraFactsOut(
        camera_id=camera.id,
        version=camera.facts_version,
        label=camera.label,
        unit=camera.unit,
        purpose=camera.purpose,
        notice_posted_on=camera.notice_posted_on,
        notice_place=camera.notice_place,
        notice_photo_sha256=camera.notice_photo_sha256,
        in_service=camera.retired_at is None or camera.retired_at > now,
        retired_at=camera.retired_at,
    )
