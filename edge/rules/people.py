"""Who stood where: the people of the last minutes, under one identity each though the tracker renames them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from edge.geometry import Point, distance
from edge.rules.scale import Scale
from edge.settings import CameraSettings
from edge.values import Frame, NormBox, Track

PERSON = "person"
REMEMBER_S, SAMPLE_S = 120.0, 0.5
"""For how long, and how finely, it is remembered who stood where: a bag may be hidden by its owner for a while."""
LOST_S, HIDDEN_S = 3.0, 6.0
"""A track that begins within this after another was last seen – the second where that was not at the picture's edge:
nobody vanishes from the middle, but who crouches over a bag is no person to a detector – …"""
NEAR_M = 1.7
"""… and so near to where that one was within it is the same person: a tracker's last look is often a bad one."""
EDGE = 0.01
"""Share of the picture within which a box touches its edge."""
SEEN_S = 0.3
"""What was last detected longer ago is a guess at where he is."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A person at one moment. ``foot`` on the plan of the ground, ``metre``: metres per unit of it (``scale.py``);
    ``who``: the identity; ``wait_s``: for how long one who begins here later may be the same person."""

    at_s: float
    who: int
    foot: Point
    metre: float
    wait_s: float

    def metres_to(self, line: tuple[Point, Point]) -> float:
        """How far from the nearest point of a thing's foot line."""
        (x1, y1), (x2, y2) = line
        dx, dy = x2 - x1, y2 - y1
        length = dx * dx + dy * dy
        along = ((self.foot[0] - x1) * dx + (self.foot[1] - y1) * dy) / length if length > 0 else 0.0
        along = min(1.0, max(0.0, along))
        return distance(self.foot, (x1 + along * dx, y1 + along * dy)) * self.metre


class People:
    """The people before one camera."""

    def __init__(self, camera: CameraSettings) -> None:
        self._scale = Scale(camera)
        self._names: dict[int, int] = {}
        self._latest: dict[int, Sight] = {}
        self._sights: list[Sight] = []
        self._sampled_s = float("-inf")

    def update(self, frame: Frame, tracks: Iterable[Track]) -> None:
        """Those of this frame."""
        now_s = frame.pts_s
        # Whom we know first: who is still there has no heir.
        people = (one for one in tracks if one.class_name == PERSON and now_s - one.seen_s <= SEEN_S)
        for track in sorted(people, key=lambda one: one.id):
            foot, metre = self._scale.flat(frame, track.foot), self._scale.metre(track)
            if foot is None or metre is None:
                continue
            sight = Sight(now_s, track.id, foot, metre, LOST_S if _is_at_edge(track.box) else HIDDEN_S)
            if track.id not in self._names:
                self._names[track.id] = self._predecessor(sight)
            who = self._names[track.id]
            self._latest[who] = replace(sight, who=who)
        if now_s - self._sampled_s >= SAMPLE_S:
            self._sample(now_s)

    def foot_line(self, frame: Frame, box: NormBox) -> tuple[Point, Point] | None:
        """Where a thing touches the ground, on the plan; None above the horizon."""
        left, right = (self._scale.flat(frame, (x, box[3])) for x in (box[0], box[2]))
        return None if left is None or right is None else (left, right)

    def nearest(self, line: tuple[Point, Point], at_s: float, around_s: float, reach_m: float) -> int | None:
        """Who came nearest to the line around that time, and within reach."""
        near = ((one.metres_to(line), one.who) for one in self._sights if abs(one.at_s - at_s) <= around_s)
        away_m, who = min(near, default=(float("inf"), 0))
        return who if away_m <= reach_m else None

    def latest(self, who: int) -> Sight | None:
        """He, as he was last seen; None where that is long ago."""
        return self._latest.get(who)

    def last_near(self, who: int, line: tuple[Point, Point], reach_m: float) -> float:
        """When he was last seen within reach of the line; minus infinity where never."""
        near = (one.at_s for one in self._sights if one.who == who and one.metres_to(line) <= reach_m)
        return max(near, default=float("-inf"))

    def _sample(self, now_s: float) -> None:
        self._sampled_s = now_s
        self._latest = {who: one for who, one in self._latest.items() if now_s - one.at_s <= REMEMBER_S}
        self._names = {track: who for track, who in self._names.items() if who in self._latest}
        here = [one for one in self._latest.values() if one.at_s == now_s]
        self._sights = [one for one in self._sights if now_s - one.at_s <= REMEMBER_S] + here

    def _predecessor(self, sight: Sight) -> int:
        """Whom the tracker has lost right here a moment ago, else himself."""
        lost = {who for who, one in self._latest.items() if 0 < sight.at_s - one.at_s <= one.wait_s}
        near = [
            (distance(one.foot, sight.foot), one.who)
            for one in (*self._sights, *self._latest.values())
            if one.who in lost
            and sight.at_s - one.at_s <= one.wait_s
            # By the taller of the two: who is cut off looks small, and far.
            and distance(one.foot, sight.foot) * min(one.metre, sight.metre) <= NEAR_M
        ]
        return min(near, default=(0.0, sight.who))[1]


def _is_at_edge(box: NormBox) -> bool:
    return min(box) < EDGE or max(box) > 1 - EDGE
