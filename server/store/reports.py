"""The numbers of a period's report: a dozen queries, however many incidents there are. Reads only."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from contract.event import Mode, Status
from server.criteria.definition import Definitions
from server.criteria.period import Calendar, Period
from server.reports.findings import (
    Adjustments,
    Case,
    Contribution,
    Counts,
    Findings,
    Logged,
    Service,
    Tally,
    Tips,
    total,
)
from server.store import camerahours, cameraunits, criteria, tallies
from server.tables import CameraRow, IncidentRow, VerdictRow
from server.verdict import COUNTED, OUTCOMES, WAITING, Category, Move, Source, State

MOST_CASES: Final = 2000
"""Cases that a document lists; more would be a book. The counts are whole, and the report says what it left out."""
MOST_CODES: Final = 30
"""Codes named in a sentence about adjustments."""
HANDLED: Final = OUTCOMES | {State.CLOSED}
TIPS: Final = (Source.TIP, Source.DENUNCIATION, Source.PETITION, Source.FEEDBACK)

_ROW: Final = IncidentRow
_REAL: Final = and_(_ROW.status == Status.ACTUAL, _ROW.mode == Mode.ACTIVE)
_IS_FAULT: Final = _ROW.rule_kind.startswith("camera_", autoescape=True)
"""A camera's own trouble: told with the cameras, and no case."""
_IS_MERE_TIP: Final = and_(_ROW.source.in_(TIPS), _ROW.category == "")
"""Told by a citizen and of no category: counted as a tip, and a case only once an officer gives it a category."""
_COUNTS: Final = and_(_REAL, _ROW.state.in_(sorted(COUNTED)), ~_IS_FAULT, ~_IS_MERE_TIP)


def read(session: Session, definitions: Definitions, period: Period, now: datetime) -> Findings:
    """Everything that the report of a period says."""
    before = period.year_before()
    (counts, contribution), (counts_before, contribution_before) = (
        _tallies(session, each) for each in (period, before)
    )
    board = criteria.scoreboard(session, definitions, period, now)
    return Findings(
        period=board.period,
        read_at=now,
        is_over=now >= period.end_at,
        has_before=_has_record(session, before.end_at),
        now=counts,
        before=counts_before,
        contribution=contribution,
        contribution_before=contribution_before,
        tips=_tips(session, period, now),
        tips_before=_tips(session, before, now),
        logged=_logged(session, period),
        cameras=_cameras(session, period, now),
        criteria=board.criteria,
        cases=_cases(session, period),
        adjustments=_adjustments(session, period, now),
    )


def _within(period: Period) -> ColumnElement[bool]:
    return and_(_ROW.occurred_at >= period.start_at, _ROW.occurred_at < period.end_at)


def _when(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of a group meet it."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _tallies(session: Session, period: Period) -> tuple[Counts, Contribution]:
    """What counted, by category, and what cameras had a part in."""
    has_number = _ROW.official_number != ""
    keys = (_ROW.category, _ROW.source, _ROW.camera_assisted, has_number)
    found = session.execute(
        select(
            *keys,
            func.count(),
            func.sum(_ROW.suspects),
            func.sum(_ROW.deaths),
            func.sum(_ROW.injured),
            _when(_ROW.state.in_(sorted(HANDLED))),
        )
        .where(_COUNTS, _within(period))
        .group_by(*keys)
    ).all()
    of: dict[Category | None, list[Tally]] = defaultdict(list)
    unregistered, by_camera, helped = [], [], []
    for category, source, assisted, is_registered, cases, suspects, deaths, injured, handled in found:
        tally = Tally(cases=cases, suspects=suspects, deaths=deaths, injured=injured, handled=handled)
        if source == Source.CAMERA:
            by_camera.append(tally)
        elif assisted:
            helped.append(tally)
        known = Category(category) if category in set(Category) else None
        if known is Category.SOCIAL_ORDER and source == Source.CAMERA and not is_registered:
            unregistered.append(tally)
        else:
            of[known].append(tally)
    counts = Counts(
        of={category: total(of[category]) for category in Category},
        unregistered=total(unregistered),
        unclassified=total(of[None]),
    )
    return counts, Contribution(found=total(by_camera), helped=total(helped))


def _tips(session: Session, period: Period, now: datetime) -> Tips:
    dismissed_at = (
        select(func.max(VerdictRow.decided_at))
        .where(VerdictRow.incident_id == _ROW.id, VerdictRow.move == Move.DISMISS)
        .scalar_subquery()
    )
    is_done = _ROW.state.in_(sorted(HANDLED | {State.DISMISSED}))
    done_at = func.coalesce(_ROW.handled_at, _ROW.closed_at, dismissed_at)
    received, handled, in_time, overdue = session.execute(
        select(
            func.count(),
            _when(is_done),
            _when(and_(is_done, or_(_ROW.due_at.is_(None), done_at <= _ROW.due_at))),
            _when(and_(~is_done, _ROW.due_at < now)),
        ).where(
            _REAL,
            _within(period),
            _ROW.source.in_(TIPS),
            _ROW.state.not_in((State.CANCELLED, State.MERGED)),
        )
    ).one()
    return Tips(received=received, handled=handled, in_time=in_time, overdue=overdue)


def _logged(session: Session, period: Period) -> tuple[Logged, ...]:
    """What the machine logged, the kind it logged most first."""
    found = session.execute(
        select(
            _ROW.rule_kind,
            _when(_ROW.state.in_(sorted(COUNTED))),
            _when(_ROW.state == State.DISMISSED),
            _when(_ROW.state.in_(sorted(WAITING))),
        )
        .where(
            _REAL,
            _within(period),
            ~_IS_FAULT,
            _ROW.source == Source.CAMERA,
            _ROW.state.in_(sorted(COUNTED | WAITING | {State.DISMISSED})),
        )
        .group_by(_ROW.rule_kind)
    )
    kinds = [
        Logged(rule_kind=kind, confirmed=confirmed, dismissed=dismissed, waiting=waiting)
        for kind, confirmed, dismissed, waiting in found
    ]
    return tuple(sorted(kinds, key=lambda kind: (-kind.all, kind.rule_kind)))


def _cameras(session: Session, period: Period, now: datetime) -> tuple[Service, ...]:
    """Every camera in service with its hours and faults, as the criteria have them."""
    until = min(max(now, period.start_at), period.end_at)
    elapsed_s = (until - period.start_at).total_seconds()
    faults = {
        camera: (confirmed, logged)
        for camera, confirmed, logged in session.execute(
            select(_ROW.camera_id, _when(_ROW.state.in_(sorted(COUNTED))), _when(_ROW.state.in_(sorted(WAITING))))
            .where(_REAL, _within(period), _IS_FAULT)
            .group_by(_ROW.camera_id)
        )
    }
    units = cameraunits.before(session, until)
    calendar = Calendar(zone=period.zone, cut_day=period.cut_day)
    up_s = tallies.read(session, calendar).up_s(period.start_at, until)
    return tuple(
        Service(
            camera=hours.camera,
            unit=units.get(hours.camera_id, ""),
            hours=hours.up_s / 3600.0,
            share=hours.uptime(elapsed_s).share,
            began_late=hours.began_late,
            faults=faults.get(hours.camera_id, (0, 0))[0],
            faults_logged=faults.get(hours.camera_id, (0, 0))[1],
        )
        for hours in camerahours.in_service(session, period.start_at, until, up_s)
    )


def _cases(session: Session, period: Period) -> tuple[Case, ...]:
    found = session.execute(
        select(_ROW, CameraRow.unit)
        .outerjoin(CameraRow, CameraRow.id == _ROW.camera_id)
        .where(_COUNTS, _within(period))
        .order_by(_ROW.occurred_at, _ROW.id)
        .limit(MOST_CASES)
    )
    return tuple(
        Case(
            code=row.code,
            occurred_at=row.occurred_at,
            title=row.title,
            rule_kind=row.rule_kind,
            place=row.place_label,
            unit=row.unit or camera_unit or "",
            source=row.source,
            camera_assisted=row.camera_assisted,
            category=row.category,
            suspects=row.suspects,
            state=row.state,
            official_number=row.official_number,
        )
        for row, camera_unit in found
    )


def _adjustments(session: Session, period: Period, now: datetime) -> Adjustments:
    after = (_COUNTS, _within(period), _ROW.confirmed_at >= period.end_at)
    before = (
        _COUNTS,
        _ROW.occurred_at < period.start_at,
        _ROW.confirmed_at >= period.start_at,
        _ROW.confirmed_at < period.end_at,
        _ROW.confirmed_at <= now,
    )
    (after_codes, after_count), (before_codes, before_count) = (
        _codes(session, conditions) for conditions in (after, before)
    )
    return Adjustments(after=after_codes, after_count=after_count, before=before_codes, before_count=before_count)


def _codes(session: Session, conditions: Iterable[ColumnElement[bool]]) -> tuple[tuple[str, ...], int]:
    wanted = and_(*conditions)
    count = session.execute(select(func.count()).where(wanted)).scalar_one()
    codes = session.scalars(select(_ROW.code).where(wanted).order_by(_ROW.occurred_at, _ROW.id).limit(MOST_CODES))
    return tuple(codes), count


def _has_record(session: Session, until: datetime) -> bool:
    """Whether anything had been recorded by then: an incident, or a camera put into service."""
    recorded = select(_ROW.id).where(_ROW.occurred_at < until).exists()
    in_service = select(CameraRow.id).where(CameraRow.created_at < until).exists()
    return bool(session.execute(select(or_(recorded, in_service))).scalar_one())
