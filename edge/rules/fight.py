"""Might that be a fight: ``at_least`` people within ``radius_m`` of each other, each moving wildly, for ``dwell_s``?

A candidate and no more: children at play look the same. Wild is what is left of somebody's movement, and of the change
of his outline, once the way that he really went is taken off.
"""

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

from edge.geometry import Point, centre, distance
from edge.rules.group import Gatherings, connected
from edge.rules.rule import hits_here, standing_in, wanted, zone_of
from edge.rules.scale import Scale
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, NormBox, Track

WINDOW_S, LEAST_S = 2.0, 0.8
"""Movement is judged over so many seconds; over fewer it can't be."""
STEP_S = 0.18
"""Looks nearer in time than this add up a box's tremble, not movement."""
WILD = 0.13
"""Own heights from one look to the next, beyond the way gone: a trembling box has 0.06, somebody who walks 0.05, a
scuffle 0.2 to 0.5, at two looks a second as at five."""


class Fight:
    """Holds while a group of wildly moving people has been there for ``dwell_s``. One event for the zone."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._scale = Scale(camera)
        self._gatherings = Gatherings(self._scale, rule.radius_m, rule.grace_s)
        self._moves: dict[int, deque[tuple[float, NormBox]]] = {}

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        here = standing_in(self._polygon, wanted(self._rule, tracks))
        wild = [track for track in here if self._wildness(frame, track) >= WILD]
        self._moves = {number: looks for number, looks in self._moves.items() if frame.pts_s - looks[-1][0] <= WINDOW_S}
        groups = connected(self._scale, frame, wild, self._rule.radius_m)
        found = self._gatherings.update(frame, [group for group in groups if len(group) >= self._rule.at_least])
        fights = (
            hits_here(self._rule, self._place, dict.fromkeys(group, span.since_s), frame.pts_s)
            for span, group in found
            if span.has_lasted(frame.pts_s, self._rule.dwell_s)
        )
        return next(fights, [])

    def pause(self, seconds: float) -> None:
        """See ``edge.rules.rule.Pausing``."""
        self._gatherings.pause(seconds)

    def _wildness(self, frame: Frame, track: Track) -> float:
        looks = self._moves.setdefault(track.id, deque([(track.seen_s, track.box)]))
        if track.seen_s - looks[-1][0] >= STEP_S:
            looks.append((track.seen_s, track.box))
        while frame.pts_s - looks[0][0] > WINDOW_S and len(looks) > 1:
            looks.popleft()
        if looks[-1][0] - looks[0][0] < LEAST_S:
            return 0.0
        return _wild_way([box for _, box in looks], frame.width / frame.height) / (len(looks) - 1)


def _wild_way(boxes: Sequence[NormBox], aspect: float) -> float:
    """Own heights that the middle went to and fro, and that the outline grew and shrank, beyond the straight way."""
    middles = [(centre(box)[0] * aspect, centre(box)[1]) for box in boxes]
    sizes = [((box[2] - box[0]) * aspect, box[3] - box[1]) for box in boxes]
    height = sum(size[1] for size in sizes) / len(sizes)
    return (_detour(middles) + _detour(sizes)) / height if height > 0 else 0.0


def _detour(points: Sequence[Point]) -> float:
    """How much longer the way is than the straight line."""
    return sum(distance(a, b) for a, b in pairwise(points)) - distance(points[0], points[-1])
