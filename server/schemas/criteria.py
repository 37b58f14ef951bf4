"""Criteria in a period."""

from datetime import date, datetime
from typing import Literal

from server.schemas.base import Result, Schema
from server.schemas.incidents import IncidentOut


class PeriodOut(Schema):
    """A reporting period: half-open days in the site's zone. ``key``: 2026-M03, 2026-Q1, 2026-H1, 2026-9M, 2026-Y."""

    key: str
    label: str
    label_en: str = ""
    first_day: date
    end_day: date
    """The first day that is no longer in it."""


class CriterionOut(Schema):
    """One criterion in one period. ``value``, ``baseline`` are None when there is nothing to say."""

    code: str
    name_vi: str
    name_en: str
    input: Literal["auto", "mixed", "manual"]
    basis: str
    state: Result
    why_vi: str
    why_en: str
    value: float | None
    """Confirmed incidents: the only ones that decide."""
    logged: int
    """Machine-logged incidents that wait for a verdict."""
    baseline: float | None
    """The same period a year earlier."""
    target_vi: str
    target_en: str
    uptime: float | None
    """Share of the elapsed period the cameras it rests on were up, 0..1; None: it rests on none."""
    unit: str = "vụ"
    """Of ``value`` and ``baseline``: vụ | điểm | camera | % | "" ."""
    better: Literal["lower", "higher"] | None = None
    camera_hours: float | None = None
    """Hours of pictures in the elapsed period, all cameras in service: beside every count, so that more cameras do not
    make a ward look worse. None: it rests on no cameras."""
    baseline_camera_hours: float | None = None
    """The same of the period a year earlier."""


class Scoreboard(Schema):
    """The criteria in one period."""

    period: PeriodOut
    criteria: tuple[CriterionOut, ...]
    computed_at: datetime


class CriterionDetail(CriterionOut):
    """A criterion with exactly the incidents that were counted, and those that wait."""

    period: PeriodOut
    definition_sha256: str = ""
    """Which wording of the criterion this answers."""
    legal_basis: str = ""
    counted: tuple[IncidentOut, ...]
    waiting: tuple[IncidentOut, ...]
