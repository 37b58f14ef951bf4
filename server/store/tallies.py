"""Figures of any span of time: from tallies, and from the rows themselves where tallies do not hold.

Reading never writes. What has changed is read first, then tallies, then rows of days that changed. So no figure is ever
older than its reading: a day without a mark has a tally that knows every write that had been committed; and whoever
takes a mark away writes the day's new tally in the same transaction.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import CTE, JSON, BigInteger, Integer, Select, String, bindparam, case, cast, column, func, select
from sqlalchemy.orm import Session

from server.criteria.definition import Bearing
from server.criteria.period import Calendar, Period
from server.criteria.period import Kind as Length
from server.criteria.tally import Sums
from server.store import raw
from server.store.durations import unpacked
from server.store.kinds import Asked, Kinds
from server.store.memory import Memory
from server.tables import CameraTally, TallyCalendar, TallyClears, TallyMark, TallyRow, TallyStamp

DAY: Final = "day"
MONTH: Final = "month"
KINDS: Final = "kinds"
HOUR: Final = timedelta(hours=1)
INSTANT: Final = timedelta(microseconds=1)
LOCK: Final = 0x616E6E74616C
"""PostgreSQL's advisory lock of whoever makes tallies: "anntal" in ASCII."""
V = TypeVar("V")
Span = tuple[datetime, datetime]
"""Half-open."""
_MARKS: Final = select(TallyMark.what, TallyMark.hour_at).distinct().order_by(TallyMark.hour_at)
_STAMPS: Final = select(TallyStamp.span, TallyStamp.what, TallyStamp.start_at, TallyStamp.stamp)
_STAMPS_OF_MONTHS: Final = _STAMPS.where(TallyStamp.span.in_([MONTH, KINDS]))
_STAMPS_OF_DAYS: Final = _STAMPS.where(
    TallyStamp.span == DAY,
    TallyStamp.what == bindparam("what"),
    TallyStamp.start_at.in_(bindparam("starts", expanding=True)),
)
_UP_S: Final = select(CameraTally.start_at, CameraTally.camera_id, CameraTally.up_s).where(
    CameraTally.span == bindparam("span"), CameraTally.start_at.in_(bindparam("starts", expanding=True))
)


class Added(NamedTuple):
    """What incidents of one day or month add up to that bear on the same and count, or wait. ``sums.late``: of the
    handled; ``spots``: that began to stand in it, less those that ended in it."""

    bearing: Bearing
    counted: bool
    sums: Sums
    spots: int


_ADDED: Final = Memory[Sequence[Added]]()
_LASTED: Final = Memory[Mapping[Bearing, Sequence[int]]]()
_UP: Final = Memory[Mapping[int, float]]()


def _numbered(dialect: str) -> CTE:
    """Kinds and their ``numbers``. They come as JSON, so that a query is written once; materialized, so that SQLite
    makes an index of them. It makes none for a range of beginnings, which is why each one is named."""
    function = func.json_each if dialect == "sqlite" else func.json_each_text
    pairs = function(bindparam("numbers", type_=JSON)).table_valued(column("key", String), column("value", String))
    each = select(cast(pairs.c.key, BigInteger).label("kind_id"), cast(pairs.c.value, Integer).label("number"))
    return each.cte("numbered").prefix_with("MATERIALIZED")


@lru_cache
def _sums(dialect: str) -> Select[*tuple[Any, ...]]:
    """Tallies of one ``span`` added up by beginning (of ``starts``), number of their kind, and whether they count."""
    of = _numbered(dialect)
    by = (TallyRow.start_at, of.c.number, TallyRow.is_counted)
    spots = case((TallyRow.is_counted.is_(True), func.sum(TallyRow.began) - func.sum(TallyRow.ended)), else_=0)
    return (
        select(*by, spots, *(func.sum(getattr(TallyRow, name)) for name in Sums._fields))
        # an outer join: SQLite then reads the tallies first, and no kind can be forgotten
        .outerjoin_from(TallyRow, of, of.c.kind_id == TallyRow.kind_id)
        .where(TallyRow.span == bindparam("span"), TallyRow.start_at.in_(bindparam("starts", expanding=True)))
        .group_by(*by)
    )


@lru_cache
def _clears(dialect: str) -> Select[*tuple[Any, ...]]:
    """How long it took to clear incidents of the kinds that have a number, likewise."""
    of, at = _numbered(dialect), TallyClears.start_at
    rows = select(at, of.c.number, TallyClears.lasted).join_from(TallyClears, of, of.c.kind_id == TallyClears.kind_id)
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
    beginning, oldest first. ``months``: stamps of the months that were added up, likewise.
    """

    session: Session
    calendar: Calendar
    is_made: bool
    changed: dict[str, dict[datetime, Period]]
    months: dict[str, dict[datetime, int]]
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
        for (sign, span), numbers in numbers_of.items():
            for start, every in self._added(span, list(numbers)).items():
                for bearing, counted, sums, _ in every:
                    signed = sums if sign > 0 else sums.negative()
                    found += [(number, bearing, counted, signed) for number in numbers[start]]
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
        for sign, span, starts in (
            (1, MONTH, [start for start in self.months["incident"] if start < month]),
            (1, DAY, list(self._beginnings(month, day))),
            (-1, DAY, changed),
        ):
            for every in self._added(span, starts).values():
                for bearing, _, _, spots in every:
                    found[bearing] += sign * spots
        days = [(start, self.changed["incident"][start].end_at) for start in changed]
        for start, end in merged([*days, (day, until)]):
            for (kind, counted), _, began in raw.occurred(self.session, start, end):
                found[self.kinds.bearing(kind)] += began if counted else 0
            for kind, spots in raw.ended(self.session, start, end).items():
                found[self.kinds.bearing(kind)] -= spots
        return {bearing: spots for bearing, spots in found.items() if spots}

    def lasted(self, start: datetime, end: datetime, of: Collection[Bearing]) -> dict[Bearing, list[Sequence[int]]]:
        """Microseconds to clear, of each that counts, occurred in [start, end) and was handled, in sorted pieces.

        ``of``: what they bear on, always the same for one ``key`` of the kinds.
        """
        cover, found = self.cover("incident", start, end), defaultdict[Bearing, list[Sequence[int]]](list)
        changed = {self.calendar.month_of(day).start_at for day in cover.changed}
        days = list(cover.days)
        for month_at in sorted(changed):
            # nothing can be taken away from what is sorted already: its days that hold are read one by one
            month = self.calendar.month_of(month_at)
            days += self._days("incident", month.start_at, month.end_at).days
        months = [start for start in cover.months if start not in changed]
        for span, starts in ((MONTH, months), (DAY, days)):
            for pieces in self._lasted(span, starts, of).values():
                for bearing, piece in pieces.items():
                    found[bearing].append(piece)
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
            for up_s in self._up_s(span, starts).values():
                for camera_id, seconds in up_s.items():
                    found[camera_id] += sign * seconds
        for first, last in merged([*cover.rows, (max(start, day), end)]):
            for camera_id, seconds in raw.up_s(self.session, first, last).items():
                found[camera_id] += seconds
        return dict(found)

    def _added(self, span: str, starts: Sequence[datetime]) -> dict[datetime, Sequence[Added]]:
        """By beginning, what tallies add up to."""

        def read(missing: list[datetime]) -> Mapping[datetime, list[Added]]:
            found = defaultdict[datetime, list[Added]](list)
            query = _sums(self.session.connection().dialect.name)
            asked = {"numbers": self.kinds.numbers, "span": span, "starts": missing}
            for start, of, counted, spots, *sums in self._all(query, asked):
                found[start].append(Added(self.kinds.bearings[of], counted, Sums._make(sums), spots))
            return found

        return self._recalled(_ADDED, "incident", span, starts, read, list[Added])

    def _lasted(
        self, span: str, starts: Sequence[datetime], of: Collection[Bearing]
    ) -> dict[datetime, Mapping[Bearing, Sequence[int]]]:
        """By beginning and what they bear on, sorted microseconds to clear."""

        def read(missing: list[datetime]) -> Mapping[datetime, dict[Bearing, Sequence[int]]]:
            kinds, pieces = self.kinds, dict[tuple[datetime, Bearing], list[int]]()
            numbers = {kind_id: number for kind_id, number in kinds.numbers.items() if kinds.bearings[number] in of}
            query = _clears(self.session.connection().dialect.name)
            for start, number, packed in self._all(query, {"numbers": numbers, "span": span, "starts": missing}):
                pieces.setdefault((start, kinds.bearings[number]), []).extend(unpacked(packed))
            found = defaultdict[datetime, dict[Bearing, Sequence[int]]](dict)
            for (start, bearing), each in pieces.items():
                found[start][bearing] = array("q", sorted(each))
            return found

        return self._recalled(_LASTED, "incident", span, starts, read, dict[Bearing, Sequence[int]])

    def _up_s(self, span: str, starts: Sequence[datetime]) -> dict[datetime, Mapping[int, float]]:
        """By beginning and camera, seconds of pictures."""

        def read(missing: list[datetime]) -> Mapping[datetime, dict[int, float]]:
            found = defaultdict[datetime, dict[int, float]](dict)
            for start, camera_id, seconds in self._all(_UP_S, {"span": span, "starts": missing}):
                found[start][camera_id] = seconds
            return found

        return self._recalled(_UP, "camera", span, starts, read, dict[int, float])

    def _recalled(
        self,
        memory: Memory[V],
        what: str,
        span: str,
        starts: Sequence[datetime],
        read: Callable[[list[datetime]], Mapping[datetime, V]],
        nothing: Callable[[], V],
    ) -> dict[datetime, V]:
        """By beginning, what is remembered of tallies, and what ``read`` reads of the others."""
        stamps = self._stamps(what, span, starts)
        key = self.kinds.key if what == "incident" else ""
        found = {start: entry for start, stamp in stamps.items() if (entry := memory.get((stamp, key))) is not None}
        missing = [start for start in stamps if start not in found]
        if missing:
            entries = read(missing)
            for start in missing:
                found[start] = entry = entries.get(start) or nothing()
                memory.put((stamps[start], key), entry)
        return found

    def _stamps(self, what: str, span: str, starts: Sequence[datetime]) -> dict[datetime, int]:
        """Of those beginnings that have a tally."""
        if span == MONTH:
            months = self.months[what]
            return {start: months[start] for start in starts if start in months}
        rows = self._all(_STAMPS_OF_DAYS, {"what": what, "starts": starts}) if starts else ()
        return {start: stamp for _, _, start, stamp in rows}

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
        cover = Cover()
        for at in self._beginnings(start, end):
            changed = self.changed[what].get(at)
            if changed is not None:
                cover.rows.append((at, changed.end_at))
            else:
                cover.days.append(at)
        return cover

    def _beginnings(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Of the days from one to the next."""
        while start < end:
            yield start
            start = self.calendar.day_of(start).end_at

    def _all(self, query: Select[*tuple[Any, ...]], asked: Mapping[str, object]) -> Sequence[Any]:
        # as Core: rows of plain columns need nothing of the ORM
        return self.session.connection().execute(query, asked).all() if self.is_made else ()


def read(session: Session, calendar: Calendar, asked: Asked | None = None) -> Tallies:
    """What holds now. ``asked``: what incidents of a kind bear on; whoever asks for cameras needs none."""
    hold_still(session)
    is_made = made_for(session, calendar)
    changed: dict[str, dict[datetime, Period]] = {"incident": {}, "camera": {}}
    if is_made:
        for what, hour_at in session.execute(_MARKS):
            for day in days_of(calendar, hour_at):
                changed[what].setdefault(day.start_at, day)
    months: dict[str, dict[datetime, int]] = {"incident": {}, "camera": {}}
    stamp = None
    for span, what, start, each in session.connection().execute(_STAMPS_OF_MONTHS) if is_made else ():
        if span == KINDS:
            stamp = each
        else:
            months[what][start] = each
    kinds = Kinds(session, asked or Asked(), stamp)
    return Tallies(session=session, calendar=calendar, is_made=is_made, changed=changed, months=months, kinds=kinds)


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
