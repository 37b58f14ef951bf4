"""The text of the criteria: as it holds, as it was, and what another one would change."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.schemas.base import NO_NUL, Schema
from server.schemas.criteria import CriterionOut, PeriodOut

LONGEST: Final = 300_000
"""Characters: ten times the file that a site starts from."""
_Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, pattern=NO_NUL)]
_EXAMPLE: Final = """version: 1
criteria:
  - code: TC01
    name: {vi: Cháy nổ, en: Fires}
    target: {vi: không quá 02 vụ, en: at most 2}
    basis: {mark: P, note: example}
    legal_basis: ""
    input: auto
    measure: {entity: incident, aggregate: count, time: occurred_at, unit: vụ}
    where: {rule_kind: [fire]}
    compare: {against: target, rule: at_most, target: 2}
    better: lower
    requires: {camera_uptime: 0.9, rule_in_service: true}
    effective: {from: 2026-01-01}
"""


class FaultOut(Schema):
    """One mistake. ``line`` counts from 1; ``criterion`` and ``key`` are empty where it lies outside of one."""

    line: int
    criterion: str
    """Its code, or where it has none its place in the text: "criterion 3"."""
    criterion_vi: str
    """The same in Vietnamese: "tiêu chí 3"."""
    key: str
    """As the text has it, the keys around it first: "checks.0.measure"."""
    message: str
    """What is wrong, in English."""
    message_vi: str
    """The same in Vietnamese."""


class CriteriaTextOut(Schema):
    """The criteria as they hold. ``version`` 0: nothing was ever saved."""

    version: int
    text: str
    is_from_file: bool
    """The site's file holds, as it was when the server started."""
    saved_by: str = ""
    saved_at: datetime | None = None
    reason: str = ""
    faults: tuple[FaultOut, ...] = ()
    """Why this version can't be used by this release of the server; the one before holds meanwhile."""


class CriteriaVersionOut(Schema):
    """One version, without its text."""

    version: int
    saved_by: str
    saved_at: datetime
    reason: str
    is_from_file: bool
    """It led back to the site's file."""


class CriteriaCheckIn(BaseModel):
    """A text to be checked. ``period``: in which its results are compared; left out: the month that is now."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"text": _EXAMPLE, "period": "2026-M03"}})

    text: _Text
    period: str | None = Field(default=None, max_length=24)


class CriterionChange(Schema):
    """What a text would change of one criterion. ``was``, ``becomes``: None where there is no such criterion."""

    code: str
    kind: Literal["added", "removed", "result", "wording"]
    """result: its state or a figure differs; wording: only its definition does."""
    was: CriterionOut | None
    becomes: CriterionOut | None


class CriteriaCheckOut(Schema):
    """What is wrong with a text, or what it would change in the scoreboard of the period. Nothing is changed."""

    faults: tuple[FaultOut, ...]
    period: PeriodOut
    changes: tuple[CriterionChange, ...]
    criteria: int
    """How many it has."""


class CriteriaTextIn(BaseModel):
    """A new version. ``version``: the one that was looked at; ``text`` null: back to the site's file."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"version": 0, "text": _EXAMPLE, "reason": "Chỉ tiêu năm 2026 theo KH 12/KH-CAX"}
        },
    )

    version: int = Field(ge=0)
    text: _Text | None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500, pattern=NO_NUL)]
