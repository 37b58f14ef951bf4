"""Where each track really was in the last seconds, on the plan of the ground, and how fast it went."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import median

from edge.geometry import Point
from edge.rules.scale import Scale
from edge.values import Frame, Track

LEAST_LOOKS, LEAST_S = 3, 0.4
"""A speed needs so many looks over so many seconds: of two boxes one may be wrong."""
MOST_LOOKS = 40
"""More are thinned out evenly: pairs of looks grow with the square."""
FORGET_S = 2.0
"""A track not seen for so long is forgotten."""


@dataclass(frozen=True, slots=True)
class Look:
    """One detection: its time, its place on the plan, metres per unit of the plan (None: not known)."""

    at_s: float
    x: float
    y: float
    metre: float | None


@dataclass(slots=True)
class Path:
    """One track's looks, oldest first; ``track`` is the latest."""

    track: Track
    looks: deque[Look] = field(default_factory=deque)

    @property
    def lasted_s(self) -> float:
        """From the first look to the last."""
        return self.looks[-1].at_s - self.looks[0].at_s if self.looks else 0.0

    @property
    def metre(self) -> float | None:
        """Metres per unit of the plan: the middle of what the looks say."""
        known = [look.metre for look in self.looks if look.metre is not None]
        return median(known) if known else None

    @property
    def length_m(self) -> float:
        """Metres from the first look to the last, straight."""
        if len(self.looks) < 2:
            return 0.0
        a, b = self.looks[0], self.looks[-1]
        return float(((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5) * (self.metre or 0.0)

    def speed(self) -> float | None:
        """Metres a second. None before there is enough to tell."""
        velocity, metre = self.velocity(), self.metre
        if velocity is None or metre is None:
            return None
        return float((velocity[0] ** 2 + velocity[1] ** 2) ** 0.5) * metre

    def velocity(self) -> Point | None:
        """Units of the plan a second: the median of the slopes of all pairs of looks (Theil-Sen), so that a trembling
        box, and a quarter of wrong ones, hardly matter. None before there is enough to tell."""
        if len(self.looks) < LEAST_LOOKS or self.lasted_s < LEAST_S:
            return None
        step = -(-len(self.looks) // MOST_LOOKS)
        pairs = [(one, other) for one, other in combinations(list(self.looks)[::step], 2) if other.at_s > one.at_s]
        across = median((other.x - one.x) / (other.at_s - one.at_s) for one, other in pairs)
        down = median((other.y - one.y) / (other.at_s - one.at_s) for one, other in pairs)
        return (across, down)


class Paths:
    """The paths of one rule's tracks over the last ``window_s``."""

    def __init__(self, scale: Scale, window_s: float) -> None:
        self._scale = scale
        self._window_s = window_s
        self.of: dict[int, Path] = {}

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Path]:
        """Take what was really seen on this frame: a prediction goes on at the speed that it has. Returns the paths of
        tracks that are over."""
        for track in tracks:
            point = self._scale.flat(frame, track.foot)
            if track.seen_s != frame.pts_s or point is None:
                continue
            path = self.of.setdefault(track.id, Path(track))
            path.track = track
            path.looks.append(Look(frame.pts_s, *point, self._scale.metre(track)))
            while path.looks[0].at_s < frame.pts_s - self._window_s:
                path.looks.popleft()
        over = [path for path in self.of.values() if frame.pts_s - path.track.seen_s > FORGET_S]
        for path in over:
            del self.of[path.track.id]
        return over
