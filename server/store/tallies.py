"""Figures of any span of time: from tallies, and from the rows themselves where tallies do not hold.

Reading never writes. What has changed is read first, then tallies, then rows of days that changed. So no figure is ever
older than its reading: a day without a mark has a tally that knows every write that had been committed; and whoever
takes a mark away writes the day's new tally in the same transaction.
"""

import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import CTE, JSON, BigInteger, Integer, Select, String, bindparam, cast, column, func, select
from sqlalchemy.orm import Session

from server.criteria.definition import Bearing
from server.criteria.period import Calendar, Period
from server.criteria.period import Kind as Length
from server.criteria.tally import Sums
from server.criteria.vocabulary import Kind
from server.store import raw
from server.tables import CameraTally, TallyCalendar, TallyClears, TallyKind, TallyMark, TallyRow

DAY: Final = "day"
MONTH: Final = "month"
HOUR: Final = timedelta(hours=1)
INSTANT: Final = timedelta(microseconds=1)
LOCK: Final = 0x616E6E74616C
"""PostgreSQL's advisory lock of whoever makes tallies: "anntal" in ASCII."""
Span = tuple[datetime, datetime]
"""Half-open."""
_KINDS: Final = select(TallyKind.id, *(getattr(TallyKind, column.key) for column in raw.KIND))
_MARKS: Final = select(TallyMark.what, TallyMark.hour_at).distinct().order_by(TallyMark.hour_at)
_NET: Final = (
    select(TallyRow.kind_id, func.sum(TallyRow.began) - func.sum(TallyRow.ended))
    .where(TallyRow.is_counted.is_(True), TallyRow.span == bindparam("span"))
    .group_by(TallyRow.kind_id)
)
_NET_BEFORE: Final = _NET.where(TallyRow.start_at < bindparam("end"))
_NET_WITHIN: Final = _NET_BEFORE.where(TallyRow.start_at >= bindparam("start"))
_NET_OF: Final = _NET.where(TallyRow.start_at.in_(bindparam("starts", expanding=True)))
_UP_S: Final = (
    select(CameraTally.camera_id, func.sum(CameraTally.up_s))
    .where(CameraTally.span == bindparam("span"), CameraTally.start_at.in_(bindparam("starts", expanding=True)))
    .group_by(CameraTally.camera_id)
)
ChecksOf = Callable[[Kind], Bearing]


class Kinds:
    """The kinds of incidents that there are, and what each bears on.

    A scoreboard asks no more of a kind, so the hundreds of kinds are added up by the few bearings there are.
    """

    def __init__(self, session: Session, checks_of: ChecksOf) -> None:
        self._checks_of = checks_of
        self.known: dict[Kind, Bearing] = {}
        """Those of the tallies, and of every row that was read since."""
        kinds = session.connection().execute(_KINDS)
        self.of_id: dict[int, Bearing] = {kind_id: self.bearing(raw.kind_of(kind)) for kind_id, *kind in kinds}
        """What the kinds of the tallies bear on."""
        self.bearings: tuple[Bearing, ...] = tuple(dict.fromkeys(self.of_id.values()))
        """Each of these, by its number."""
        number_of = {bearing: number for number, bearing in enumerate(self.bearings)}
        self.numbers = {kind_id: number_of[bearing] for kind_id, bearing in self.of_id.items()}
        """The number of each kind's bearing, for a query to join."""

    def bearing(self, kind: Kind) -> Bearing:
        """What incidents of this kind bear on."""
        found = self.known.get(kind)
        if found is None:
            found = self.known[kind] = self._checks_of(kind)
        return found


def _numbered(dialect: str) -> CTE:
    """Kinds and their ``numbers``. They come as JSON, so that a query is written once; materialized, so that SQLite
    makes an index of them. It makes none for a range of beginnings, which is why each one is named."""
    function = func.json_each if dialect == "sqlite" else func.json_each_text
    pairs = function(bindparam("numbers", type_=JSON)).table_valued(column("key", String), column("value", String))
    each = select(cast(pairs.c.key, BigInteger).label("kind_id"), cast(pairs.c.value, Integer).label("number"))
    return each.cte("numbered").prefix_with("MATERIALIZED")


@lru_cache
def _sums(dialect: str) -> Select[*tuple[Any, ...]]:
    """Sums of tallies of one ``span`` by beginning (of ``starts``), number of their kind, and whether they count."""
    of = _numbered(dialect)
    by = (TallyRow.start_at, of.c.number, TallyRow.is_counted)
    return (
        select(*by, *(func.sum(getattr(TallyRow, name)) for name in Sums._fields))
        # an outer join: SQLite then reads the tallies first, and no kind can be forgotten
        .outerjoin_from(TallyRow, of, of.c.kind_id == TallyRow.kind_id)
        .where(TallyRow.span == bindparam("span"), TallyRow.start_at.in_(bindparam("starts", expanding=True)))
        .group_by(*by)
    )


@lru_cache
def _clears(dialect: str) -> Select[*tuple[Any, ...]]:
    """How long it took to clear incidents of the kinds that have a number, likewise."""
    of, at = _numbered(dialect), TallyClears.start_at
    rows = select(of.c.number, TallyClears.lasted).join_from(TallyClears, of, of.c.kind_id == TallyClears.kind_id)
    return rows.where(TallyClears.span == bindparam("span"), at.in_(bindparam("starts", expanding=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What makes up a span. ``months``, ``days``: beginnings of those whose tallies are to be added up; ``changed``: of
    days inside those months whose tallies are to be taken away again; ``rows``: what the rows have to tell."""

    months: list[datetime] = field(default_factory=list)
    days: list[datetime] = field(default_factory=list)
    changed: list[datetime] = field(default_factory=list)
    rows: list[Span] = field(default_factory=list)

    def tallies(self) -> Iterator[tuple[int, str, list[datetime]]]:
        """Sign, span and beginnings of the tallies to be added up."""
        yield from ((1, MONTH, self.months), (1, DAY, self.days), (-1, DAY, self.changed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallies:
    """What tallies there are for a calendar, and which of them hold. ``is_made``: there are any.

    ``changed``: by table ("incident", "camera"), days in which something changed since they were added up, by their
    beginning, oldest first.
    """

    session: Session
    calendar: Calendar
    is_made: bool
    changed: dict[str, dict[datetime, Period]]
    kinds: Kinds

    def occurred(self, spans: Sequence[Span]) -> list[tuple[int, Bearing, bool, Sums]]:
        """By number of the span, what they bear on, and whether they count; the same may come more than
        once. ``late``: of the handled."""
        found: list[tuple[int, Bearing, bool, Sums]] = []
        numbers_of: dict[tuple[int, str], dict[datetime, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, (start, end) in enumerate(spans):
            cover = self.cover("incident", start, end)
            for sign, span, starts in cover.tallies():
                for each in starts:
                    numbers_of[sign, span][each].append(number)
            for first, last in cover.rows:
                for (kind, counted), sums, _ in raw.occurred(self.session, first, last):
                    found.append((number, self.kinds.bearing(kind), counted, sums))
        query = _sums(self.session.connection().dialect.name)
        for (sign, span), numbers in numbers_of.items():
            asked = {"numbers": self.kinds.numbers, "span": span, "starts": list(numbers)}
            for start, of, counted, *columns in self._all(query, asked):
                sums = Sums._make(columns) if sign > 0 else Sums._make(columns).negative()
                found += [(number, self.kinds.bearings[of], counted, sums) for number in numbers[start]]
        return found

    def standing(self, until: datetime) -> dict[Bearing, int]:
        """By what they bear on, spots that began before and were not cleared by then: all that ever began less all
        that ended."""
        found: dict[Bearing, int] = defaultdict(int)
        if not self.is_made:
            for kind, spots in raw.standing(self.session, until).items():
                found[self.kinds.bearing(kind)] += spots
            return dict(found)
        day = self.calendar.day_of(until).start_at
        month = self.calendar.month_of(until).start_at
        changed = [start for start in self.changed["incident"] if start < day]
        for sign, rows in (
            (1, self._all(_NET_BEFORE, {"span": MONTH, "end": month})),
            (1, self._all(_NET_WITHIN, {"span": DAY, "start": month, "end": day})),
            (-1, self._all(_NET_OF, {"span": DAY, "starts": changed}) if changed else ()),
        ):
            for kind_id, spots in rows:
                found[self.kinds.of_id[kind_id]] += sign * spots
        days = [(start, self.changed["incident"][start].end_at) for start in changed]
        for start, end in merged([*days, (day, until)]):
            for (kind, counted), _, began in raw.occurred(self.session, start, end):
                found[self.kinds.bearing(kind)] += began if counted else 0
            for kind, spots in raw.ended(self.session, start, end).items():
                found[self.kinds.bearing(kind)] -= spots
        return {bearing: spots for bearing, spots in found.items() if spots}

    def lasted(self, start: datetime, end: datetime, of: Collection[Bearing]) -> dict[Bearing, list[Sequence[int]]]:
        """Microseconds to clear, of each that counts, occurred in [start, end) and was handled, in sorted pieces."""
        cover, found = self.cover("incident", start, end), defaultdict[Bearing, list[Sequence[int]]](list)
        query = _clears(self.session.connection().dialect.name)
        numbers = {
            kind_id: self.kinds.numbers[kind_id] for kind_id, bearing in self.kinds.of_id.items() if bearing in of
        }
        changed = {self.calendar.month_of(day).start_at for day in cover.changed}
        days = list(cover.days)
        for month_at in sorted(changed):
            # nothing can be taken away from what is sorted already: its days that hold are read one by one
            month = self.calendar.month_of(month_at)
            days += self._days("incident", month.start_at, month.end_at).days
        months = [start for start in cover.months if start not in changed]
        for span, starts in ((MONTH, months), (DAY, days)):
            asked = {"numbers": numbers, "span": span, "starts": starts}
            for number, packed in self._all(query, asked) if starts else ():
                found[self.kinds.bearings[number]].append(unpacked(packed))
        for first, last in cover.rows:
            for kind, each in raw.lasted(self.session, first, last).items():
                found[self.kinds.bearing(kind)].append(array("q", sorted(each)))
        return {bearing: each for bearing, each in found.items() if bearing in of}

    def up_s(self, start: datetime, end: datetime) -> dict[int, float]:
        """By camera, seconds of pictures in the hours that begin in [start, end)."""
        found: dict[int, float] = defaultdict(float)
        day = self.calendar.day_of(end).start_at
        cover = self.cover("camera", start, max(start, day))
        for sign, span, starts in cover.tallies():
            for camera_id, seconds in self._all(_UP_S, {"span": span, "starts": starts}) if starts else ():
                found[camera_id] += sign * seconds
        for first, last in merged([*cover.rows, (max(start, day), end)]):
            for camera_id, seconds in raw.up_s(self.session, first, last).items():
                found[camera_id] += seconds
        return dict(found)

    def cover(self, what: str, start: datetime, end: datetime) -> Cover:
        """What a span of whole days is made of."""
        if not self.is_made:
            return Cover(rows=[(start, end)] if start < end else [])
        cover, at = Cover(), start
        while at < end:
            month = self.calendar.month_of(at)
            month_at, next_at = month.start_at, month.end_at
            if month_at == at and next_at <= end:
                cover.months.append(at)
                for day_at, day in self.changed[what].items():
                    if at <= day_at < next_at:
                        cover.changed.append(day_at)
                        cover.rows.append((day_at, day.end_at))
            else:
                part = self._days(what, at, min(next_at, end))
                cover.days.extend(part.days)
                cover.rows.extend(part.rows)
            at = min(next_at, end)
        cover.rows[:] = merged(cover.rows)
        return cover

    def _days(self, what: str, start: datetime, end: datetime) -> Cover:
        """Day by day."""
        cover, at = Cover(), start
        while at < end:
            next_at = self.calendar.day_of(at).end_at
            if at in self.changed[what]:
                cover.rows.append((at, next_at))
            else:
                cover.days.append(at)
            at = next_at
        return cover

    def _all(self, query: Select[*tuple[Any, ...]], asked: Mapping[str, object]) -> Sequence[Any]:
        # as Core: rows of plain columns need nothing of the ORM
        return self.session.connection().execute(query, asked).all() if self.is_made else ()


def read(session: Session, calendar: Calendar, checks_of: ChecksOf = lambda _kind: Bearing()) -> Tallies:
    """What holds now. ``checks_of``: what incidents of a kind bear on; whoever asks for cameras needs none."""
    hold_still(session)
    is_made = made_for(session, calendar)
    changed: dict[str, dict[datetime, Period]] = {"incident": {}, "camera": {}}
    if is_made:
        for what, hour_at in session.execute(_MARKS):
            for day in days_of(calendar, hour_at):
                changed[what].setdefault(day.start_at, day)
    kinds = Kinds(session, checks_of)
    return Tallies(session=session, calendar=calendar, is_made=is_made, changed=changed, kinds=kinds)


def made_for(session: Session, calendar: Calendar) -> bool:
    """Whether the tallies that there are, if any, were made for this calendar."""
    row = session.get(TallyCalendar, 1)
    return row is not None and (row.zone, row.cut_day) == (calendar.zone.key, calendar.cut_day)


def hold_still(session: Session) -> None:
    """Until the end of a transaction that sees what others commit, no tally is made; a snapshot needs none of this."""
    connection = session.connection()
    is_snapshot = connection.get_execution_options().get("isolation_level") == "REPEATABLE READ"
    if connection.dialect.name == "postgresql" and not is_snapshot:
        session.execute(select(func.pg_advisory_xact_lock_shared(LOCK)))


def days_of(calendar: Calendar, hour_at: datetime) -> tuple[Period, ...]:
    """The local day that an hour is part of; two where a day begins within the hour."""
    first = calendar.day_of(hour_at)
    return (first,) if first.end_at >= hour_at + HOUR else (first, calendar.day_of(hour_at + HOUR - INSTANT))


def is_month(period: Period) -> bool:
    """Whether it is one month of the reporting calendar."""
    return period.kind is Length.MONTH


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans that touch or overlap made one; empty ones left out."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def packed(lasted: Iterable[int]) -> bytes:
    """Sorted microseconds as TallyClears keeps them."""
    return _little(array("q", sorted(lasted))).tobytes()


def unpacked(data: bytes) -> Sequence[int]:
    """And back."""
    found = array("q")
    found.frombytes(data)
    return _little(found)


def _little(values: "array[int]") -> "array[int]":
    """To or from little-endian."""
    if sys.byteorder == "big":
        values.byteswap()
    return values
