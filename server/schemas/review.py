"""The review: what lies around an incident, and dismissing look-alikes."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from server.schemas.base import NO_NUL, Schema

MOST_ALIKE = 50
"""Look-alikes that can be dismissed at once."""


class BarOut(Schema):
    """One event of the same camera. ``code``: its incident's, None when it has none."""

    code: str | None
    rule_kind: str
    state: str | None
    severity: str
    started_at: datetime
    ended_at: datetime


class GapOut(Schema):
    """A span in which nobody could have seen anything. ``silent``: nothing was heard of the edge or its camera."""

    kind: Literal["offline", "silent"]
    started_at: datetime
    ended_at: datetime


class AroundOut(Schema):
    """What one camera saw around an incident, and when it saw nothing."""

    started_at: datetime
    ended_at: datetime
    now: datetime
    bars: tuple[BarOut, ...]
    gaps: tuple[GapOut, ...]


class LookedAt(BaseModel):
    """An incident in the version that the officer looked at."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=32, pattern=NO_NUL)
    version: int = Field(ge=1, le=2**31 - 1)


class DismissalsIn(BaseModel):
    """Look-alikes to dismiss at once, each in the version whose picture was shown."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"incidents": [{"code": "AN-2026-000412", "version": 1}], "reason": "light"}},
    )

    incidents: tuple[LookedAt, ...] = Field(min_length=1, max_length=MOST_ALIKE)
    reason: str = Field(max_length=32, pattern=NO_NUL)
    note: str = Field(default="", max_length=4000, pattern=NO_NUL)


class DismissedOut(Schema):
    """One that was dismissed, and its version since."""

    id: int
    code: str
    version: int


class LeftOut(Schema):
    """One that was left as it is, and why."""

    code: str
    why: str


class DismissalsOut(Schema):
    """What became of each."""

    dismissed: tuple[DismissedOut, ...]
    left: tuple[LeftOut, ...]
