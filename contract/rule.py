"""One rule of a camera, as an edge's file has it and as the server sends it: the same keys, the same checks."""

from datetime import date, time
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from contract.config import Part
from contract.event import Severity
from contract.kinds import KINDS, RuleKind
from contract.names import Slug


class Hours(Part):
    """Local hours in which a rule asks; ``from`` later than ``to`` runs past midnight. Half-open."""

    begin: time
    end: time

    @classmethod
    def parse(cls, value: Any) -> Any:
        """``"22:00-05:00"`` → Hours."""
        if not isinstance(value, str):
            return value
        begin, separator, end = value.partition("-")
        if not separator:
            raise ValueError('write hours as "22:00-05:00"')
        return cls(begin=time.fromisoformat(begin.strip()), end=time.fromisoformat(end.strip()))

    def holds(self, local: time) -> bool:
        """Is ``local`` within these hours?"""
        if self.begin < self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end


class Effective(Part):
    """The days on which a rule asks, in local time: from ``start`` up to, not including, ``end``."""

    model_config = ConfigDict(validate_by_name=True)

    start: date | None = Field(default=None, alias="from")
    end: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"to ({self.end}) must lie after from ({self.start})")
        return self

    def holds(self, day: date) -> bool:
        """Is ``day`` within these days?"""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


RuleMode = Literal["active", "trial", "off"]


class RuleSettings(Part):
    """One question asked of one camera's tracks. Seconds are seconds of the stream's own clock. What is left out is as
    its kind has it (``contract.kinds``), else as here."""

    name: Slug
    kind: RuleKind
    zone: Slug | None = None
    line: Slug | None = None
    until_line: Slug | None = None
    """Where the stretch that begins at ``line`` ends."""
    direction: Literal["forward", "backward", "both"] = "both"
    classes: tuple[str, ...] = ("person",)
    min_score: float = Field(default=0.3, ge=0.0, le=1.0)
    dwell_s: float = Field(default=3.0, ge=0.0)
    """How long the condition must hold before the event opens (0: at once)."""
    grace_s: float = Field(default=2.0, ge=0.0)
    """A gap this long (occlusion, a missed detection) does not end the dwell."""
    close_s: float = Field(default=5.0, ge=0.5)
    """An open event closes when the rule has not held for this long; the clip runs on for it."""
    cool_s: float = Field(default=300.0, ge=0.0)
    """After closing, the same rule and place (or subject, as ``contract.kinds`` says) are silent so long (0: never)."""
    at_least: int = Field(default=1, ge=1, le=100)
    """How many it takes (crowd, parked_motorbikes, racing, fight)."""
    radius_m: float = Field(default=2.0, gt=0.0, le=50.0)
    """How close is together: metres where the camera is calibrated, else by the height of a person (1.65 m)."""
    window_s: float = Field(default=10.0, gt=0.0, le=600.0)
    """Within so many seconds the racing group passes."""
    times_usual: float = Field(default=1.5, ge=1.0, le=20.0)
    """Racing: fast is so many times what 85 of 100 vehicles keep to here."""
    limit_kmh: float | None = Field(default=None, gt=0.0, le=300.0)
    """Speeding: faster than this. Racing: instead of ``times_usual``, where the camera is calibrated."""
    hours: Annotated[Hours | None, BeforeValidator(Hours.parse)] = None
    effective: Effective | None = None
    severity: Severity = Severity.MEDIUM
    mode: RuleMode = "active"

    @model_validator(mode="before")
    @classmethod
    def _as_its_kind_has_it(cls, value: Any) -> Any:
        kind = value.get("kind") if isinstance(value, dict) else None
        return {**KINDS[kind].defaults, **value} if isinstance(kind, str) and kind in KINDS else value

    @model_validator(mode="after")
    def _has_its_place(self) -> Self:
        keys = ("zone", "line", "until_line")
        places = KINDS[self.kind].places
        if {key for key in keys if getattr(self, key) is not None} not in places:
            needed = " or ".join(" and ".join(f"`{key}`" for key in keys if key in place) for place in places)
            raise ValueError(f"rule {self.name!r}: {self.kind} needs {needed}, and no other place")
        return self
