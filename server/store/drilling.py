"""What a criterion rests on: the incidents that its checks counted and those that wait, a page at a time.

Pages are found as a search's are (searching.py): along the rule kinds that bear on the checks, newest first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.orm import Session

from server.criteria.definition import Check, Definition
from server.criteria.vocabulary import Kind
from server.store import figures, freezes, searching
from server.store.conditions import Asked, Condition, Walk
from server.store.cursors import Found
from server.store.errors import NotFoundError
from server.store.figures import Side
from server.store.results import Known
from server.tables import FrozenRow, IncidentRow

PLAIN: Final = frozenset({"count", "sum", "share_handled", "median_time_to_clear"})
"""Aggregates made of incidents that count and occurred in the period, all of them or some."""


class Part(StrEnum):
    """The lists of one criterion."""

    COUNTED = "counted"
    """By one check."""
    OTHERS = "others"
    """Those that the first check did not count, and another one did."""
    WAITING = "waiting"
    """Of any check: they wait for a verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One criterion in one period. ``revisions``: the latest of each criterion of a frozen period. Belongs to one
    request."""

    session: Session
    definition: Definition
    known: Known
    revisions: Mapping[str, FrozenRow]

    @property
    def frozen(self) -> FrozenRow | None:
        """The criterion as it was frozen, or adjusted last."""
        return self.revisions.get(self.definition.code)

    def rows(
        self, part: Part, limit: int, after: Found | None = None, check: str | None = None
    ) -> Sequence[IncidentRow]:
        """The next of exactly its incidents, newest first. ``check``: whose, of ``COUNTED``; the first one's without.

        Raises NotFoundError for a check that counts no incidents, InvalidError for a cursor of another list.
        """
        of = self._check(check)
        if part is not Part.WAITING and self.frozen is not None:
            keys, but = (self.frozen.counted, of.key) if part is Part.OTHERS else ([of.key], "")
            return freezes.counted(self.session, self.frozen, keys, limit, after, but)
        asked = self._asked(part, of)
        return searching.newest(self.session, asked, limit, after) if asked else ()

    def how_many(self) -> dict[str, int]:
        """How many incidents each check counted, whoever asks."""
        if self.frozen is not None:
            return {key: len(codes) for key, codes in self.frozen.counted.items()}
        of = self.known.figures
        code = self.definition.code
        return {check.key: sum(figures.how_many(of, code, check).values()) for check in self._counting()}

    def places_and_times(self) -> list[tuple[datetime, str, int | None]]:
        """When and where (unit, camera's id) each incident occurred that the first check counted."""
        columns = select(IncidentRow.occurred_at, IncidentRow.unit, IncidentRow.camera_id)
        if self.frozen is not None:
            codes = self.frozen.counted.get(self.definition.checks[0].key, [])
            parts = (codes[start : start + freezes.CHUNK] for start in range(0, len(codes), freezes.CHUNK))
            queries = [columns.where(IncidentRow.code.in_(part)) for part in parts]
        else:
            asked = self._asked(Part.COUNTED, self.definition.checks[0])
            queries = [columns.where(searching.fits(asked))] if asked else []
        return [(at, unit, camera_id) for query in queries for at, unit, camera_id in self.session.execute(query)]

    def newest_ids(self, limit: int) -> Sequence[int]:
        """Ids of the newest that the first check counted."""
        if self.frozen is not None:
            return [row.id for row in self.rows(Part.COUNTED, limit)]
        asked = self._asked(Part.COUNTED, self.definition.checks[0])
        return searching.newest_ids(self.session, asked, limit) if asked else ()

    def newest_ids_before(self, limit: int) -> Sequence[int]:
        """Ids of the newest that it counted a year earlier; none where it compares with nothing."""
        check = self.definition.checks[0]
        if check.compare is None or check.compare.against == "target" or not self._counting():
            return ()
        asked = self._counted(check, self.known.figures.before)
        return searching.newest_ids(self.session, asked, limit) if asked else ()

    def _check(self, key: str | None) -> Check:
        if key is None:
            return self.definition.checks[0]
        found = next((each for each in self.definition.checks if each.key == key and each.where), None)
        if found is None:
            raise NotFoundError(f"the criterion {self.definition.code} has no check {key} that counts incidents")
        return found

    def _counting(self) -> list[Check]:
        """The checks that count incidents in this period."""
        applies = self.definition.applies(self.known.figures.current.period)
        return [check for check in self.definition.checks if check.where] if applies else []

    def _asked(self, part: Part, check: Check) -> Asked | None:
        """What to search for; None: nothing is found."""
        counting, side = self._counting(), self.known.figures.current
        if part is Part.WAITING:
            holds = figures.made_to_wait(side.period)
            return _search(holds, self._kinds(counting), side.period.start_at, side.period.end_at)
        if part is Part.OTHERS:
            return self._others(check, [each for each in counting if each is not check])
        return self._counted(check, side) if check in counting else None

    def _counted(self, check: Check, side: Side) -> Asked | None:
        of = self.known.figures
        holds, (start, end) = figures.made_of(check, side, of.now), _span(check, side)
        most = figures.how_many(of, self.definition.code, check) if side is of.current else None
        return _search(holds, self._kinds([check]), start, end, most)

    def _others(self, first: Check, checks: Sequence[Check]) -> Asked | None:
        side, now, firsts = self.known.figures.current, self.known.figures.now, self._kinds([first])
        kinds: set[Kind] = set()
        holds: list[ColumnElement[bool]] = []
        for check in checks:
            # what a plain count counts contains what other checks count of the same kinds
            is_part = first.measure.aggregate in PLAIN - {"median_time_to_clear"} and check.measure.aggregate in PLAIN
            more = self._kinds([check]) - (firsts if is_part else set())
            if more:
                holds.append(and_(*figures.made_of(check, side, now), figures.is_of(more)))
                kinds |= more
        if not holds:
            return None
        mine = and_(*figures.made_of(first, side, now), figures.is_of(firsts))
        starts, ends = zip(*(_span(check, side) for check in checks), strict=True)
        start = None if None in starts else min(starts)
        return _search((or_(*holds), not_(mine)), kinds, start, max(ends))

    def _kinds(self, checks: Iterable[Check]) -> set[Kind]:
        return set(figures.kinds(self.known.figures, list(checks)))


def _span(check: Check, side: Side) -> tuple[datetime | None, datetime]:
    """When the incidents occurred that a check counts."""
    if check.measure.aggregate == "standing":
        return None, side.until
    return side.period.start_at, side.period.end_at


def _search(
    holds: Sequence[ColumnElement[bool]],
    kinds: set[Kind],
    start: datetime | None,
    end: datetime,
    most: Mapping[str, int] | None = None,
) -> Asked | None:
    """Incidents of these kinds of which all that is given holds. ``most``: by rule kind, how many there are."""
    if not kinds:
        return None
    by_kind: dict[str, list[Kind]] = {}
    for kind in kinds:
        by_kind.setdefault(kind.rule_kind, []).append(kind)
    walks = (
        Walk(
            guide=IncidentRow.rule_kind == name,
            also=figures.is_of(sorted(each)),
            most=None if most is None else most.get(name, 0),
        )
        for name, each in sorted(by_kind.items())
    )
    of_kind = Condition(holds=figures.is_of(sorted(kinds)), walks=tuple(walks))
    return Asked(conditions=(of_kind, *(Condition(holds=each) for each in holds)), start=start, end=end)
