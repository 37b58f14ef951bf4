"""What a camera saw around an incident, and when nobody could have seen anything."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.schemas import AroundOut, BarOut, GapOut
from server.store.cameraview import SILENT_AFTER
from server.store.errors import NotFoundError
from server.tables import CameraHour, CameraRow, EdgeRow, EventRow, IncidentRow

SIDE: Final = timedelta(minutes=10)
"""So far before its beginning and after its end; of a long incident only its beginning's surroundings."""
LONGEST: Final = timedelta(minutes=20)
"""Of an incident itself, so that what lies around it stays readable."""
_LOOK_BACK: Final = timedelta(days=1)
"""What began earlier than this is not looked for: an index finds events by when they began."""
_HOUR: Final = timedelta(hours=1)
_OFFLINE: Final = "camera_offline"
MOST: Final = 200
"""Bars at most: more cannot be told apart on a strip."""


def around(session: Session, code: str, now: datetime) -> AroundOut:
    """The strip of an incident's camera. Raises NotFoundError."""
    row = session.scalar(select(IncidentRow).where(IncidentRow.code == code))
    if row is None:
        raise NotFoundError(f"there is no incident {code}")
    start, end = row.occurred_at - SIDE, min(row.last_seen_at, row.occurred_at + LONGEST) + SIDE
    camera = session.get(CameraRow, row.camera_id) if row.camera_id is not None else None
    if camera is None:
        return AroundOut(started_at=start, ended_at=end, now=now, bars=(), gaps=())
    bars = tuple(_bars(session, camera, start, end))
    found = [
        *_outages(session, camera, start, end),
        *_silent_now(session, camera, now),
        *_blind_hours(session, camera, bars, start=start, end=min(end, _hour(now))),
    ]
    return AroundOut(started_at=start, ended_at=end, now=now, bars=bars, gaps=merged(found, start, min(end, now)))


def merged(gaps: Iterable[GapOut], start: datetime, end: datetime) -> tuple[GapOut, ...]:
    """The gaps within a span, in order, none over another: an outage that is known goes before mere silence."""
    found: list[GapOut] = []
    for gap in sorted(gaps, key=lambda one: (one.kind != "offline", one.started_at)):
        for piece in _without(gap, found):
            begin, stop = max(piece.started_at, start), min(piece.ended_at, end)
            if begin < stop:
                found.append(_gap(gap.kind, begin, stop))
    return tuple(sorted(found, key=lambda one: one.started_at))


def _without(gap: GapOut, others: Sequence[GapOut]) -> list[GapOut]:
    """What of a gap lies outside all others."""
    pieces = [gap]
    for other in others:
        cut = [(piece.started_at, min(piece.ended_at, other.started_at)) for piece in pieces] + [
            (max(piece.started_at, other.ended_at), piece.ended_at) for piece in pieces
        ]
        pieces = [_gap(gap.kind, begin, end) for begin, end in cut if begin < end]
    return pieces


def _gap(kind: Literal["offline", "silent"], started_at: datetime, ended_at: datetime) -> GapOut:
    return GapOut(kind=kind, started_at=started_at, ended_at=ended_at)


def _bars(session: Session, camera: CameraRow, start: datetime, end: datetime) -> Iterator[BarOut]:
    rows = session.execute(
        select(EventRow, IncidentRow.code, IncidentRow.state)
        .outerjoin(IncidentRow, IncidentRow.id == EventRow.incident_id)
        .where(
            EventRow.camera_id == camera.id,
            EventRow.started_at >= start - _LOOK_BACK,
            EventRow.started_at < end,
            EventRow.last_seen_at >= start,
            EventRow.rule_kind != _OFFLINE,
        )
        .order_by(EventRow.started_at.desc(), EventRow.id)
        .limit(MOST)
    ).all()
    for event, code, state in reversed(rows):
        yield BarOut(
            code=code,
            rule_kind=event.rule_kind,
            state=state,
            severity=event.severity,
            started_at=event.started_at,
            ended_at=event.last_seen_at,
        )


def _outages(session: Session, camera: CameraRow, start: datetime, end: datetime) -> Iterator[GapOut]:
    """Its own, and those of its whole unit, which one camera's event tells for all."""
    rows = session.execute(
        select(
            EventRow.camera_id,
            EventRow.place,
            EventRow.started_at,
            EventRow.last_seen_at,
            CameraRow.name,
            CameraRow.unit,
        )
        .join(CameraRow, CameraRow.id == EventRow.camera_id)
        .where(
            CameraRow.edge_id == camera.edge_id,
            EventRow.rule_kind == _OFFLINE,
            EventRow.started_at >= start - _LOOK_BACK,
            EventRow.started_at < end,
            EventRow.last_seen_at >= start,
        )
    )
    for row in rows:
        if row.camera_id == camera.id or (row.place != row.name and row.unit == camera.unit):
            yield _gap("offline", row.started_at, row.last_seen_at)


def _silent_now(session: Session, camera: CameraRow, now: datetime) -> Iterator[GapOut]:
    """Since when nothing comes: of the edge, or of the camera alone."""
    heartbeat_at = session.scalar(select(EdgeRow.heartbeat_at).where(EdgeRow.id == camera.edge_id))
    if camera.state == "offline" and camera.last_frame_at is not None:
        yield _gap("offline", camera.last_frame_at, now)
    if heartbeat_at is not None and now - heartbeat_at > SILENT_AFTER:
        yield _gap("silent", heartbeat_at, now)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _blind_hours(
    session: Session, camera: CameraRow, bars: Sequence[BarOut], *, start: datetime, end: datetime
) -> Iterator[GapOut]:
    """Whole hours of its service without a second of pictures, unless something was seen in them after all (a
    recording that was played later)."""
    first = _hour(start)
    rows = select(CameraHour.hour_at).where(
        CameraHour.camera_id == camera.id, CameraHour.hour_at >= first, CameraHour.hour_at < end, CameraHour.up_s > 0
    )
    seen = set(session.scalars(rows))
    hours = (first + _HOUR * number for number in range(-(-(end - first) // _HOUR)))
    for hour in hours:
        was_seen = any(bar.started_at < hour + _HOUR and bar.ended_at >= hour for bar in bars)
        if camera.created_at <= hour and hour not in seen and not was_seen:
            yield _gap("silent", hour, hour + _HOUR)
