"""Small charts as inline SVG: bars by month, incidents by hour and weekday, by unit. Numbers in, shapes out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

WEEKDAYS: Final = 7
HOURS: Final = 24
BAR_HEIGHT: Final = 20.0
LEAST: Final = 1.0
"""A bar of nothing is a line on the ground, so that the months can be counted."""
STEPS: Final = 4
"""Shades of the hours' chart; each is written out as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar, in the chart's own units; ``y`` grows downwards."""

    x: int
    y: float
    height: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """How many began in an hour of a weekday (Monday 0). ``shade``: 0 none … 4 the most."""

    weekday: int
    hour: int
    count: int
    shade: int


def bars(values: Sequence[float]) -> tuple[Bar, ...]:
    """A bar a value, the highest as high as the chart."""
    most = max(values, default=0.0) or 1.0
    return tuple(
        Bar(x=number, y=round(BAR_HEIGHT - height, 2), height=round(height, 2), value=value)
        for number, value in enumerate(values)
        for height in (max(LEAST, value / most * BAR_HEIGHT),)
    )


def hours(instants: Iterable[datetime], zone: ZoneInfo) -> tuple[tuple[Hour, ...], ...]:
    """How many incidents occurred by weekday, then hour, in the site's zone."""
    local = [each.astimezone(zone) for each in instants]
    counts = Counter((at.weekday(), at.hour) for at in local)
    most = max(counts.values(), default=1)
    return tuple(
        tuple(
            Hour(weekday=day, hour=hour, count=count, shade=-(-count * STEPS // most))
            for hour in range(HOURS)
            for count in (counts[day, hour],)
        )
        for day in range(WEEKDAYS)
    )


def units(named: Iterable[str]) -> list[tuple[str, int]]:
    """How many incidents by unit (khóm, ấp), most first; an empty name: nobody said where."""
    return Counter(named).most_common()
