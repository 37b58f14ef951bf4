"""The tokens of a search, each as a condition on incidents and, where an index knows its values, as walks along it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, literal_column, not_, or_
from sqlalchemy.orm import Session

from contract.event import Mode, Status
from server.criteria.definition import Definitions
from server.letters import plain
from server.search import Key, Search, Term, dates
from server.search.words import STATE_GROUPS
from server.store import names
from server.store.errors import InvalidError
from server.tables import IncidentRow
from server.verdict import CLAIM_LASTS, OPEN, Source, State

CODE_YEARS: Final = 12
"""A bare number is looked for among the codes of so many years."""
MOST_WALKS: Final = 64
"""A token that needs more is no guide: the walk along time meets its rows soon enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Rows that an index gives in order of time: those that fit ``guide``, of which ``also`` must hold.

    ``most``: the whole search finds no more of them, which spares looking to the end for one; None: that is not known.
    """

    guide: ColumnElement[bool]
    also: ColumnElement[bool] | None = None
    most: int | None = None

    @property
    def whole(self) -> ColumnElement[bool]:
        """Both."""
        return self.guide if self.also is None else and_(self.guide, self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """``holds``: on a row, never NULL. ``walks``: together they find every row it holds on; none: no index helps."""

    holds: ColumnElement[bool]
    walks: tuple[Walk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a search means now: its conditions, and the span of time that it is bounded to."""

    conditions: tuple[Condition, ...] = ()
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Turns a search into conditions. Belongs to one request."""

    session: Session
    definitions: Definitions
    now: datetime
    zone: ZoneInfo

    def read(self, search: Search) -> Asked:
        """The search's meaning. Raises InvalidError for a fault, or a name that nothing has."""
        if search.faults:
            fault = search.faults[0]
            raise InvalidError(f"{fault.vi} / {fault.en}")
        start, end = self._bounds(search)
        conditions = [self._term(term) for term in search.terms]
        labels = names.labels(self.session) if search.words else []
        for word in search.words:
            found = self._word(word.text, labels)
            conditions.append(_turned(found) if word.is_not else found)
        return Asked(conditions=tuple(conditions), start=start, end=end)

    def _bounds(self, search: Search) -> tuple[datetime | None, datetime | None]:
        """The narrowest span around all that is asked for."""
        starts, ends = [], []
        for term in search.terms:
            spans = [dates.span(value, self.zone, self.now) for value in term.values if term.key in _DATES]
            if not spans or term.is_not:
                continue
            if term.key is not Key.BEFORE:
                starts.append(min(start for start, _ in spans))
            if term.key is Key.ON:
                ends.append(max(end for _, end in spans))
            if term.key is Key.BEFORE:
                ends.append(max(start for start, _ in spans))
        return max(starts, default=None), min(ends, default=None)

    def _term(self, term: Term) -> Condition:
        found = _READERS[term.key](self, term.values)
        return _turned(found) if term.is_not else found

    def _state(self, values: Sequence[str]) -> Condition:
        states = {State(each) for value in values for each in STATE_GROUPS.get(value, {value})}
        # a claim that has expired is shown as new
        expired, free = self.now - CLAIM_LASTS, IncidentRow.claimed_at.is_(None)
        walks = [Walk(guide=IncidentRow.state == state) for state in sorted(states) if state is not State.CLAIMED]
        claimed = IncidentRow.state == State.CLAIMED
        if {State.NEW, State.CLAIMED} <= states:
            walks.append(Walk(guide=claimed))
        elif State.NEW in states:
            walks.append(Walk(guide=claimed, also=or_(free, IncidentRow.claimed_at <= expired)))
        elif State.CLAIMED in states:
            walks.append(Walk(guide=claimed, also=and_(not_(free), IncidentRow.claimed_at > expired)))
        return _any(walks)

    def _rule(self, values: Sequence[str]) -> Condition:
        kinds = [Walk(guide=IncidentRow.rule_kind == value) for value in values]
        of_others = IncidentRow.rule_kind.not_in(values)
        return _any([*kinds, *(Walk(guide=IncidentRow.rule_name == value, also=of_others) for value in values)])

    def _camera(self, values: Sequence[str]) -> Condition:
        ids = _ids(values, names.cameras(self.session), "camera", "camera")
        return Condition(
            holds=func.coalesce(IncidentRow.camera_id, 0).in_(ids),
            walks=tuple(Walk(guide=IncidentRow.camera_id == id_) for id_ in ids),
        )

    def _unit(self, values: Sequence[str]) -> Condition:
        known = names.as_named(names.units(self.session))
        wanted = {each.value for value in values for each in names.find(value, known, "khóm, ấp", "unit")}
        ids = [id_ for id_, unit in names.units_of_cameras(self.session) if unit in wanted]
        walks = [Walk(guide=IncidentRow.unit == unit) for unit in sorted(wanted)]
        by_camera = func.coalesce(IncidentRow.camera_id, 0).in_(ids)
        return _any([*walks, Walk(guide=IncidentRow.unit == "", also=by_camera)])

    def _criterion(self, values: Sequence[str]) -> Condition:
        for value in values:
            if self.definitions.get(value) is None:
                raise InvalidError(
                    f"Không có tiêu chí {value}; dùng TC01 đến TC20. / There is no criterion {value}; use TC01 to TC20."
                )
        rules = names.rules(self.session)
        walks = []
        for kind in sorted({kind for kind, _ in rules}):
            of_kind = [name for each, name in rules if each == kind]
            bear = [name for name in of_kind if set(values) & set(self.definitions.bearing(kind, name))]
            if bear:
                also = None if len(bear) == len(of_kind) else IncidentRow.rule_name.in_(bear)
                walks.append(Walk(guide=IncidentRow.rule_kind == kind, also=also))
        return _any(walks)

    def _category(self, values: Sequence[str]) -> Condition:
        column = IncidentRow.category
        return _any([Walk(guide=and_(column == value, column != names.NO_TEXT)) for value in values])

    def _source(self, values: Sequence[str]) -> Condition:
        column = IncidentRow.source
        camera: ColumnElement[str] = literal_column(f"'{Source.CAMERA}'")
        if Source.CAMERA in values:
            return Condition(holds=column.in_(values))
        return _any([Walk(guide=and_(column == value, column != camera)) for value in values])

    def _severity(self, values: Sequence[str]) -> Condition:
        return _any([Walk(guide=IncidentRow.severity == value) for value in values])

    def _officer(self, values: Sequence[str]) -> Condition:
        ids = _ids(values, names.people(self.session), "cán bộ", "officer")
        assigned, claimed = IncidentRow.assigned_to, IncidentRow.claimed_by
        is_theirs = func.coalesce(assigned, 0).in_(ids)
        has_claimed = and_(IncidentRow.state == State.CLAIMED, not_(is_theirs))
        return Condition(
            holds=or_(is_theirs, and_(IncidentRow.state == State.CLAIMED, func.coalesce(claimed, 0).in_(ids))),
            walks=(
                *(Walk(guide=and_(assigned == id_, assigned.is_not(None))) for id_ in ids),
                *(Walk(guide=and_(claimed == id_, claimed.is_not(None)), also=has_claimed) for id_ in ids),
            ),
        )

    def _mode(self, values: Sequence[str]) -> Condition:
        status, mode = IncidentRow.status, IncidentRow.mode
        drills = [value for value in values if value in set(Status)]
        holds: list[ColumnElement[bool]] = [status.in_(drills)]
        walks = [and_(status == drill, status != literal_column(f"'{Status.ACTUAL}'")) for drill in drills]
        if "trial" in values:
            holds.append(mode == Mode.TRIAL)
            walks.append(mode == literal_column(f"'{Mode.TRIAL}'"))
        if "active" in values:
            holds.append(and_(mode == Mode.ACTIVE, status == Status.ACTUAL))
            walks = []  # most are: no index knows them
        return Condition(holds=or_(*holds), walks=tuple(Walk(guide=walk) for walk in walks))

    def _overdue(self, values: Sequence[str]) -> Condition:
        waits = and_(IncidentRow.handled_at.is_(None), IncidentRow.due_at.is_not(None))
        late = and_(IncidentRow.due_at < self.now, IncidentRow.state.in_(sorted(OPEN)))
        is_late = _any([Walk(guide=waits, also=late)])
        is_not = _turned(is_late)
        both = [{"yes": is_late, "no": is_not}[value] for value in values]
        return both[0] if len(both) == 1 else Condition(holds=or_(*(each.holds for each in both)))

    def _on(self, values: Sequence[str]) -> Condition:
        spans = [dates.span(value, self.zone, self.now) for value in values]
        at = IncidentRow.occurred_at
        return Condition(holds=or_(*(and_(at >= start, at < end) for start, end in spans)))

    def _after(self, values: Sequence[str]) -> Condition:
        start = min(dates.span(value, self.zone, self.now)[0] for value in values)
        return Condition(holds=IncidentRow.occurred_at >= start)

    def _before(self, values: Sequence[str]) -> Condition:
        end = max(dates.span(value, self.zone, self.now)[0] for value in values)
        return Condition(holds=IncidentRow.occurred_at < end)

    def _code(self, values: Sequence[str]) -> Condition:
        return _any([Walk(guide=IncidentRow.code == value) for value in values])

    def _number(self, values: Sequence[str]) -> Condition:
        column = IncidentRow.official_number
        return _any([Walk(guide=and_(column == value, column != names.NO_TEXT)) for value in values])

    def _word(self, text: str, labels: Sequence[str]) -> Condition:
        """In the title, the official number or the name of the place (one of ``labels``); or the code, whole or its
        number alone."""
        wanted = plain(text)
        codes = [text.upper()]
        if text.isascii() and text.isdigit() and len(text) <= 6:
            last = self.now.year + 1
            codes += [f"AN-{year}-{int(text):06d}" for year in range(last - CODE_YEARS, last + 1)]
        here = [label for label in labels if wanted in plain(label)]
        in_words = IncidentRow.words.contains(wanted, autoescape=True)
        label = IncidentRow.place_label
        is_worded = IncidentRow.words != names.NO_TEXT
        is_here = label.in_(here)
        if len(here) > len(labels) / 2:
            # a word that most places have: a list of the others is shorter
            is_here = label.not_in(["", *(each for each in labels if wanted not in plain(each))])
        has_code = IncidentRow.code.in_(codes)
        holds = or_(has_code, is_here, and_(is_worded, in_words))
        if len(here) > MOST_WALKS - 2:
            return Condition(holds=holds)
        places = (Walk(guide=and_(label == each, label != names.NO_TEXT)) for each in here)
        return Condition(holds=holds, walks=(Walk(guide=has_code), *places, Walk(guide=is_worded, also=in_words)))


_READERS: Final[Mapping[Key, Callable[[Reader, Sequence[str]], Condition]]] = {
    Key.STATE: Reader._state,
    Key.RULE: Reader._rule,
    Key.CAMERA: Reader._camera,
    Key.UNIT: Reader._unit,
    Key.CRITERION: Reader._criterion,
    Key.CATEGORY: Reader._category,
    Key.SOURCE: Reader._source,
    Key.SEVERITY: Reader._severity,
    Key.OFFICER: Reader._officer,
    Key.MODE: Reader._mode,
    Key.OVERDUE: Reader._overdue,
    Key.ON: Reader._on,
    Key.AFTER: Reader._after,
    Key.BEFORE: Reader._before,
    Key.CODE: Reader._code,
    Key.NUMBER: Reader._number,
}
_DATES: Final = frozenset({Key.ON, Key.AFTER, Key.BEFORE})


def _ids(values: Sequence[str], known: Sequence[names.Named], vi: str, en: str) -> list[int]:
    return sorted({each.id for value in values for each in names.find(value, known, vi, en)})


def _any(walks: Sequence[Walk]) -> Condition:
    if not walks:
        nothing = IncidentRow.id < 0
        return Condition(holds=nothing, walks=(Walk(guide=nothing),))
    return Condition(holds=or_(*(walk.whole for walk in walks)), walks=tuple(walks))


def _turned(condition: Condition) -> Condition:
    return Condition(holds=not_(condition.holds))
