"""What happened that may be told, read from what the database says: nothing else has to write anything for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from contract.health import HEARTBEAT_S
from server.notices.rules import STALE
from server.notices.values import SEVERITIES, Matter, Occasion, Rule
from server.tables import CameraRow, EdgeRow, IncidentRow, NoticeItem, VerdictRow
from server.verdict import CLAIM_LASTS, COUNTED, Source, State

MOST = 2000
"""Unclaimed incidents that one rule looks at in a round."""
_LONGEST = timedelta(days=30)
"""What nobody claimed for so long is told no more: what was told of it may be forgotten by now."""
_SILENT_AFTER = timedelta(seconds=3 * HEARTBEAT_S)


def opened(session: Session, incident_ids: Sequence[int]) -> list[Matter]:
    """These incidents, where a camera made them and nobody snoozed its rule."""
    wanted = _incidents(IncidentRow.created_at).where(
        IncidentRow.id.in_(incident_ids), IncidentRow.source == Source.CAMERA, IncidentRow.snoozed_until.is_(None)
    )
    return _matters(session, wanted, Occasion.OPENED)


def confirmed(session: Session, verdict_ids: Sequence[int]) -> list[Matter]:
    """The incidents that these verdicts made count."""
    wanted = (
        _incidents(VerdictRow.decided_at)
        .join(VerdictRow, VerdictRow.incident_id == IncidentRow.id)
        .where(
            VerdictRow.id.in_(verdict_ids),
            VerdictRow.to_state.in_(sorted(COUNTED)),
            VerdictRow.from_state.not_in(sorted(COUNTED)),
        )
    )
    return _matters(session, wanted, Occasion.CONFIRMED)


def unclaimed(session: Session, rule: Rule, now: datetime) -> list[Matter]:
    """The incidents that nobody holds for as long as the rule says, and that it has not told yet."""
    told = exists().where(NoticeItem.rule_id == rule.id, NoticeItem.incident_id == IncidentRow.id)
    wanted = (
        _incidents(IncidentRow.created_at)
        .where(
            IncidentRow.severity.in_(SEVERITIES[SEVERITIES.index(rule.severity) :]),
            held_by_nobody(now),
            or_(IncidentRow.snoozed_until.is_(None), IncidentRow.snoozed_until <= now),
            IncidentRow.occurred_at > rule.since - STALE,
            IncidentRow.created_at >= max(rule.since, now - _LONGEST),
            IncidentRow.created_at <= now - rule.after,
            ~told,
        )
        .order_by(IncidentRow.id)
        .limit(MOST)
    )
    return _matters(session, wanted, Occasion.UNCLAIMED)


def held_by_nobody(now: datetime) -> ColumnElement[bool]:
    """New, or claimed so long ago that the claim holds nobody back."""
    expired = and_(IncidentRow.state == State.CLAIMED, IncidentRow.claimed_at <= now - CLAIM_LASTS)
    return or_(IncidentRow.state == State.NEW, expired)


def cameras_down(session: Session, now: datetime, *, watched_since: datetime) -> list[Matter]:
    """Every camera without pictures. ``watched_since``: when this server began to listen: before, it can't know."""
    rows = session.execute(
        select(CameraRow)
        .join(EdgeRow, EdgeRow.id == CameraRow.edge_id)
        .where(is_down(now), or_(CameraRow.retired_at.is_(None), CameraRow.retired_at > now))
    ).scalars()
    return [_camera(row, watched_since) for row in rows]


def is_down(now: datetime) -> ColumnElement[bool]:
    """A camera (joined with its edge) that gives no pictures: it is offline, or nothing is heard of its edge."""
    silent = or_(EdgeRow.status != "online", EdgeRow.heartbeat_at.is_(None), EdgeRow.heartbeat_at < now - _SILENT_AFTER)
    return or_(CameraRow.state == "offline", and_(silent, CameraRow.state != "finished"))


def _camera(row: CameraRow, watched_since: datetime) -> Matter:
    since = row.last_frame_at or row.created_at
    return Matter(
        about=f"camera-{row.id}-{since:%Y%m%dT%H%M%S}",
        occasion=Occasion.CAMERA,
        severity="medium",
        unit=row.unit,
        rule_kind="camera_offline",
        is_trial=False,
        began_at=since,
        at=max(since, watched_since),
        group=f"unit-{row.unit}",
        camera_id=row.id,
    )


def _incidents(at: Any) -> Select[IncidentRow, str | None, datetime]:
    return select(IncidentRow, CameraRow.unit, at).outerjoin(CameraRow, CameraRow.id == IncidentRow.camera_id)


def _matters(session: Session, wanted: Select[IncidentRow, str | None, datetime], occasion: Occasion) -> list[Matter]:
    return [
        Matter(
            about=f"incident-{row.id}",
            occasion=occasion,
            severity=row.severity if row.severity in SEVERITIES else SEVERITIES[0],
            unit=row.unit or unit or "",
            rule_kind=row.rule_kind,
            is_trial=row.mode != "active" or row.status != "actual",
            began_at=row.occurred_at,
            at=at,
            group=f"camera-{row.camera_id}",
            incident_id=row.id,
            camera_id=row.camera_id,
        )
        for row, unit, at in session.execute(wanted)
    ]
