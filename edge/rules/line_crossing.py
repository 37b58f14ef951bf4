"""Did a track cross the line, and which way? It must have been seen clearly on both sides."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.geometry import Point, crosses, offset
from edge.rules.rule import line_of, wanted
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

CLEAR = 0.08
"""A foot is clearly on one side when it is this many box heights from the line: boxes tremble by less. Nearer, it is
on the line, and coming back from there is no crossing."""
LEAST_CLEAR = 0.006
"""The same as a share of the picture, for boxes so small that a pixel of tremble counts (2 rows in 360)."""
FORGET_S = 10.0
"""A track not seen for this long is forgotten."""


@dataclass(slots=True)
class _Walker:
    side: int
    foot: Point
    seen_s: float
    passed: bool = False
    """The way since it was last clear of the line leads through the segment (an odd number of times)."""


class LineCrossing:
    """Holds on the one frame on which a track is clear of the line after crossing it in the asked direction."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._line = line_of(rule, camera)
        self._walkers: dict[int, _Walker] = {}

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        crossed = [
            # Only where it was really seen: a prediction must not walk across for it.
            track
            for track in wanted(self._rule, tracks)
            if track.seen_s == frame.pts_s and self._crosses(track)
        ]
        self._walkers = {number: one for number, one in self._walkers.items() if frame.pts_s - one.seen_s <= FORGET_S}
        return [
            Hit(
                rule=self._rule.name,
                place=self._place,
                subject=track.id,
                tracks=(track,),
                since_s=frame.pts_s,
                dwell_s={track.id: 0.0},
            )
            for track in crossed
        ]

    def _crosses(self, track: Track) -> bool:
        a, b = self._line.a, self._line.b
        away = offset(track.foot, a, b)
        clear = max(CLEAR * (track.box[3] - track.box[1]), LEAST_CLEAR)
        side = 0 if abs(away) < clear else (1 if away > 0 else -1)
        walker = self._walkers.get(track.id)
        if walker is None:
            self._walkers[track.id] = _Walker(side, track.foot, track.seen_s)
            return False
        walker.passed ^= crosses(walker.foot, track.foot, a, b)
        walker.foot, walker.seen_s = track.foot, track.seen_s
        if side == 0:
            return False
        is_through = walker.passed and walker.side == -side
        walker.side, walker.passed = side, False
        return is_through and self._rule.direction in ("both", "forward" if side > 0 else "backward")
