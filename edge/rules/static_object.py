"""Does something stand still in the zone for ``dwell_s``? Parking, a stall put down on the pavement, goods left there.

Still means: its middle stays within a part of its own size of where it came to rest. Boxes tremble by a few per cent;
a thing that creeps, or is carried on, comes to rest anew and its time begins anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.geometry import centre, inside
from edge.rules.rule import wanted, zone_of
from edge.rules.stay import Stays
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

STILL = 0.3
"""Share of its own width and height by which a still thing's middle may stray."""
SETTLE_S = 10.0
"""Time constant with which the resting point follows: evens out the tremble of the first box, not a creep."""


@dataclass(slots=True)
class _Rest:
    """Where a thing came to rest, as of ``at_s``."""

    x: float
    y: float
    at_s: float


class StaticObject:
    """Holds for each track that has stood still in the zone for ``dwell_s``."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._stays = Stays(rule.grace_s)
        self._rests: dict[int, _Rest] = {}

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        # The middle of the foot line may lie outside a narrow zone at the kerb while the thing stands in it: either
        # its foot or its middle counts.
        here = [
            track
            for track in wanted(self._rule, tracks)
            if inside(track.foot, self._polygon) or inside(centre(track.box), self._polygon)
        ]
        hits = []
        still = [track for track in here if self._is_still(track, frame.pts_s)]
        for stay, track in self._stays.update(frame.pts_s, still, tracks):
            if stay.has_lasted(frame.pts_s, self._rule.dwell_s):
                hits.append(
                    Hit(
                        rule=self._rule.name,
                        place=self._place,
                        subject=stay.subject,
                        tracks=(track,),
                        since_s=stay.since_s,
                        dwell_s={track.id: frame.pts_s - stay.since_s},
                    )
                )
        known = self._stays.tracks | {track.id for track in tracks}
        self._rests = {number: rest for number, rest in self._rests.items() if number in known}
        return hits

    def _is_still(self, track: Track, now_s: float) -> bool:
        """Is it where it came to rest? If not, it comes to rest here, and its stay ends."""
        x, y = centre(track.box)
        rest = self._rests.setdefault(track.id, _Rest(x, y, now_s))
        width, height = track.box[2] - track.box[0], track.box[3] - track.box[1]
        if abs(x - rest.x) <= STILL * width and abs(y - rest.y) <= STILL * height:
            part = min(1.0, (now_s - rest.at_s) / SETTLE_S)
            self._rests[track.id] = _Rest(rest.x + part * (x - rest.x), rest.y + part * (y - rest.y), now_s)
            return True
        self._rests[track.id] = _Rest(x, y, now_s)
        self._stays.forget(track.id)
        return False
