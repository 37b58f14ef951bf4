"""Does somebody lie there, and not move, for ``dwell_s``? A box that is wider than tall, at rest. From straight above
everybody looks so: not for such cameras."""

from collections.abc import Sequence

from edge.rules.rule import hit_of, wanted, zone_of
from edge.rules.static_object import still_in
from edge.rules.stay import Stays
from edge.rules.still import Still
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

LYING = 1.2
"""Width over height, in pixels, from which on a person lies; one who sits on the ground is at most as wide as tall."""


class PersonLying:
    """Holds for each person who has lain still in the zone for ``dwell_s``."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._stays = Stays(rule.grace_s)
        self._still = Still()

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        lying = [track for track in wanted(self._rule, tracks) if _aspect(frame, track) >= LYING]
        still = still_in(self._polygon, lying, self._still, self._stays, frame.pts_s)
        found = self._stays.update(frame.pts_s, still, tracks)
        self._still.keep(self._stays.tracks | {track.id for track in tracks})
        return [
            hit_of(self._rule, self._place, stay.subject, track, (stay.since_s, frame.pts_s))
            for stay, track in found
            if stay.has_lasted(frame.pts_s, self._rule.dwell_s)
        ]

    def pause(self, seconds: float) -> None:
        """See ``edge.rules.rule.Pausing``."""
        self._stays.pause(seconds)


def _aspect(frame: Frame, track: Track) -> float:
    """Width over height of its box, in pixels."""
    height = (track.box[3] - track.box[1]) * frame.height
    return (track.box[2] - track.box[0]) * frame.width / height if height > 0 else 0.0
