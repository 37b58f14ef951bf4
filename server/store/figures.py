"""What happened in the elapsed part of a period: incidents by rule, and hours of pictures by camera."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from contract.event import Mode, Status
from server.criteria.definition import Definition
from server.criteria.judge import Evidence
from server.criteria.period import Period
from server.sight import of_the_ward
from server.store.camerahours import Hours, in_service
from server.tables import IncidentRow
from server.verdict import COUNTED, WAITING, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Incidents of one rule in a period: those that count, and those that wait for a verdict."""

    rule_kind: str
    rule_name: str
    confirmed: int
    logged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one period. ``elapsed_s``: seconds of it that have passed, 0 before it begins."""

    period: Period
    elapsed_s: float
    counts: tuple[Count, ...]
    cameras: tuple[Hours, ...]

    def bearing(self, definition: Definition) -> tuple[Count, ...]:
        """The rules that bear on a criterion."""
        return tuple(count for count in self.counts if definition.bears(count.rule_kind, count.rule_name))

    def of(self, definition: Definition) -> Evidence:
        """What a criterion is judged on; without a baseline."""
        counts = self.bearing(definition)
        return Evidence(
            elapsed_s=self.elapsed_s,
            confirmed=sum(count.confirmed for count in counts),
            logged=sum(count.logged for count in counts),
            cameras=tuple(camera.uptime(self.elapsed_s) for camera in self.cameras),
        )

    @property
    def camera_hours(self) -> float:
        """Hours of pictures, all cameras together."""
        return sum(camera.up_s for camera in self.cameras) / 3600.0


@of_the_ward
def read(session: Session, period: Period, now: datetime) -> Figures:
    """The figures of a period: two queries."""
    until = min(max(now, period.start_at), period.end_at)
    return Figures(
        period=period,
        elapsed_s=(until - period.start_at).total_seconds(),
        counts=_counts(session, period),
        cameras=in_service(session, period.start_at, until),
    )


def counted(session: Session, period: Period, rules: Sequence[Count]) -> Sequence[IncidentRow]:
    """Exactly the incidents that count for these rules, newest first."""
    return _incidents(session, period, rules, sorted(COUNTED), None)


def waiting(session: Session, period: Period, rules: Sequence[Count], most: int) -> Sequence[IncidentRow]:
    """At most ``most`` of the incidents that would count once they are confirmed, newest first."""
    return _incidents(session, period, rules, sorted(WAITING), most)


def _counts(session: Session, period: Period) -> tuple[Count, ...]:
    """By rule; answered from ix_incidents_counting alone."""
    found = session.execute(
        select(
            IncidentRow.rule_kind,
            IncidentRow.rule_name,
            func.count().filter(IncidentRow.state.in_(sorted(COUNTED))),
            func.count().filter(IncidentRow.state.in_(sorted(WAITING))),
        )
        .where(_ever_counted(period), IncidentRow.state.in_(sorted(COUNTED | WAITING)))
        .group_by(IncidentRow.rule_kind, IncidentRow.rule_name)
    )
    return tuple(
        Count(rule_kind=kind, rule_name=name, confirmed=confirmed, logged=logged)
        for kind, name, confirmed, logged in found
    )


def _incidents(
    session: Session, period: Period, rules: Sequence[Count], states: Sequence[State], most: int | None
) -> Sequence[IncidentRow]:
    if not rules:
        return ()
    names: dict[str, list[str]] = {}
    for rule in rules:
        names.setdefault(rule.rule_kind, []).append(rule.rule_name)
    of_rules = or_(
        *(and_(IncidentRow.rule_kind == kind, IncidentRow.rule_name.in_(each)) for kind, each in names.items())
    )
    found = select(IncidentRow).where(_ever_counted(period), IncidentRow.state.in_(states), of_rules)
    return session.scalars(found.order_by(IncidentRow.occurred_at.desc(), IncidentRow.id.desc()).limit(most)).all()


def _ever_counted(period: Period) -> ColumnElement[bool]:
    """What may count at all: real, of a rule that is not on trial, and in the period it occurred in."""
    return and_(
        IncidentRow.status == Status.ACTUAL,
        IncidentRow.mode == Mode.ACTIVE,
        IncidentRow.occurred_at >= period.start_at,
        IncidentRow.occurred_at < period.end_at,
    )
