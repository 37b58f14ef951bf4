"""The scoreboard: figures from the tables, states from the pure judge; a frozen period as it was frozen."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.criteria.definition import Definition, Definitions
from server.criteria.period import Period
from server.criteria.tally import Cell, Sums, tallies_of
from server.schemas import CriterionDetail, CriterionOut, IncidentPage, PeriodOut, RuleVersionOut, Scoreboard, WhatIf
from server.store import criterionentries, cursors, figures, freezes, incidentview, mergers
from server.store.cursors import Found
from server.store.drilling import Drill, Part
from server.store.errors import InvalidError, NotFoundError
from server.store.results import Known, result
from server.tables import EventRow, IncidentRow

PAGE: Final = 50
"""Incidents on a page of a drill-down's lists."""
MOST_VERSIONS: Final = 20
_HASHES: Final = 500
"""Incidents whose rule versions are looked up: the newest; a database refuses to be asked about too many at once."""


def period_out(period: Period, frozen_at: datetime | None = None) -> PeriodOut:
    """A period, as the API shows it."""
    return PeriodOut(
        key=period.key,
        label=period.label_vi,
        label_en=period.label_en,
        first_day=period.first_day,
        end_day=period.end_day,
        frozen_at=frozen_at,
    )


def scoreboard(session: Session, definitions: Definitions, period: Period, now: datetime) -> Scoreboard:
    """Every criterion in the period: a fixed number of queries, however many criteria and incidents there are."""
    known, frozen = know(session, definitions, period, now), freezes.of_period(session, period.key)
    return Scoreboard(
        period=period_out(period, freezes.frozen_at(frozen)),
        criteria=tuple(freezes.shown(result(each, known), frozen.get(each.code)) for each in definitions.criteria),
        computed_at=now,
    )


def know(
    session: Session, definitions: Definitions, period: Period, now: datetime, *, by_rule_kind: bool = False
) -> Known:
    """What results of a period are made of."""
    given = criterionentries.entered(session)
    return Known(
        figures=figures.read(session, definitions, period, now, by_rule_kind=by_rule_kind),
        entries=given.approved,
        awaiting=given.awaiting,
        mergers=mergers.days(session),
    )


def drill(
    session: Session,
    definitions: Definitions,
    code: str,
    period: Period,
    now: datetime,
    part: Part = Part.COUNTED,
    cursor: str | None = None,
) -> CriterionDetail:
    """One criterion with the newest of exactly the incidents that were counted; of ``part`` the page of ``cursor``.

    Raises NotFoundError, InvalidError.
    """
    return detail(drilled(session, definitions, code, period, now), definitions, part, cursor)


def detail(
    found: Drill, definitions: Definitions, part: Part = Part.COUNTED, cursor: str | None = None
) -> CriterionDetail:
    """The same of what is drilled already. Raises InvalidError."""
    session, definition, row = found.session, found.definition, found.frozen
    period, after = found.known.figures.current.period, {part: cursors.read(cursor)}
    parts = {each: _page(found, definitions, each, after.get(each), PAGE) for each in Part}
    return CriterionDetail(
        **freezes.shown(result(definition, found.known), row).model_dump(),
        period=period_out(period, freezes.frozen_at(found.revisions)),
        definition_sha256=row.definition_sha256 if row else definition.sha256(),
        legal_basis=definition.legal_basis,
        counted=parts[Part.COUNTED],
        counted_by=found.how_many(),
        others=parts[Part.OTHERS],
        waiting=parts[Part.WAITING],
        entries=criterionentries.listing(session, definition.code, period.key),
        revisions=freezes.revisions(session, period.key, definition.code),
        rule_versions=_versions(session, found.newest_ids(_HASHES)),
        baseline_rule_versions=_versions(session, found.newest_ids_before(_HASHES)),
        entry_keys=definition.entry_keys,
    )


def drilled(session: Session, definitions: Definitions, code: str, period: Period, now: datetime) -> Drill:
    """One criterion's incidents. Raises NotFoundError."""
    return Drill(
        session=session,
        definition=_definition(definitions, code),
        known=know(session, definitions, period, now, by_rule_kind=True),
        revisions=freezes.of_period(session, period.key),
    )


def page(
    session: Session,
    definitions: Definitions,
    code: str,
    period: Period,
    now: datetime,
    part: Part,
    *,
    check: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> IncidentPage:
    """A page of one of its lists, newest first. ``check``: whose incidents, of those that were counted.

    Raises NotFoundError, InvalidError.
    """
    after = cursors.read(cursor)
    return _page(drilled(session, definitions, code, period, now), definitions, part, after, limit, check)


def what_if(
    session: Session,
    definitions: Definitions,
    code: str,
    period: Period,
    now: datetime,
    codes: Sequence[str] | None = None,
) -> WhatIf:
    """How it would stand, were these waiting incidents confirmed, or all. Raises NotFoundError, InvalidError."""
    definition = _definition(definitions, code)
    known = know(session, definitions, period, now)
    of = figures.kinds(known.figures, definition.checks)
    rows = figures.waiting(session, period, of)
    if codes is not None:
        missing = set(codes) - {row.code for row in rows}
        if missing:
            names = ", ".join(sorted(missing)[:5])
            raise InvalidError(f"Không chờ duyệt trong tiêu chí này: {names}. / Not waiting here: {names}.")
        rows = [row for row in rows if row.code in set(codes)]
    return WhatIf(
        codes=tuple(row.code for row in rows),
        now=result(definition, known),
        then=result(definition, replace(known, figures=_confirmed(definitions, known.figures, rows))),
    )


def freeze(session: Session, definitions: Definitions, period: Period, *, by: int, now: datetime) -> Scoreboard:
    """Keep every criterion's result, with the incidents that were counted. Raises InvalidError, TakenError."""
    known = know(session, definitions, period, now)
    freezes.freeze(
        session,
        period,
        [(each, result(each, known), _codes(session, each, known)) for each in definitions.criteria],
        by=by,
        now=now,
    )
    return scoreboard(session, definitions, period, now)


def adjust(
    session: Session, definitions: Definitions, code: str, period: Period, why: str, *, by: int, now: datetime
) -> CriterionDetail:
    """Append how a frozen criterion stands now. Raises NotFoundError, InvalidError when nothing changed."""
    definition = _definition(definitions, code)
    known = know(session, definitions, period, now)
    live = (definition, result(definition, known), _codes(session, definition, known))
    freezes.adjust(session, period, live, why, by=by, now=now)
    return drill(session, definitions, code, period, now)


def _definition(definitions: Definitions, code: str) -> Definition:
    definition = definitions.get(code)
    if definition is None:
        raise NotFoundError(f"there is no criterion {code}")
    return definition


def _page(
    found: Drill, definitions: Definitions, part: Part, after: Found | None, limit: int, check: str | None = None
) -> IncidentPage:
    rows = found.rows(part, limit + 1, after, check)
    items = incidentview.outs(found.session, definitions, rows[:limit], found.known.figures.now)
    return IncidentPage(items=items, next_cursor=cursors.after(rows[limit - 1]) if len(rows) > limit else None)


def _counted(session: Session, definition: Definition, known: Known) -> dict[str, list[IncidentRow]]:
    """By check, exactly the incidents that were counted."""
    side = known.figures.current
    if not definition.applies(side.period):
        return {}
    of = figures.kinds(known.figures, definition.checks)
    return {
        check.key: figures.counted(session, check, side, of, known.figures.now)
        for check in definition.checks
        if check.where
    }


def _codes(session: Session, definition: Definition, known: Known) -> dict[str, list[str]]:
    return {key: [row.code for row in rows] for key, rows in _counted(session, definition, known).items()}


def _versions(session: Session, incident_ids: Sequence[int]) -> tuple[RuleVersionOut, ...]:
    """Versions of the rules that raised these incidents, most events first."""
    version = EventRow.data["rule"]["version"].as_string()
    found = session.execute(
        select(EventRow.rule_name, version, func.count())
        .where(EventRow.incident_id.in_(incident_ids))
        .group_by(EventRow.rule_name, version)
        .order_by(func.count().desc(), EventRow.rule_name)
        .limit(MOST_VERSIONS)
    )
    return tuple(RuleVersionOut(rule_name=name, version=value or "", events=events) for name, value, events in found)


def _confirmed(definitions: Definitions, known: figures.Figures, rows: Sequence[IncidentRow]) -> figures.Figures:
    """The figures, had these incidents been confirmed."""
    cells = {bearing: list(each) for bearing, each in known.cells.items()}
    standing = Counter(known.current.standing)
    starts = sorted({cell.at for each in cells.values() for cell in each})
    for row in rows:
        bearing = definitions.checks_of(figures.kind_of(row))
        at = max(start for start in starts if start <= row.occurred_at)
        sums = Sums(cases=1, suspects=row.suspects, victims=row.victims, deaths=row.deaths, injured=row.injured)
        cells.setdefault(bearing, []).append(Cell(at=at, counted=True, sums=sums))
        cells[bearing].append(Cell(at=at, counted=False, sums=sums.negative()))
        standing[bearing] += 1
    current = replace(known.current, standing=standing)
    return replace(known, cells=cells, tallies=tallies_of(definitions, cells), current=current)


__all__ = [
    "CriterionOut",
    "adjust",
    "detail",
    "drill",
    "drilled",
    "freeze",
    "know",
    "page",
    "period_out",
    "scoreboard",
    "what_if",
]
