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
from server.schemas import CriterionDetail, CriterionOut, PeriodOut, RuleVersionOut, Scoreboard, WhatIf
from server.store import criterionentries, figures, freezes, incidentview, mergers
from server.store.errors import InvalidError, NotFoundError
from server.store.results import Known, result
from server.tables import EventRow, IncidentRow

MOST_WAITING: Final = 200
"""Waiting incidents that a drill-down lists; ``logged`` says how many there are."""
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


def know(session: Session, definitions: Definitions, period: Period, now: datetime) -> Known:
    """What results of a period are made of."""
    given = criterionentries.entered(session)
    return Known(
        figures=figures.read(session, definitions, period, now),
        entries=given.approved,
        awaiting=given.awaiting,
        mergers=mergers.days(session),
    )


def drill(session: Session, definitions: Definitions, code: str, period: Period, now: datetime) -> CriterionDetail:
    """One criterion with exactly the incidents that were counted, newest first. Raises NotFoundError."""
    definition = _definition(definitions, code)
    known, frozen = know(session, definitions, period, now), freezes.of_period(session, period.key)
    live = result(definition, known)
    row = frozen.get(code)
    by_check = _counted(session, definition, known)
    if row is not None:
        by_check = freezes.counted(session, row)
    counted_by = {key: tuple(each.code for each in rows) for key, rows in by_check.items()}
    main = by_check.get(definition.checks[0].key, [])
    listed = {each.id for each in main}
    others = [each for rows in by_check.values() for each in rows if each.id not in listed]
    applies = definition.applies(period)
    of = figures.kinds(known.figures, definition.checks) if applies else ()
    waits = figures.waiting(session, period, of, MOST_WAITING)
    before = _counted_before(session, definition, known) if applies else []
    return CriterionDetail(
        **freezes.shown(live, row).model_dump(),
        period=period_out(period, freezes.frozen_at(frozen)),
        definition_sha256=row.definition_sha256 if row else definition.sha256(),
        legal_basis=definition.legal_basis,
        counted=incidentview.outs(session, definitions, main, now),
        counted_by=counted_by,
        others=incidentview.outs(session, definitions, list({each.id: each for each in others}.values()), now),
        waiting=incidentview.outs(session, definitions, waits, now),
        entries=criterionentries.listing(session, code, period.key),
        revisions=freezes.revisions(session, period.key, code),
        rule_versions=_versions(session, main),
        baseline_rule_versions=_versions(session, before),
        entry_keys=definition.entry_keys,
    )


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
    rows = figures.waiting(session, period, of, None)
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


def _counted_before(session: Session, definition: Definition, known: Known) -> list[IncidentRow]:
    check, before = definition.checks[0], known.figures.before
    if check.compare is None or check.compare.against == "target" or not check.where:
        return []
    of = figures.kinds(known.figures, [check])
    return figures.counted(session, check, before, of, known.figures.now)


def _versions(session: Session, rows: Sequence[IncidentRow]) -> tuple[RuleVersionOut, ...]:
    """Versions of the rules that raised these incidents, most events first."""
    version = EventRow.data["rule"]["version"].as_string()
    found = session.execute(
        select(EventRow.rule_name, version, func.count())
        .where(EventRow.incident_id.in_([row.id for row in rows[:_HASHES]]))
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


__all__ = ["CriterionOut", "adjust", "drill", "freeze", "know", "period_out", "scoreboard", "what_if"]
