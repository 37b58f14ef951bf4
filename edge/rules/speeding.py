"""Was a vehicle faster than ``limit_kmh`` over a stretch of calibrated road: across the zone, or from line to line?

Over the stretch, not at a moment: a box that trembles by 20 cm is off by 4 km/h over 1 s, and by less than 1 over 20 m.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from contract.event import Place
from contract.zones import Line
from edge.geometry import Point, crosses, distance, offset
from edge.rules.path import FORGET_S, Paths
from edge.rules.rule import hit_of, line_of, standing_in, wanted, zone_of
from edge.rules.scale import Scale
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

LEAST_M = 8.0
"""A shorter stretch says nothing: with it a trembling box is worth several km/h."""
WINDOW_S = 60.0
"""Who takes longer over the stretch does not speed."""
KMH = 3.6


@dataclass(frozen=True, slots=True)
class Pass:
    """One vehicle over the stretch."""

    track: Track
    begin_s: float
    end_s: float
    kmh: float


class Speeding:
    """Holds once for each track, when it has left the stretch."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place: Place
        self._stretch: _Zone | _Segment
        if rule.zone is not None:
            self._place, polygon = zone_of(rule, camera)
            self._stretch = _Zone(polygon, Scale(camera))
        else:
            self._place, line = line_of(rule, camera)
            self._stretch = _Segment((line, camera.lines[rule.until_line or ""]), Scale(camera), rule.direction)

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        limit = self._rule.limit_kmh or float("inf")
        return [
            hit_of(self._rule, self._place, one.track.id, one.track, (one.begin_s, one.end_s))
            for one in self._stretch.update(frame, wanted(self._rule, tracks))
            if one.kmh > limit
        ]


class _Zone:
    """The stretch is what a vehicle covers in a zone: a straight line is laid through all looks at it there."""

    def __init__(self, polygon: tuple[Point, ...], scale: Scale) -> None:
        self._polygon = polygon
        self._paths = Paths(scale, WINDOW_S)

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Pass]:
        here = standing_in(self._polygon, tracks)
        gone = self._paths.update(frame, here)
        inside = {track.id for track in here}
        gone += [
            self._paths.of.pop(track.id)
            for track in tracks
            if track.id in self._paths.of and track.id not in inside and track.seen_s == frame.pts_s
        ]
        passes = []
        for path in gone:
            speed = path.speed()
            if speed is not None and path.length_m >= LEAST_M:
                passes.append(Pass(path.track, path.looks[0].at_s, path.looks[-1].at_s, speed * KMH))
        return passes


@dataclass(slots=True)
class _Driver:
    foot: Point
    seen_s: float
    crossed: dict[int, tuple[float, Point]] = field(default_factory=dict)
    """Which line (0, 1) it crossed, when, and where in the picture."""


class _Segment:
    """The stretch from one line to another, in either direction unless one is asked for."""

    def __init__(self, lines: tuple[Line, Line], scale: Scale, direction: str) -> None:
        self._lines = lines
        self._scale = scale
        self._direction = direction
        self._drivers: dict[int, _Driver] = {}

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Pass]:
        passes = []
        for track in tracks:
            if track.seen_s != frame.pts_s:
                continue
            driver = self._drivers.setdefault(track.id, _Driver(track.foot, frame.pts_s))
            self._follow(driver, track)
            found = self._passed(frame, driver, track)
            if found is not None:
                passes.append(found)
                driver.crossed.clear()
        self._drivers = {n: one for n, one in self._drivers.items() if frame.pts_s - one.seen_s <= FORGET_S}
        return passes

    def _follow(self, driver: _Driver, track: Track) -> None:
        """Note the first crossing of each line, at its time between the two looks."""
        for index, line in enumerate(self._lines):
            if index in driver.crossed or not crosses(driver.foot, track.foot, line.a, line.b):
                continue
            before, after = offset(driver.foot, line.a, line.b), offset(track.foot, line.a, line.b)
            part = before / (before - after)
            x, y = (old + part * (new - old) for old, new in zip(driver.foot, track.foot, strict=True))
            driver.crossed[index] = (driver.seen_s + part * (track.seen_s - driver.seen_s), (x, y))
        driver.foot, driver.seen_s = track.foot, track.seen_s

    def _passed(self, frame: Frame, driver: _Driver, track: Track) -> Pass | None:
        if len(driver.crossed) < 2:
            return None
        (first_s, start), (second_s, end) = driver.crossed[0], driver.crossed[1]
        took_s = abs(second_s - first_s)
        a, b = self._scale.flat(frame, start), self._scale.flat(frame, end)
        is_asked = self._direction in ("both", "forward" if first_s < second_s else "backward")
        if not is_asked or a is None or b is None or took_s == 0.0 or distance(a, b) < LEAST_M:
            driver.crossed.clear()
            return None
        return Pass(track, min(first_s, second_s), max(first_s, second_s), distance(a, b) / took_s * KMH)
