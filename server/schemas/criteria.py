"""Criteria in a period."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from server.schemas.base import NO_NUL, Result, Schema
from server.schemas.incidents import IncidentPage


class PeriodOut(Schema):
    """A reporting period: half-open days in the site's zone. ``key``: 2026-M03, 2026-Q1, 2026-H1, 2026-9M, 2026-Y."""

    key: str
    label: str
    label_en: str = ""
    first_day: date
    end_day: date
    """The first day that is no longer in it."""
    frozen_at: datetime | None = None
    """When it was frozen; None: it is open."""


class CheckOut(Schema):
    """One thing that a criterion measures and compares."""

    key: str
    name_vi: str
    name_en: str
    state: Result
    decides: bool
    """False: it is shown and has no say in the criterion's state."""
    value: float | None
    baseline: float | None
    logged: int
    unit: str
    better: Literal["lower", "higher"] | None
    entered: bool
    """``value`` is an officer's approved figure (or the sum of some)."""
    attested: bool
    """Officers vouch for the whole of it."""
    counted_value: float | None
    """What was counted here, beside an officer's figure."""
    why_vi: str
    why_en: str
    change_vi: str
    """Against the same period last year: "giảm 02 vụ (-28,57%)"; empty: nothing to compare."""
    change_en: str
    turns_vi: str
    """What would change the state."""
    turns_en: str


class CriterionOut(Schema):
    """One criterion in one period. ``value``, ``baseline`` are None when there is nothing to say; they and ``unit``,
    ``better`` are the first check's."""

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
    rate: float | None = None
    """Confirmed incidents per 1,000 camera-hours; None: it counts none, or there were no pictures."""
    baseline_rate: float | None = None
    change_vi: str = ""
    change_en: str = ""
    checks: tuple[CheckOut, ...] = ()
    trend: tuple[float, ...] = ()
    """What the first check measures in each of the last twelve months, oldest first; empty: nothing to draw."""
    merged_on: date | None = None
    """The ward's area changed on this day, between the two periods: the comparison is marked."""
    revision: int | None = None
    """Of a frozen period: 1 as it was frozen, more with each adjustment; None: the period is open."""
    differs: bool = False
    """Of a frozen period: what is counted now is something else, and waits for an adjustment."""


class Scoreboard(Schema):
    """The criteria in one period."""

    period: PeriodOut
    criteria: tuple[CriterionOut, ...]
    computed_at: datetime


class RuleVersionOut(Schema):
    """Which version of a rule raised incidents: a change of its parameters is a break, too."""

    rule_name: str
    version: str
    """SHA-256 of its parameters."""
    events: int


class ChangeOut(Schema):
    """What an adjustment changed: a figure (``what``: a check's key, or "state"), or an incident ("added",
    "removed": its code)."""

    what: str
    was: str
    became: str


class RevisionOut(Schema):
    """One revision of a frozen criterion: 1 as it was frozen, then each adjustment (điều chỉnh)."""

    revision: int
    state: Result
    value: float | None
    baseline: float | None
    definition_sha256: str
    why: str
    changes: tuple[ChangeOut, ...]
    made_by: str
    made_at: datetime


class CriterionEntryOut(Schema):
    """An officer's figures for one criterion in one period. Only an approved one decides."""

    id: int
    code: str
    period: str
    figures: dict[str, float]
    note: str
    file_sha256: str | None
    file_name: str
    state: Literal["waiting", "approved", "refused"]
    entered_by: str
    entered_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str


class CriterionDetail(CriterionOut):
    """A criterion with the newest of exactly the incidents that were counted, and of those that wait."""

    period: PeriodOut
    definition_sha256: str = ""
    """Which wording of the criterion this answers."""
    legal_basis: str = ""
    counted: IncidentPage
    """By the first check."""
    counted_by: dict[str, int] = Field(default_factory=dict)
    """Check key → how many incidents it counted: the whole ward's, whoever asks."""
    others: IncidentPage
    """Those that only other checks counted, or that are listed beside the cameras' figures."""
    waiting: IncidentPage
    entries: tuple[CriterionEntryOut, ...] = ()
    """For this period, newest first."""
    revisions: tuple[RevisionOut, ...] = ()
    """Of a frozen period, newest first."""
    rule_versions: tuple[RuleVersionOut, ...] = ()
    baseline_rule_versions: tuple[RuleVersionOut, ...] = ()
    entry_keys: tuple[str, ...] = ()
    """Checks for which an officer may enter a figure."""


class WhatIf(Schema):
    """How a criterion would stand, were some waiting incidents confirmed. Nothing is changed."""

    codes: tuple[str, ...]
    now: CriterionOut
    then: CriterionOut


class CriterionEntryIn(BaseModel):
    """Figures for a criterion. A check that is left out is attested: what the system counted is whole."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"period": "2024-Y", "figures": {"cases": 5, "suspects": 9}, "note": "Theo sổ thụ lý năm 2024"}
            ]
        },
    )

    period: str = Field(max_length=24)
    figures: dict[str, float] = Field(default_factory=dict, max_length=8)
    note: str = Field(min_length=1, max_length=4000, pattern=NO_NUL)
    file_sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")


class CriterionEntryDecision(BaseModel):
    """A supervisor's word on somebody else's entry."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"approve": True, "note": ""}})

    approve: bool
    note: str = Field(default="", max_length=4000, pattern=NO_NUL)


class AdjustIn(BaseModel):
    """Why a frozen period is adjusted."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"why": "một vụ được xác nhận muộn"}})

    why: str = Field(min_length=1, max_length=4000, pattern=NO_NUL)


class CriterionFileOut(Schema):
    """A paper that was uploaded."""

    sha256: str
    name: str
    media_type: str
    bytes: int


class MergerIn(BaseModel):
    """A day on which the ward's area changed."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"day": "2025-07-01", "note": "Phường 5 và xã Hòa Thuận"}}
    )

    day: date
    note: str = Field(min_length=1, max_length=400, pattern=NO_NUL)


class MergerOut(Schema):
    """A day on which the ward's area changed: comparisons across it are marked."""

    day: date
    note: str
    made_by: str
