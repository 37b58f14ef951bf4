"""Rights: which cameras and units a limited user may see. Nobody is limited until an admin says so."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.schemas import RightsOut, UserOut
from server.sight import Sight, whole_ward
from server.store import audit
from server.store.errors import InvalidError, NotFoundError
from server.tables import CameraRow, RightRow, UserRow


def sight_of(session: Session, user: UserRow) -> Sight | None:
    """What this person may see; None: everything. A unit stands for all its cameras, those of tomorrow too."""
    if not user.is_limited or user.role == "admin":
        return None
    cameras, units = _named(session, user.id)
    with whole_ward(session):
        found = session.scalars(select(CameraRow.id).where(CameraRow.unit.in_(sorted(units)))) if units else ()
        return Sight(cameras=frozenset(cameras | set(found)), units=frozenset(units))


def read(session: Session, username: str) -> RightsOut:
    """The rights of an account. Raises NotFoundError."""
    return _out(session, _user(session, username))


def put(
    session: Session,
    username: str,
    *,
    is_limited: bool,
    cameras: Collection[int],
    units: Collection[str],
    by: UserOut,
    now: datetime,
) -> RightsOut:
    """Replace an account's rights. Raises NotFoundError, and InvalidError for a camera or unit that there is not."""
    user = _user(session, username)
    known = set(session.scalars(select(CameraRow.id).where(CameraRow.id.in_(sorted(cameras)))))
    if missing := set(cameras) - known:
        raise InvalidError(f"Không có camera {min(missing)}. / There is no camera {min(missing)}.")
    of_cameras = set(session.scalars(select(CameraRow.unit).where(CameraRow.unit.in_(sorted(units)))))
    # one that is no more may stay: what was entered by hand there stays in sight
    there = of_cameras | (_named(session, user.id)[1] & set(units))
    if strange := set(units) - there:
        unit = min(strange)
        raise InvalidError(f"Không camera nào thuộc {unit!r}. / No camera belongs to {unit!r}.")
    user.is_limited = is_limited
    session.execute(delete(RightRow).where(RightRow.user_id == user.id))
    session.add_all(RightRow(user_id=user.id, camera_id=camera_id, unit="") for camera_id in sorted(known))
    session.add_all(RightRow(user_id=user.id, camera_id=None, unit=unit) for unit in sorted(there))
    session.flush()
    said: dict[str, str | int | bool | None] = {
        "limited": is_limited,
        "cameras": len(known),
        "units": ", ".join(sorted(there)),
    }
    audit.record(session, now, user_id=by.id, action="rights_set", subject=username, detail=said)
    return _out(session, user)


def _out(session: Session, user: UserRow) -> RightsOut:
    cameras, units = _named(session, user.id)
    return RightsOut(
        username=user.username, is_limited=user.is_limited, cameras=tuple(sorted(cameras)), units=tuple(sorted(units))
    )


def _named(session: Session, user_id: int) -> tuple[set[int], set[str]]:
    rows = session.scalars(select(RightRow).where(RightRow.user_id == user_id)).all()
    return {row.camera_id for row in rows if row.camera_id is not None}, {row.unit for row in rows if row.unit}


def _user(session: Session, username: str) -> UserRow:
    row = session.scalar(select(UserRow).where(UserRow.username == username))
    if row is None:
        raise NotFoundError(f"there is no account {username}")
    return row
