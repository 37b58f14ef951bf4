"""Does somebody lie there, and not move, for ``dwell_s``? A box that is wider than tall, at rest. From straight above
everybody looks so: not for such cameras."""

from collections.abc import Sequence

from edge.rules.rule import wanted
from edge.rules.static_object import StaticObject
from edge.values import Frame, Track

LYING = 1.2
"""Width over height, in pixels, from which on a person lies; one who sits on the ground is at most as wide as tall."""


class PersonLying(StaticObject):
    """Holds for each person who has lain still in the zone for ``dwell_s``."""

    def _asked_of(self, frame: Frame, tracks: Sequence[Track]) -> list[Track]:
        return [track for track in wanted(self._rule, tracks) if _aspect(frame, track) >= LYING]


def _aspect(frame: Frame, track: Track) -> float:
    """Width over height of its box, in pixels."""
    height = (track.box[3] - track.box[1]) * frame.height
    return (track.box[2] - track.box[0]) * frame.width / height if height > 0 else 0.0
