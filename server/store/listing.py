"""Lists of incidents: a page of a search, its days with counts, its cameras and units with counts."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from server.criteria.definition import Definitions
from server.schemas import DayOut, IncidentPage, TallyOut
from server.search import Search
from server.store import cursors, incidentview, names, searching
from server.store.conditions import Reader
from server.store.unguided import Unguided
from server.tables import IncidentRow
from server.verdict import COUNTED, WAITING

MOST: Final = 200
"""Incidents on one page at most."""
TALLIED: Final = timedelta(days=30)
"""The plan counts so far back where a search names no day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What lists are made of. Belongs to one request."""

    session: Session
    definitions: Definitions
    now: datetime
    zone: ZoneInfo

    def page(self, search: Search, cursor: str | None = None, limit: int = 50) -> IncidentPage:
        """A page of what the search finds, newest first. ``cursor``: the page before's ``next_cursor``.

        A page is unmoved by incidents that arrive meanwhile. Raises InvalidError for a search or cursor that makes no
        sense.
        """
        limit = max(1, min(limit, MOST))
        asked = self._reader().read(search)
        after = cursors.read(cursor)
        rows = searching.newest(self.session, asked, limit + 1, after)
        page = rows[:limit]
        return IncidentPage(
            items=incidentview.outs(self.session, self.definitions, page, self.now),
            next_cursor=cursors.after(page[-1]) if len(rows) > limit else None,
        )

    def days(self, search: Search, month: date) -> tuple[DayOut, ...]:
        """Each day of the month with how many of the search's incidents count and how many wait: one query."""
        asked = self._reader().read(search)
        days = [month.replace(day=1) + timedelta(days=number) for number in range(_length(month))]
        spans = union_all(
            *(
                select(
                    literal(day.isoformat()).label("day"),
                    literal(self._midnight(day)).label("start"),
                    literal(self._midnight(day + timedelta(days=1))).label("end"),
                )
                for day in days
            )
        ).cte("days")
        at = IncidentRow.occurred_at
        found = self.session.execute(
            select(spans.c.day, _how_many(COUNTED), _how_many(WAITING), func.count())
            .join(IncidentRow, (at >= spans.c.start) & (at < spans.c.end))
            .where(at >= self._midnight(days[0]), at < self._midnight(days[-1] + timedelta(days=1)))
            .where(searching.fits(asked))
            .group_by(spans.c.day)
        )
        counts = {day: (int(counted), int(waiting), int(every)) for day, counted, waiting, every in found}
        return tuple(
            DayOut(day=day, confirmed=confirmed, waiting=waiting, total=total)
            for day in days
            for confirmed, waiting, total in [counts.get(day.isoformat(), (0, 0, 0))]
        )

    def tallies(self, search: Search) -> tuple[TallyOut, ...]:
        """Each camera and unit with how many of the search's incidents it has; of 30 days where it names no day."""
        asked = self._reader().read(search)
        # left alone, SQLite walks all cameras' indices from end to end for their order
        query = (
            select(IncidentRow.camera_id, IncidentRow.unit, _how_many(COUNTED), _how_many(WAITING), func.count())
            .where(searching.fits(asked))
            .group_by(Unguided(IncidentRow.camera_id), Unguided(IncidentRow.unit))
        )
        if asked.start is None and asked.end is None:
            query = query.where(IncidentRow.occurred_at >= self.now - TALLIED)
        unit_of = dict(names.units_of_cameras(self.session))
        sums: dict[tuple[str, str], Counter[str]] = {}
        for camera_id, unit, counted, waiting, total in self.session.execute(query):
            shown = unit or unit_of.get(camera_id or 0, "")
            keys = [("camera", str(camera_id))] if camera_id is not None else []
            for key in [*keys, *([("unit", shown)] if shown else [])]:
                sums.setdefault(key, Counter()).update(confirmed=counted, waiting=waiting, total=total)
        return tuple(
            TallyOut(kind=kind, name=name, confirmed=each["confirmed"], waiting=each["waiting"], total=each["total"])
            for (kind, name), each in sorted(sums.items())
        )

    def _reader(self) -> Reader:
        return Reader(session=self.session, definitions=self.definitions, now=self.now, zone=self.zone)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)


def _how_many(states: frozenset[str]) -> ColumnElement[int]:
    return func.sum(case((IncidentRow.state.in_(sorted(states)), 1), else_=0))


def _length(month: date) -> int:
    first = month.replace(day=1)
    return ((first + timedelta(days=32)).replace(day=1) - first).days
