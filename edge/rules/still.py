"""Does a track stand still? Still means: its middle stays within a part of its own size of where it came to rest.

Boxes tremble by a few per cent; a thing that creeps, or is carried on, comes to rest anew and its time begins anew.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from edge.geometry import centre
from edge.values import Track

STILL = 0.3
"""Share of its own width and height by which a still thing's middle may stray."""
PERSON_WIDTHS = 1.0
"""The same for the width of a person, who stands but shifts from foot to foot: half a metre."""
SETTLE_S = 10.0
"""Time constant with which the resting point follows: evens out the tremble of the first box, not a creep."""


@dataclass(slots=True)
class _Rest:
    """Where a thing came to rest at ``since_s``, as of ``at_s``."""

    x: float
    y: float
    since_s: float
    at_s: float


class Still:
    """Where each track of one rule has come to rest."""

    def __init__(self) -> None:
        self._rests: dict[int, _Rest] = {}

    def update(self, track: Track, now_s: float) -> float | None:
        """For how many seconds it has stood still (0 at first sight); None when it has just moved."""
        x, y = centre(track.box)
        rest = self._rests.setdefault(track.id, _Rest(x, y, now_s, now_s))
        width, height = track.box[2] - track.box[0], track.box[3] - track.box[1]
        widths = PERSON_WIDTHS if track.class_name == "person" else STILL
        if abs(x - rest.x) <= widths * width and abs(y - rest.y) <= STILL * height:
            part = min(1.0, (now_s - rest.at_s) / SETTLE_S)
            rest.x, rest.y, rest.at_s = rest.x + part * (x - rest.x), rest.y + part * (y - rest.y), now_s
            return now_s - rest.since_s
        self._rests[track.id] = _Rest(x, y, now_s, now_s)
        return None

    def keep(self, tracks: AbstractSet[int]) -> None:
        """Forget all but these."""
        self._rests = {number: rest for number, rest in self._rests.items() if number in tracks}
