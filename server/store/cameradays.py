"""A camera's days: how long it gave pictures on each, and what its rules told in the last."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from server.schemas import DayUp, RuleDay
from server.store.incidentview import evidence_url
from server.tables import CameraHour, CameraRow, EventRow, EvidenceRow, IncidentRow

DAYS: Final = 30
PICTURES: Final = 4
"""Pictures of one rule's last day."""


def uptime(
    session: Session, camera_ids: Sequence[int], zone: ZoneInfo, now: datetime, days: int = DAYS
) -> dict[int, tuple[DayUp, ...]]:
    """The last days of these cameras, oldest first, today the last: one query, whatever their number."""
    today = now.astimezone(zone).date()
    dates = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    begins = [datetime.combine(day, time(), zone) for day in dates]
    # the first that holds: a row's day
    day_of = case(
        *[(CameraHour.hour_at >= begin, number) for number, begin in reversed(list(enumerate(begins)))], else_=-1
    )
    rows = session.execute(
        select(CameraHour.camera_id, day_of, func.sum(CameraHour.up_s))
        .where(CameraHour.camera_id.in_(list(camera_ids)), CameraHour.hour_at >= begins[0])
        .group_by(CameraHour.camera_id, day_of)
    )
    up_s = {(camera_id, number): float(seconds) for camera_id, number, seconds in rows}
    service = session.execute(
        select(CameraRow.id, CameraRow.created_at, CameraRow.retired_at).where(CameraRow.id.in_(list(camera_ids)))
    )
    found: dict[int, tuple[DayUp, ...]] = {}
    for camera_id, created_at, retired_at in service:
        shares: list[DayUp] = []
        for number, day in enumerate(dates):
            end = begins[number + 1] if number + 1 < days else now
            begin, end = max(begins[number], created_at), min(end, retired_at or now)
            span_s = (end - begin).total_seconds()
            share = min(1.0, up_s.get((camera_id, number), 0.0) / span_s) if span_s > 0 else None
            shares.append(DayUp(day=day, share=share))
        found[camera_id] = tuple(shares)
    return found


def last_day(session: Session, camera_id: int, now: datetime) -> tuple[RuleDay, ...]:
    """What each rule of a camera told in the last 24 hours: how often, and its latest pictures. Most first."""
    since = now - timedelta(days=1)
    counted = session.execute(
        select(EventRow.rule_name, EventRow.rule_kind, EventRow.place, func.count())
        .where(EventRow.camera_id == camera_id, EventRow.started_at >= since, EventRow.started_at <= now)
        .group_by(EventRow.rule_name, EventRow.rule_kind, EventRow.place)
        .order_by(func.count().desc(), EventRow.rule_name)
    ).all()
    shown = session.execute(
        select(EventRow.rule_name, EventRow.place, IncidentRow.code, EvidenceRow.sha256)
        .join(EvidenceRow, EvidenceRow.event_id == EventRow.id)
        .join(IncidentRow, IncidentRow.id == EventRow.incident_id)
        .where(
            EventRow.camera_id == camera_id,
            EventRow.started_at >= since,
            EventRow.started_at <= now,
            EvidenceRow.kind == "picture",
            EvidenceRow.stored_at.is_not(None),
        )
        .order_by(EventRow.started_at.desc(), EvidenceRow.id.desc())
        .limit(200)
    )
    pictures: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for rule, place, code, sha256 in shown:
        of_rule = pictures[rule, place]
        if len(of_rule) < PICTURES:
            of_rule.setdefault(code, evidence_url(sha256))
    return tuple(
        RuleDay(
            rule_name=rule, rule_kind=kind, place=place, events=number, pictures=tuple(pictures[rule, place].items())
        )
        for rule, kind, place, number in counted
    )
