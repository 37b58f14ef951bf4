"""Which khóm or ấp a camera belongs to, now and then: a unit that becomes part of another one takes its cameras."""

from collections.abc import Collection
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.sight import whole_ward
from server.store import audit
from server.tables import CameraRow, CameraUnitRow, IncidentRow, RightRow, UnitRow

History = tuple[tuple[datetime, str], ...]
"""Since when a camera has belonged to which unit, oldest first; "": to none."""


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


def histories(session: Session, camera_ids: Collection[int]) -> dict[int, History]:
    """Of each of these cameras that ever belonged to a unit, by its id."""
    rows = select(CameraUnitRow.camera_id, CameraUnitRow.since, CameraUnitRow.unit).where(
        CameraUnitRow.camera_id.in_(camera_ids)
    )
    found: dict[int, list[tuple[datetime, str]]] = {}
    for camera_id, since, unit in session.execute(rows.order_by(CameraUnitRow.since, CameraUnitRow.id)):
        found.setdefault(camera_id, []).append((since, unit))
    return {camera_id: tuple(history) for camera_id, history in found.items()}


def unit_at(history: History, at: datetime) -> str:
    """The unit at an instant; before anybody had said one, the first that was said."""
    units = [unit for since, unit in history if since <= at] or [unit for _, unit in history[:1]]
    return units[-1] if units else ""


def follow(session: Session, zone: ZoneInfo, now: datetime) -> dict[int, str]:
    """Give the cameras of units that are no more to those which they became; the state of those that moved, by id.

    It counts from the day on which the unit ended, however late that was entered: what these cameras have told since
    then is of the new unit. Who could see the old unit's cameras by its name still sees these, and no others of the new
    one. Repeating it changes nothing.
    """
    moved: dict[int, str] = {}
    with whole_ward(session):
        ended = _ended(session, zone, now)
        if not ended:
            return moved
        rows = select(CameraRow).where(CameraRow.unit.in_(sorted(ended))).order_by(CameraRow.id).with_for_update()
        for camera in session.scalars(rows).all():
            old, (new, day_at) = camera.unit, ended[camera.unit]
            since = max(day_at, _since(session, camera))
            put(session, camera, new, since)
            # its edge goes on calling it by the old name
            camera.unit_is_ours = True
            camera.facts_version += 1
            _keep_rights(session, camera.id, old)
            renamed = _rename(session, camera.id, old, new, since)
            told: dict[str, str | int] = {"from": old, "to": new, "incidents": renamed}
            audit.record(session, now, user_id=None, action="camera_moved", subject=f"camera {camera.id}", detail=told)
            moved[camera.id] = camera.state
    return moved


def _rename(session: Session, camera_id: int, old: str, new: str, since: datetime) -> int:
    """Incidents that were told under the old name, though it was no more when they happened; how many there are."""
    of_camera = (IncidentRow.camera_id == camera_id, IncidentRow.occurred_at >= since, IncidentRow.unit == old)
    renamed = update(IncidentRow).where(*of_camera).values(unit=new, version=IncidentRow.version + 1)
    return len(session.execute(renamed.returning(IncidentRow.id)).all())


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
