"""The scoreboard: figures from the tables, states from the pure judge."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from server.criteria import judge
from server.criteria.definition import Definition, Definitions
from server.criteria.period import Period
from server.schemas import CriterionDetail, CriterionOut, PeriodOut, Scoreboard
from server.store import figures, incidentview
from server.store.errors import NotFoundError
from server.store.figures import Figures

MOST_WAITING: Final = 200
"""Waiting incidents that a drill-down lists; ``logged`` says how many there are."""


def period_out(period: Period) -> PeriodOut:
    """A period, as the API shows it."""
    return PeriodOut(
        key=period.key,
        label=period.label_vi,
        label_en=period.label_en,
        first_day=period.first_day,
        end_day=period.end_day,
    )


def scoreboard(session: Session, definitions: Definitions, period: Period, now: datetime) -> Scoreboard:
    """Every criterion in the period: four queries, however many criteria and incidents there are."""
    current, before = figures.read(session, period, now), figures.read(session, period.year_before(), now)
    return Scoreboard(
        period=period_out(period),
        criteria=tuple(_criterion(definition, current, before) for definition in definitions.criteria),
        computed_at=now,
    )


def drill(session: Session, definitions: Definitions, code: str, period: Period, now: datetime) -> CriterionDetail:
    """One criterion with exactly the incidents that were counted, newest first. Raises NotFoundError."""
    definition = definitions.get(code)
    if definition is None:
        raise NotFoundError(f"there is no criterion {code}")
    current, before = figures.read(session, period, now), figures.read(session, period.year_before(), now)
    rules = current.bearing(definition) if definition.applies(period) else ()
    counted = figures.counted(session, period, rules)
    waiting = figures.waiting(session, period, rules, MOST_WAITING)
    return CriterionDetail(
        **_criterion(definition, current, before).model_dump(),
        period=period_out(period),
        definition_sha256=definition.sha256(),
        legal_basis=definition.legal_basis,
        counted=incidentview.outs(session, definitions, counted, now),
        waiting=incidentview.outs(session, definitions, waiting, now),
    )


def _criterion(definition: Definition, current: Figures, before: Figures) -> CriterionOut:
    on_incidents = definition.measure.entity == "incident"
    on_cameras = definition.measure.entity != "entry"
    evidence = current.of(definition)
    if on_incidents:
        entered = definition.baselines.get(before.period.key)
        evidence = replace(evidence, baseline=judge.baseline(definition, before.of(definition), entered))
    applies = definition.applies(current.period)
    found = judge.judge(definition, evidence) if applies else judge.not_applicable()
    return CriterionOut(
        code=definition.code,
        name_vi=definition.name.vi,
        name_en=definition.name.en,
        input=definition.input,
        basis=definition.basis.mark,
        state=found.state,
        why_vi=found.why_vi,
        why_en=found.why_en,
        value=found.value,
        logged=evidence.logged if applies else 0,
        baseline=evidence.baseline,
        target_vi=definition.target.vi,
        target_en=definition.target.en,
        uptime=evidence.uptime if on_cameras else None,
        unit=definition.measure.unit,
        better=definition.better,
        camera_hours=current.camera_hours if on_cameras else None,
        baseline_camera_hours=before.camera_hours if on_incidents else None,
    )
