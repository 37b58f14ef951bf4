"""Rules that are silent on a camera for a while: what they raise is logged and counted, and waits outside the review
queue until the silence ends. Then it comes to the queue after all: nothing is ever left without a verdict."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.schemas import SnoozeIn, SnoozeOut, UserOut
from server.store import audit
from server.store.errors import InvalidError, NotFoundError
from server.tables import CameraRow, IncidentRow, SnoozeRow, UserRow

LONGEST: Final = timedelta(days=7)
"""A silence that nobody ends must not outlast the next week's duty."""


def until(session: Session, now: datetime) -> dict[tuple[int, str], datetime]:
    """Until when each rule is silent that is silent now, by camera id and the rule's name."""
    rows = session.execute(
        select(SnoozeRow.camera_id, SnoozeRow.rule_name, func.max(SnoozeRow.until_at))
        .where(SnoozeRow.until_at > now)
        .group_by(SnoozeRow.camera_id, SnoozeRow.rule_name)
    )
    return {(camera_id, rule_name): until_at for camera_id, rule_name, until_at in rows}


def listing(session: Session, now: datetime) -> tuple[SnoozeOut, ...]:
    """What is silent now, what ends first first."""
    rows = session.execute(
        select(SnoozeRow, CameraRow, UserRow.display_name)
        .join(CameraRow, CameraRow.id == SnoozeRow.camera_id)
        .join(UserRow, UserRow.id == SnoozeRow.snoozed_by)
        .where(SnoozeRow.until_at > now)
        .order_by(SnoozeRow.until_at, SnoozeRow.id)
    )
    return tuple(_out(session, row, camera, name) for row, camera, name in rows.all())


def of(session: Session, camera_id: int | None, rule_name: str, now: datetime) -> tuple[SnoozeOut, ...]:
    """The snoozes of one rule on one camera that last now."""
    return tuple(each for each in listing(session, now) if (each.camera, each.rule_name) == (camera_id, rule_name))


def add(session: Session, given: SnoozeIn, by: UserOut, now: datetime) -> SnoozeOut:
    """Silence a rule. Raises NotFoundError, and InvalidError for an end that is past or too far away."""
    camera = session.get(CameraRow, given.camera)
    if camera is None or camera.retired_at is not None:
        raise NotFoundError("Không có camera này. / There is no such camera.")
    if not now < given.until <= now + LONGEST:
        raise InvalidError("Tạm hoãn tới một lúc trong 7 ngày tới. / Snooze until some time within the next 7 days.")
    row = SnoozeRow(
        camera_id=camera.id,
        rule_name=given.rule_name,
        until_at=given.until,
        note=given.note,
        snoozed_by=by.id,
        snoozed_at=now,
    )
    session.add(row)
    session.flush()
    told = {"rule": given.rule_name, "to": given.until.isoformat(), "note": given.note}
    audit.record(session, now, user_id=by.id, action="snooze", subject=camera.name, detail=told)
    return _out(session, row, camera, by.display_name)


def end(session: Session, snooze_id: int, by: UserOut, now: datetime) -> None:
    """End it now: what it kept back comes to the review queue. Raises NotFoundError when it is none, or over."""
    row = session.get(SnoozeRow, snooze_id, with_for_update=True)
    if row is None or row.until_at <= now:
        raise NotFoundError("Không có tạm hoãn này, hoặc đã hết hạn. / There is no such snooze, or it is over.")
    was, row.until_at = row.until_at, now
    session.flush()
    left = until(session, now).get((row.camera_id, row.rule_name))
    session.execute(
        update(IncidentRow)
        .where(
            IncidentRow.snoozed_until > now,
            IncidentRow.camera_id == row.camera_id,
            IncidentRow.rule_name == row.rule_name,
        )
        .values(snoozed_until=left or now)
        .execution_options(synchronize_session=False)
    )
    camera = session.get_one(CameraRow, row.camera_id)
    told = {"rule": row.rule_name, "from": was.isoformat(), "to": now.isoformat()}
    audit.record(session, now, user_id=by.id, action="snooze_ended", subject=camera.name, detail=told)


def _out(session: Session, row: SnoozeRow, camera: CameraRow, by: str) -> SnoozeOut:
    kept = select(func.count()).select_from(IncidentRow)
    kept = kept.where(
        IncidentRow.snoozed_until.is_not(None),
        IncidentRow.camera_id == camera.id,
        IncidentRow.rule_name == row.rule_name,
        IncidentRow.created_at >= row.snoozed_at,
    )
    return SnoozeOut(
        id=row.id,
        camera=camera.id,
        camera_label=camera.label or camera.name,
        rule_name=row.rule_name,
        until=row.until_at,
        note=row.note,
        by=by,
        incidents=session.scalar(kept) or 0,
    )
