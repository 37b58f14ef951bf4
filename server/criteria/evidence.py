"""Pure: what a judgement rests on, and what it is."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

Result = Literal["met", "not_met", "at_risk", "unknown", "not_applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime:
    """How long one camera gave pictures. ``share``: 0..1 of the elapsed part of the period, from the period's start.

    ``began_late``: it was put into service after the period had begun (its share can't be whole for that reason).
    """

    camera: str
    share: float
    began_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one check is judged on. ``elapsed_s``: seconds of the period that have passed; 0 before it begins.

    ``value``: as the check measures it, None when there is nothing to measure; ``if_confirmed``: what it would be, were
    all ``logged`` incidents confirmed. ``cases``: confirmed incidents it rests on. ``entered``: an officer's approved
    figure stands for what was counted. ``attested``: the officer's figures cover the whole period. ``awaits_approval``:
    an entry waits for a supervisor. ``baseline``: the same period last year, None when nobody can say. ``broken``: the
    day within the two periods on which wards were merged. ``cameras``: those in service, any order.
    """

    elapsed_s: float
    value: float | None = 0.0
    logged: int = 0
    if_confirmed: float | None = None
    cases: int = 0
    entered: bool = False
    attested: bool = False
    awaits_approval: bool = False
    baseline: float | None = None
    broken: date | None = None
    cameras: tuple[Uptime, ...] = ()

    @property
    def worst(self) -> Uptime | None:
        """The camera that was up least."""
        return min(self.cameras, key=lambda camera: (camera.share, camera.camera), default=None)

    @property
    def uptime(self) -> float | None:
        """The mean share of all cameras, 0..1; None without cameras."""
        return sum(camera.share for camera in self.cameras) / len(self.cameras) if self.cameras else None

    @property
    def since_its_start(self) -> "Evidence":
        """The same, resting only on cameras that were in service when the period began."""
        return replace(self, cameras=tuple(camera for camera in self.cameras if not camera.began_late))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A state and why, in both languages. ``value``: what was measured, in the check's unit. ``turns``: what would
    change the state; empty where there is nothing to say."""

    state: Result
    why_vi: str
    why_en: str
    value: float | None = None
    turns_vi: str = ""
    turns_en: str = ""
