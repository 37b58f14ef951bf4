"""What a message tells, read at the moment it is sent: what is no longer so is left out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.notices.content import Content, Told
from server.notices.values import SEVERITIES, Occasion
from server.store import matters
from server.tables import CameraRow, EdgeRow, EventRow, EvidenceRow, IncidentRow, NoticeItem, NoticeMessage, NoticeRule
from server.verdict import COUNTED, State

_GONE = (State.DISMISSED, State.CANCELLED, State.MERGED)


def content(session: Session, message_id: int, now: datetime, *, with_pictures: bool) -> Content | None:
    """The message, None when there is nothing left to tell."""
    message, after_min = session.execute(
        select(NoticeMessage, NoticeRule.after_min)
        .outerjoin(NoticeRule, NoticeRule.id == NoticeMessage.rule_id)
        .where(NoticeMessage.id == message_id)
    ).one()
    if message.rule_id is None:
        return Content(uid=message.uid, occasion=None, told=())
    occasion = Occasion(message.occasion)
    if occasion is Occasion.CAMERA:
        told = _cameras(session, message_id, now)
    else:
        told = _incidents(session, message_id, occasion, now, with_pictures=with_pictures)
    if not told:
        return None
    told = sorted(told, key=lambda each: (-SEVERITIES.index(each.severity), each.at))
    return Content(uid=message.uid, occasion=occasion, told=tuple(told), after_min=after_min or 0)


def _incidents(
    session: Session, message_id: int, occasion: Occasion, now: datetime, *, with_pictures: bool
) -> list[Told]:
    holds = {
        Occasion.OPENED: IncidentRow.state.not_in(_GONE),
        Occasion.CONFIRMED: IncidentRow.state.in_(sorted(COUNTED)),
        Occasion.UNCLAIMED: matters.held_by_nobody(now),
    }
    rows = session.execute(
        select(IncidentRow, CameraRow)
        .join(NoticeItem, NoticeItem.incident_id == IncidentRow.id)
        .outerjoin(CameraRow, CameraRow.id == IncidentRow.camera_id)
        .where(NoticeItem.message_id == message_id, holds[occasion])
    ).all()
    pictures = _pictures(session, [row.id for row, _ in rows]) if with_pictures else {}
    return [
        Told(
            code=row.code,
            rule_kind=row.rule_kind,
            severity=row.severity if row.severity in SEVERITIES else SEVERITIES[0],
            state=row.state,
            place=row.place_label or row.place,
            camera=(camera.label or camera.name) if camera else "",
            unit=row.unit or (camera.unit if camera else ""),
            at=row.occurred_at,
            is_trial=row.mode != "active" or row.status != "actual",
            picture_sha256=pictures.get(row.id),
        )
        for row, camera in rows
    ]


def _cameras(session: Session, message_id: int, now: datetime) -> list[Told]:
    rows = session.scalars(
        select(CameraRow)
        .join(EdgeRow, EdgeRow.id == CameraRow.edge_id)
        .join(NoticeItem, NoticeItem.camera_id == CameraRow.id)
        .where(NoticeItem.message_id == message_id, matters.is_down(now))
    )
    return [
        Told(
            code="",
            rule_kind="camera_offline",
            severity="medium",
            state=row.state,
            place="",
            camera=row.label or row.name,
            unit=row.unit,
            at=row.last_frame_at or row.created_at,
        )
        for row in rows
    ]


def _pictures(session: Session, incident_ids: Sequence[int]) -> dict[int, str]:
    found = session.execute(
        select(EventRow.incident_id, EvidenceRow.sha256)
        .join(EvidenceRow, EvidenceRow.event_id == EventRow.id)
        .where(
            EventRow.incident_id.in_(incident_ids), EvidenceRow.kind == "picture", EvidenceRow.stored_at.is_not(None)
        )
        .order_by(EvidenceRow.id)
    )
    return {incident: sha256 for incident, sha256 in found if incident is not None}
