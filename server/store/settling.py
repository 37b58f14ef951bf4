"""Turns days that changed into tallies, a reporting month in one transaction; server.settler does it in the background.

Marks are read first, then rows, and exactly the marks that were read are deleted: a write that is committed later keeps
its own. One transaction settles at a time, whichever process it belongs to.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import delete, func, insert, literal, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from server.criteria.period import Calendar, Period
from server.criteria.tally import Sums
from server.store import raw, tallies
from server.store.durations import packed, unpacked
from server.store.raw import Key
from server.store.tallies import DAY, MONTH
from server.tables import (
    CameraHour,
    CameraRow,
    CameraTally,
    IncidentRow,
    TallyCalendar,
    TallyClears,
    TallyKind,
    TallyMark,
    TallyRow,
    TallyStamp,
)

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_MARKS = 5000
"""Read at once."""
_ADDED = (*Sums._fields, "began", "ended")


def newest_mark(session: Session) -> int:
    """The id of the last mark; 0 without any. Marks that are made meanwhile are left to the next round."""
    return session.scalar(select(func.max(TallyMark.id))) or 0


def prepare(session: Session, calendar: Calendar) -> None:
    """Begin anew where the tallies were made for another calendar, or none were made yet."""
    if not tallies.made_for(session, calendar) and _alone(session):
        _begin_anew(session, calendar)


def settle(session: Session, calendar: Calendar, upto: int) -> bool:
    """Make the tallies of the newest month that has marks (up to that id); False when there is nothing to do, or
    another process is at it. Needs a transaction of its own."""
    if not _alone(session) or not tallies.made_for(session, calendar):
        return False
    marks = session.execute(
        select(TallyMark.id, TallyMark.what, TallyMark.hour_at)
        .where(TallyMark.id <= upto)
        .order_by(TallyMark.hour_at.desc())
        .limit(_MOST_MARKS)
    ).all()
    if not marks:
        return False
    what, month = marks[0].what, calendar.month_of(marks[0].hour_at)
    read = [mark for mark in marks if mark.what == what and month.holds(mark.hour_at)]
    days = {day.start_at: day for mark in read for day in tallies.days_of(calendar, mark.hour_at)}
    write = _incidents if what == "incident" else _cameras
    write(session, calendar, [days[at] for at in sorted(days)])
    _stamp(session, what, DAY, days)
    _stamp(session, what, MONTH, [month.start_at for month in _months(calendar, days.values())])
    session.execute(delete(TallyMark).where(TallyMark.id.in_([mark.id for mark in read])))
    return True


def _alone(session: Session) -> bool:
    """On SQLite whoever may write is."""
    if session.connection().dialect.name == "sqlite":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(tallies.LOCK))))


def _begin_anew(session: Session, calendar: Calendar) -> None:
    """No tally of another calendar is left, and every day in which there is anything is marked."""
    for table in (TallyRow, TallyClears, CameraTally, TallyCalendar, TallyMark, TallyStamp):
        session.execute(delete(table))
    _stamp(session, "incident", tallies.KINDS, [EPOCH])
    session.execute(insert(TallyCalendar).values(id=1, zone=calendar.zone.key, cut_day=calendar.cut_day))
    marks = [{"what": "camera", "hour_at": at} for at in _camera_days(session, calendar)]
    columns: list[ColumnElement[Any]] = [IncidentRow.__table__.c.occurred_at, IncidentRow.__table__.c.handled_at]
    for column in columns:
        marks += [{"what": "incident", "hour_at": at} for at in _days_with(session, calendar, column)]
    if marks:
        session.execute(insert(TallyMark), marks)


def _days_with(session: Session, calendar: Calendar, column: ColumnElement[datetime]) -> Iterator[datetime]:
    """An instant of every local day in which the column has a value: from one to the next along its index."""
    at = session.scalar(select(func.min(column)))
    while at is not None:
        yield at
        at = session.scalar(select(func.min(column)).where(column >= calendar.day_of(at).end_at))


def _camera_days(session: Session, calendar: Calendar) -> Iterator[datetime]:
    """An instant of every local day from the first hour of pictures to the last."""
    of_camera = CameraHour.camera_id == CameraRow.id
    first, last = (
        select(edge(CameraHour.hour_at)).where(of_camera).correlate(CameraRow).scalar_subquery()
        for edge in (func.min, func.max)
    )
    bounds = [row for row in session.execute(select(first, last)) if row[0] is not None]
    at, end = min((row[0] for row in bounds), default=None), max((row[1] for row in bounds), default=None)
    while at is not None and end is not None and at <= end:
        yield at
        at = calendar.day_of(at).end_at


def _incidents(session: Session, calendar: Calendar, days: list[Period]) -> None:
    kind_ids = {
        raw.kind_of(kind): kind_id
        for kind_id, *kind in session.execute(
            select(TallyKind.id, *(getattr(TallyKind, column.key) for column in raw.KIND))
        )
    }
    known = len(kind_ids)
    for day in days:
        found = _of_day(session, day)
        lasted = raw.lasted(session, day.start_at, day.end_at)
        for kind in {kind for kind, _ in found} - kind_ids.keys():
            row = TallyKind(**{column.key: getattr(kind, column.key) for column in raw.KIND})
            session.add(row)
            session.flush()
            kind_ids[kind] = row.id
        at = {"span": DAY, "start_at": day.start_at}
        sums = [
            {**at, "kind_id": kind_ids[kind], "is_counted": is_counted, **dict(zip(_ADDED, added, strict=True))}
            for (kind, is_counted), added in found.items()
        ]
        clears = [{**at, "kind_id": kind_ids[kind], "lasted": packed(each)} for kind, each in lasted.items()]
        for table, rows in ((TallyRow, sums), (TallyClears, clears)):
            session.execute(delete(table).where(table.span == DAY, table.start_at == day.start_at))
            if rows:
                session.execute(insert(table), rows)
    if len(kind_ids) > known:
        _stamp(session, "incident", tallies.KINDS, [EPOCH])
    for month in _months(calendar, days):
        _incidents_of_month(session, month)


def _of_day(session: Session, day: Period) -> dict[Key, list[int]]:
    """What ``_ADDED`` names, by kind."""
    found: dict[Key, list[int]] = {}
    for key, sums, began in raw.occurred(session, day.start_at, day.end_at):
        found[key] = [*sums, began, 0]
    for kind, spots in raw.ended(session, day.start_at, day.end_at).items():
        found.setdefault((kind, True), [0] * len(_ADDED))[-1] = spots
    return found


def _incidents_of_month(session: Session, month: Period) -> None:
    start, end = month.start_at, month.end_at
    for table in (TallyRow, TallyClears):
        session.execute(delete(table).where(table.span == MONTH, table.start_at == start))
    columns = [getattr(TallyRow, name) for name in _ADDED]
    by = (TallyRow.is_counted, TallyRow.kind_id)
    added = (
        select(literal(MONTH), literal(start, TallyRow.start_at.type), *by, *map(func.sum, columns))
        .where(TallyRow.span == DAY, TallyRow.start_at >= start, TallyRow.start_at < end)
        .group_by(*by)
    )
    names = ["span", "start_at", "is_counted", "kind_id", *_ADDED]
    session.execute(insert(TallyRow).from_select(names, added))
    of_days = select(TallyClears.kind_id, TallyClears.lasted).where(
        TallyClears.span == DAY, TallyClears.start_at >= start, TallyClears.start_at < end
    )
    lasted: dict[int, list[int]] = defaultdict(list)
    for kind_id, kept in session.execute(of_days):
        lasted[kind_id] += unpacked(kept)
    at = {"span": MONTH, "start_at": start}
    if lasted:
        rows = [{**at, "kind_id": kind_id, "lasted": packed(each)} for kind_id, each in lasted.items()]
        session.execute(insert(TallyClears), rows)


def _cameras(session: Session, calendar: Calendar, days: list[Period]) -> None:
    table, at = CameraTally, CameraTally.start_at
    for day in days:
        session.execute(delete(table).where(table.span == DAY, at == day.start_at))
        rows = [
            {"span": DAY, "start_at": day.start_at, "camera_id": camera_id, "up_s": up_s}
            for camera_id, up_s in raw.up_s(session, day.start_at, day.end_at).items()
        ]
        if rows:
            session.execute(insert(table), rows)
    for month in _months(calendar, days):
        start, end = month.start_at, month.end_at
        session.execute(delete(table).where(table.span == MONTH, at == start))
        added = (
            select(literal(MONTH), literal(start, at.type), table.camera_id, func.sum(table.up_s))
            .where(table.span == DAY, at >= start, at < end)
            .group_by(table.camera_id)
        )
        session.execute(insert(table).from_select(["span", "start_at", "camera_id", "up_s"], added))


def _stamp(session: Session, what: str, span: str, starts: Collection[datetime]) -> None:
    """Tallies that were made anew: what was read of them before is no longer so."""
    table = TallyStamp
    session.execute(delete(table).where(table.span == span, table.what == what, table.start_at.in_(starts)))
    rows = [{"span": span, "what": what, "start_at": at, "stamp": secrets.randbits(63)} for at in starts]
    session.execute(insert(table), rows)


def _months(calendar: Calendar, days: Iterable[Period]) -> list[Period]:
    """The reporting months of these days."""
    return list({month.start_at: month for month in (calendar.month_of(day.start_at) for day in days)}.values())
