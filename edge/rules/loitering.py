"""Does one person hang about in the zone for ``dwell_s``? One event for each, even where the tracker changes his id."""

from collections.abc import Sequence

from edge.rules.rule import hit_of, standing_in, wanted, zone_of
from edge.rules.stay import Stays
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track


class Loitering:
    """Holds for each track whose stay in the zone has lasted ``dwell_s``."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._stays = Stays(rule.grace_s)

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        here = standing_in(self._polygon, wanted(self._rule, tracks))
        return [
            hit_of(self._rule, self._place, stay.subject, track, (stay.since_s, frame.pts_s))
            for stay, track in self._stays.update(frame.pts_s, here, tracks)
            if stay.has_lasted(frame.pts_s, self._rule.dwell_s)
        ]

    def pause(self, seconds: float) -> None:
        """See ``edge.rules.rule.Pausing``."""
        self._stays.pause(seconds)
