"""Do ``at_least`` motorbikes pass within ``window_s``, each fast for this camera?

Fast is more than ``limit_kmh`` where the camera is calibrated and a limit is given; else ``times_usual`` times what 85
of 100 keep to here (the 85th percentile is what traffic engineers call the road's own speed). What is usual is learnt
from everybody who passes, by day too; before ``LEARNT`` have passed nobody is fast.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.geometry import Point, distance
from edge.rules.path import Path, Paths
from edge.rules.rule import hits_here, standing_in, wanted, zone_of
from edge.rules.scale import Scale
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

LEARNT, MOST_LEARNT = 30, 500
"""So many passes tell what is usual; the latest so many are remembered."""
SPEED_S = 1.5
"""The speed is taken over this: a fast motorbike is in the picture for two or three seconds."""
MOVES_MPS = 1.0
"""Slower ones stand or are pushed: they do not tell how fast one rides here."""
PERCENTILE = 85.0
SWITCH_S = 1.0
"""A track that begins so soon after another one vanished may be the same rider."""
KMH = 3.6


@dataclass(frozen=True, slots=True)
class _Fast:
    """One that was fast first at ``at_s``, as it was last seen: units of the plan, and a second."""

    at_s: float
    track: Track
    place: Point
    velocity: Point

    def is_at(self, place: Point, now_s: float) -> bool:
        """Could it be there now, had it gone on? To half of the way since."""
        passed_s = now_s - self.track.seen_s
        way = (self.velocity[0] * passed_s, self.velocity[1] * passed_s)
        expected = (self.place[0] + way[0], self.place[1] + way[1])
        return distance(expected, place) <= 0.5 * distance((0.0, 0.0), way)


class Racing:
    """Holds while so many fast ones have passed within the window. One event for the zone."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._scale = Scale(camera)
        self._paths = Paths(self._scale, SPEED_S)
        self._top: dict[int, float] = {}
        self._usual: deque[float] = deque(maxlen=MOST_LEARNT)
        self._fast: dict[int, _Fast] = {}

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        here = standing_in(self._polygon, wanted(self._rule, tracks))
        for over in self._paths.update(frame, here):
            top = self._top.pop(over.track.id, 0.0)
            if top >= MOVES_MPS:
                self._usual.append(top)
        fast_mps = self._fast_mps()
        for track in here:
            path = self._paths.of.get(track.id)
            speed = path.speed() if path is not None and track.seen_s == frame.pts_s else None
            if speed is not None:
                self._top[track.id] = max(speed, self._top.get(track.id, 0.0))
                if path is not None and speed >= fast_mps:
                    self._note(path, frame.pts_s)
        self._fast = {n: one for n, one in self._fast.items() if frame.pts_s - one.at_s <= self._rule.window_s}
        return self._hits(frame)

    def _fast_mps(self) -> float:
        """From which speed on one is fast; endless while nobody can tell."""
        if self._rule.limit_kmh is not None and self._scale.is_calibrated:
            return self._rule.limit_kmh / KMH
        if len(self._usual) < LEARNT:
            return float("inf")
        return self._rule.times_usual * float(np.percentile(self._usual, PERCENTILE))

    def _note(self, path: Path, now_s: float) -> None:
        velocity = path.velocity()
        if velocity is None:
            return
        place = (path.looks[-1].x, path.looks[-1].y)
        known = self._fast.get(path.track.id) or self._before_switch(path.track, place, now_s)
        self._fast[path.track.id] = _Fast(known.at_s if known else now_s, path.track, place, velocity)

    def _before_switch(self, track: Track, place: Point, now_s: float) -> _Fast | None:
        """The same rider under the id that he had before: it vanished when this one began, on the way to here. Taken
        out of the list."""
        for number, one in self._fast.items():
            if 0 <= track.first_s - one.track.seen_s <= SWITCH_S and one.is_at(place, now_s):
                return self._fast.pop(number)
        return None

    def _hits(self, frame: Frame) -> list[Hit]:
        if len(self._fast) < self._rule.at_least:
            return []
        held = {one.track: one.at_s for one in self._fast.values()}
        return hits_here(self._rule, self._place, held, frame.pts_s)
