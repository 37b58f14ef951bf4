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
from typing import Any, Final

from sqlalchemy import CTE, JSON, BigInteger, Integer, Select, String, cast, column, func, literal, select
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
_KIND: Final = (TallyKind.id, *(getattr(TallyKind, column.key) for column in raw.KIND))
_SUMS: Final = tuple(getattr(TallyRow, name) for name in Sums._fields)
ChecksOf = Callable[[Kind], Bearing]


class Kinds:
    """The kinds of incidents that there are, and what each bears on.

    A scoreboard asks no more of a kind, so the database adds up the hundreds of kinds by the few bearings there are.
    """

    def __init__(self, session: Session, checks_of: ChecksOf) -> None:
        self._checks_of = checks_of
        self.known: dict[Kind, Bearing] = {}
        """Those of the tallies, and of every row that was read since."""
        numbers: dict[Bearing, int] = {}
        number_of: dict[int, int] = {}
        for kind_id, *kind in session.connection().execute(select(*_KIND)):
            number_of[kind_id] = numbers.setdefault(self.bearing(raw.kind_of(kind)), len(numbers))
        self.bearings: tuple[Bearing, ...] = tuple(numbers)
        """By their number."""
        self.numbered = _numbered(number_of, session.connection().dialect.name)
        """The number of each kind's bearing, for a query to join."""

    def bearing(self, kind: Kind) -> Bearing:
        """What incidents of this kind bear on."""
        found = self.known.get(kind)
        if found is None:
            found = self.known[kind] = self._checks_of(kind)
        return found


def _numbered(number_of: Mapping[int, int], dialect: str) -> CTE:
    """A table of ``number_of``. As JSON, so that the query's text stays the same; materialized, as SQLite makes no
    index of JSON."""
    function = func.json_each if dialect == "sqlite" else func.json_each_text
    pairs = function(literal(number_of, JSON)).table_valued(column("key", String), column("value", String))
    each = select(cast(pairs.c.key, BigInteger).label("kind_id"), cast(pairs.c.value, Integer).label("number"))
    return each.cte("bearings").prefix_with("MATERIALIZED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What makes up a span. ``months``: beginnings of months' tallies; ``days``: spans of days whose tallies hold;
    ``changed``: beginnings of days inside those months whose tallies are to be taken away again; ``rows``: what the
    rows have to tell."""

    months: list[datetime] = field(default_factory=list)
    days: list[Span] = field(default_factory=list)
    changed: list[datetime] = field(default_factory=list)
    rows: list[Span] = field(default_factory=list)


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
        """By number of the span (ascending), what they bear on, and whether they count; the same may come more than
        once. ``late``: of the handled."""
        covers = [self.cover("incident", *span) for span in spans]
        found = [*self._held(covers, MONTH), *self._held(covers, DAY)]
        for number, cover in enumerate(covers):
            for start, end in cover.days:
                rows = self._by_bearing(TallyRow, TallyRow.is_counted, *map(func.sum, _SUMS)).where(
                    TallyRow.span == DAY, TallyRow.start_at >= start, TallyRow.start_at < end
                )
                for bearing, counted, *sums in self._all(rows.group_by(TallyRow.is_counted)):
                    found.append((number, self.kinds.bearings[bearing], counted, Sums._make(sums)))
            for start, end in cover.rows:
                for (kind, counted), each, _ in raw.occurred(self.session, start, end):
                    found.append((number, self.kinds.bearing(kind), counted, each))
        return found

    def _held(self, covers: Sequence[Cover], span: str) -> Iterator[tuple[int, Bearing, bool, Sums]]:
        """Tallies of whole months; of those of their days that changed, what takes them away again."""
        numbers_of: dict[datetime, list[int]] = defaultdict(list)
        for number, cover in enumerate(covers):
            for start in cover.months if span == MONTH else cover.changed:
                numbers_of[start].append(number)
        if not numbers_of:
            return
        at = TallyRow.start_at
        rows = self._by_bearing(TallyRow, at, TallyRow.is_counted, *map(func.sum, _SUMS))
        rows = rows.where(TallyRow.span == span, at.in_(list(numbers_of))).group_by(at, TallyRow.is_counted)
        for bearing, start, counted, *sums in self._all(rows):
            each = Sums._make(sums) if span == MONTH else Sums._make(sums).negative()
            for number in numbers_of[start]:
                yield number, self.kinds.bearings[bearing], counted, each

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
        net = func.sum(TallyRow.began) - func.sum(TallyRow.ended)
        tallied = self._by_bearing(TallyRow, net).where(TallyRow.is_counted.is_(True))
        changed = [start for start in self.changed["incident"] if start < day]
        at = TallyRow.start_at
        for sign, rows in (
            (1, tallied.where(TallyRow.span == MONTH, at < month)),
            (1, tallied.where(TallyRow.span == DAY, at >= month, at < day)),
            (-1, tallied.where(TallyRow.span == DAY, at.in_(changed))),
        ):
            for bearing, spots in self._all(rows) if sign > 0 or changed else ():
                found[self.kinds.bearings[bearing]] += sign * spots
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
        numbers = [number for number, bearing in enumerate(self.kinds.bearings) if bearing in of]
        at = TallyClears.start_at
        clears = self._by_bearing(TallyClears, TallyClears.lasted).where(self.kinds.numbered.c.number.in_(numbers))
        changed = {self.calendar.month_of(day).start_at for day in cover.changed}
        months = [month for month in cover.months if month not in changed]
        asked = [clears.where(TallyClears.span == MONTH, at.in_(months))] if months else []
        days = list(cover.days)
        for month in sorted(changed):
            # nothing can be taken away from what is sorted already: its days that hold are read one by one
            length = self.calendar.month_of(month)
            of_month = self._days("incident", length.start_at, length.end_at)
            days += of_month.days
        asked += [clears.where(TallyClears.span == DAY, at >= first, at < last) for first, last in days]
        for query in asked:
            for number, packed in self._all(query):
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
        at = CameraTally.start_at
        sums = select(CameraTally.camera_id, func.sum(CameraTally.up_s)).group_by(CameraTally.camera_id)
        asked = [(1, sums.where(CameraTally.span == DAY, at >= first, at < last)) for first, last in cover.days]
        for sign, span, starts in ((1, MONTH, cover.months), (-1, DAY, cover.changed)):
            if starts:
                asked.append((sign, sums.where(CameraTally.span == span, at.in_(starts))))
        for sign, query in asked:
            for camera_id, seconds in self._all(query):
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
        cover.days[:], cover.rows[:] = merged(cover.days), merged(cover.rows)
        return cover

    def _days(self, what: str, start: datetime, end: datetime) -> Cover:
        """Day by day."""
        cover, at = Cover(), start
        for day_at, day in self.changed[what].items():
            if start <= day_at < end:
                if at < day_at:
                    cover.days.append((at, day_at))
                at = day.end_at
                cover.rows.append((day_at, at))
        if at < end:
            cover.days.append((at, end))
        return cover

    def _by_bearing(self, table: type[TallyRow | TallyClears], *columns: Any) -> Select[*tuple[Any, ...]]:
        """The number of a bearing and these columns. Sums are those of the kinds that share it."""
        of = self.kinds.numbered.c
        # an outer join: SQLite then reads the tallies once, and no kind can be forgotten
        rows = select(of.number, *columns).outerjoin_from(table, self.kinds.numbered, of.kind_id == table.kind_id)
        return rows.group_by(of.number) if table is TallyRow else rows

    def _all(self, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        # as Core: rows of plain columns need nothing of the ORM
        return self.session.connection().execute(query).all() if self.is_made else ()


def read(session: Session, calendar: Calendar, checks_of: ChecksOf = lambda _kind: ()) -> Tallies:
    """What holds now. ``checks_of``: what incidents of a kind bear on; whoever asks for cameras needs none."""
    hold_still(session)
    is_made = made_for(session, calendar)
    changed: dict[str, dict[datetime, Period]] = {"incident": {}, "camera": {}}
    if is_made:
        marks = session.execute(select(TallyMark.what, TallyMark.hour_at).distinct().order_by(TallyMark.hour_at))
        for what, hour_at in marks:
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
