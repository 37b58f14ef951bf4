"""The plan as it is drawn: where each camera and unit lies, how many incidents it has, and where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final
from urllib.parse import urlencode

from server.schemas import CameraOut, PlanOut, TallyOut
from server.search import Key, Search

SMALLEST, LARGEST = 0.014, 0.034
"""A circle's radius as a share of the plan's longer side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A camera or unit. ``cx``, ``cy``, ``r``: in the picture's pixels; None: not placed yet."""

    kind: str
    name: str
    label: str
    unit: str
    url: str
    total: int
    confirmed: int
    waiting: int
    cx: float | None
    cy: float | None
    r: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The plan with everything on it; ``spots`` most incidents first."""

    picture_url: str | None
    width: int
    height: int
    spots: tuple[Spot, ...]

    @property
    def placed(self) -> tuple[Spot, ...]:
        """Those that lie on it, units below cameras."""
        there = [spot for spot in self.spots if spot.cx is not None]
        return tuple(sorted(there, key=lambda spot: spot.kind == "camera"))


def on_plan(
    plan: PlanOut, cameras: Sequence[CameraOut], tallies: Sequence[TallyOut], search: Search, address: str
) -> Drawn:
    """Every camera in service and every unit that has one or has incidents."""
    counts = {(each.kind, each.name): each for each in tallies}
    named = {("camera", str(camera.id)): (camera.label, camera.unit) for camera in cameras}
    units = {camera.unit for camera in cameras} | {each.name for each in tallies if each.kind == "unit"}
    named |= {("unit", unit): (unit, "") for unit in units if unit}
    at = {(spot.kind, spot.name): (spot.x, spot.y) for spot in plan.spots}
    longer, most = max(plan.width, plan.height), max((each.total for each in tallies), default=0)

    def spot(kind: str, name: str) -> Spot:
        label, unit = named[kind, name]
        tally = counts.get((kind, name))
        total = tally.total if tally else 0
        x, y = at.get((kind, name), (None, None))
        value = f"#{name}" if kind == "camera" else name
        wanted = search.only(_KEYS[kind], value).text()
        return Spot(
            kind=kind,
            name=name,
            label=label,
            unit=unit,
            url=f"{address}?{urlencode({'q': wanted})}",
            total=total,
            confirmed=tally.confirmed if tally else 0,
            waiting=tally.waiting if tally else 0,
            cx=None if x is None else round(x * plan.width, 1),
            cy=None if y is None else round(y * plan.height, 1),
            r=round(longer * (SMALLEST + (LARGEST - SMALLEST) * sqrt(total / most if most else 0)), 1),
        )

    spots = [spot(kind, name) for kind, name in named]
    spots.sort(key=lambda each: (each.kind == "camera", -each.total, each.label))
    return Drawn(picture_url=plan.picture_url, width=plan.width, height=plan.height, spots=tuple(spots))


_KEYS: Final = {"camera": Key.CAMERA, "unit": Key.UNIT}
