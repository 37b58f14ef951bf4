"""Which khóm or ấp a camera belongs to, now and then: a unit that becomes part of another one takes its cameras."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.sight import whole_ward
from server.store import audit
from server.tables import CameraRow, CameraUnitRow, RightRow, UnitRow


def put(session: Session, camera: CameraRow, unit: str, since: datetime) -> None:
    """From ``since`` on it belongs to this one; "": nobody has said to which."""
    if camera.unit == unit:
        return
    camera.unit = unit
    session.add(CameraUnitRow(camera_id=camera.id, since=since, unit=unit))


def before(session: Session, end: datetime) -> dict[int, str]:
    """Each camera's unit just before an instant, by camera id; those that belonged to none are left out."""
    rows = select(CameraUnitRow.camera_id, CameraUnitRow.unit).where(CameraUnitRow.since < end)
    found = dict(session.execute(rows.order_by(CameraUnitRow.since, CameraUnitRow.id)).all())
    return {camera_id: unit for camera_id, unit in found.items() if unit}


def follow(session: Session, zone: ZoneInfo, now: datetime) -> dict[int, str]:
    """Give the cameras of units that are no more to those which they became; the state of those that moved, by id.

    It counts from the day on which the unit ended, however late that was entered. Who could see the old unit's cameras
    by its name still sees these, and no others of the new one. Repeating it changes nothing.
    """
    moved: dict[int, str] = {}
    with whole_ward(session):
        ended = _ended(session, zone, now)
        if not ended:
            return moved
        rows = select(CameraRow).where(CameraRow.unit.in_(sorted(ended))).order_by(CameraRow.id).with_for_update()
        for camera in session.scalars(rows).all():
            old, (new, day_at) = camera.unit, ended[camera.unit]
            put(session, camera, new, max(day_at, _since(session, camera)))
            # its edge goes on calling it by the old name
            camera.unit_is_ours = True
            camera.facts_version += 1
            _keep_rights(session, camera.id, old)
            told = {"from": old, "to": new}
            audit.record(session, now, user_id=None, action="camera_moved", subject=f"camera {camera.id}", detail=told)
            moved[camera.id] = camera.state
    return moved


def _ended(session: Session, zone: ZoneInfo, now: datetime) -> dict[str, tuple[str, datetime]]:
    """By name of a unit that is no more, today's name of what it became, and when it did."""
    today = now.astimezone(zone).date()
    units = {row.id: row for row in session.scalars(select(UnitRow))}
    there = {row.name for row in units.values() if row.valid_from <= today and not _is_over(row, now, zone)}
    found: dict[str, tuple[str, datetime]] = {}
    for row in units.values():
        heir, seen = row, {row.id}
        while _is_over(heir, now, zone) and heir.successor_id is not None and heir.successor_id not in seen:
            heir = units[heir.successor_id]
            seen.add(heir.id)
        if heir is not row and heir.name in there and row.name not in there and row.valid_to is not None:
            begin = datetime.combine(row.valid_to, time(), tzinfo=zone).astimezone(UTC)
            # a name may have been used twice: its last one counts
            found[row.name] = max(found.get(row.name, (heir.name, begin)), (heir.name, begin), key=lambda each: each[1])
    return found


def _is_over(row: UnitRow, now: datetime, zone: ZoneInfo) -> bool:
    return row.valid_to is not None and row.valid_to <= now.astimezone(zone).date()


def _since(session: Session, camera: CameraRow) -> datetime:
    """Since when it has belonged to where it belongs."""
    last = select(CameraUnitRow.since).where(CameraUnitRow.camera_id == camera.id)
    return session.scalar(last.order_by(CameraUnitRow.since.desc()).limit(1)) or camera.created_at


def _keep_rights(session: Session, camera_id: int, unit: str) -> None:
    """Those who may see the unit may see this camera."""
    of_unit = select(RightRow.user_id).where(RightRow.unit == unit).distinct()
    have = set(session.scalars(select(RightRow.user_id).where(RightRow.camera_id == camera_id)))
    session.add_all(
        RightRow(user_id=user_id, camera_id=camera_id, unit="")
        for user_id in sorted(session.scalars(of_unit))
        if user_id not in have
    )
