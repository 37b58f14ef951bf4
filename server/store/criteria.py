"""The scoreboard: counts and camera hours from the tables, states from the pure judge."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from contract.event import Mode, Status
from server.api.schemas import CriterionDetail, CriterionOut, IncidentOut, PeriodOut, Scoreboard
from server.criteria import judge
from server.criteria.definition import Definition, Definitions
from server.criteria.period import Period
from server.store import incidentview
from server.store.camerahours import Hours, in_service
from server.store.errors import NotFoundError
from server.tables import IncidentRow
from server.verdict import WAITING, State

MOST_WAITING = 200
"""Waiting incidents that a drill-down lists; ``logged`` says how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """Incidents of one rule in a period."""

    rule_kind: str
    rule_name: str
    confirmed: int
    logged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """What happened in the elapsed part of a period."""

    elapsed_s: float
    counts: tuple[_Count, ...]
    cameras: tuple[Hours, ...]

    def of(self, definition: Definition) -> judge.Evidence:
        """What bears on one criterion; without a baseline."""
        bearing = [count for count in self.counts if definition.bears(count.rule_kind, count.rule_name)]
        return judge.Evidence(
            elapsed_s=self.elapsed_s,
            confirmed=sum(count.confirmed for count in bearing),
            logged=sum(count.logged for count in bearing),
            cameras=tuple(camera.uptime(self.elapsed_s) for camera in self.cameras),
        )

    @property
    def camera_hours(self) -> float:
        return sum(camera.up_s for camera in self.cameras) / 3600.0


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
    """Every criterion in the period: six queries, however many criteria and incidents there are."""
    current, before = _figures(session, period, now), _figures(session, period.year_before(), now)
    return Scoreboard(
        period=period_out(period),
        criteria=tuple(_criterion(definition, period, current, before) for definition in definitions.criteria),
        computed_at=now,
    )


def drill(session: Session, definitions: Definitions, code: str, period: Period, now: datetime) -> CriterionDetail:
    """One criterion with exactly the incidents that were counted, newest first. Raises NotFoundError."""
    definition = definitions.get(code)
    if definition is None:
        raise NotFoundError(f"there is no criterion {code}")
    current, before = _figures(session, period, now), _figures(session, period.year_before(), now)
    out = _criterion(definition, period, current, before)
    rules = [count for count in current.counts if definition.bears(count.rule_kind, count.rule_name)]
    if not definition.applies(period):
        rules = []

    def listed(states: Sequence[State], most: int | None) -> tuple[IncidentOut, ...]:
        if not rules:
            return ()
        found = select(IncidentRow).where(_counting(period), IncidentRow.state.in_(states), _of_rules(rules))
        found = found.order_by(IncidentRow.occurred_at.desc(), IncidentRow.id.desc()).limit(most)
        return incidentview.outs(session, definitions, session.scalars(found).all(), now)

    return CriterionDetail(
        **out.model_dump(),
        period=period_out(period),
        definition_sha256=definition.sha256(),
        legal_basis=definition.legal_basis,
        counted=listed([State.CONFIRMED], None),
        waiting=listed(sorted(WAITING), MOST_WAITING),
    )


def _figures(session: Session, period: Period, now: datetime) -> _Figures:
    until = min(max(now, period.start_at), period.end_at)
    return _Figures(
        elapsed_s=(until - period.start_at).total_seconds(),
        counts=_counts(session, period),
        cameras=in_service(session, period.start_at, until),
    )


def _counts(session: Session, period: Period) -> tuple[_Count, ...]:
    """By rule; answered from ix_incidents_counting alone."""
    found = session.execute(
        select(
            IncidentRow.rule_kind,
            IncidentRow.rule_name,
            func.count().filter(IncidentRow.state == State.CONFIRMED),
            func.count().filter(IncidentRow.state.in_(sorted(WAITING))),
        )
        .where(_counting(period), IncidentRow.state.in_([State.CONFIRMED, *sorted(WAITING)]))
        .group_by(IncidentRow.rule_kind, IncidentRow.rule_name)
    )
    return tuple(
        _Count(rule_kind=kind, rule_name=name, confirmed=confirmed, logged=logged)
        for kind, name, confirmed, logged in found.tuples()
    )


def _counting(period: Period) -> ColumnElement[bool]:
    """What is ever counted: real, of a rule that is not on trial, and in the period it occurred in."""
    return and_(
        IncidentRow.status == Status.ACTUAL,
        IncidentRow.mode == Mode.ACTIVE,
        IncidentRow.occurred_at >= period.start_at,
        IncidentRow.occurred_at < period.end_at,
    )


def _of_rules(rules: Sequence[_Count]) -> ColumnElement[bool]:
    names: dict[str, list[str]] = {}
    for rule in rules:
        names.setdefault(rule.rule_kind, []).append(rule.rule_name)
    return or_(*(and_(IncidentRow.rule_kind == kind, IncidentRow.rule_name.in_(each)) for kind, each in names.items()))


def _criterion(definition: Definition, period: Period, current: _Figures, before: _Figures) -> CriterionOut:
    on_incidents = definition.measure.entity == "incident"
    on_cameras = definition.measure.entity != "entry"
    evidence = current.of(definition)
    if on_incidents:
        entered = definition.baselines.get(period.year_before().key)
        evidence = replace(evidence, baseline=judge.baseline(definition, before.of(definition), entered))
    applies = definition.applies(period)
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
