"""Is somebody in the zone who has been there for ``dwell_s``? One event for the zone, however many are in it."""

from collections.abc import Sequence

from edge.rules.rule import hits_here, standing_in, wanted, zone_of
from edge.rules.stay import Stays
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track


class Intrusion:
    """Holds while at least one track's foot is inside and its stay has lasted ``dwell_s``."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._stays = Stays(rule.grace_s)

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        here = standing_in(self._polygon, wanted(self._rule, tracks))
        held = {
            track: stay.since_s
            for stay, track in self._stays.update(frame.pts_s, here, tracks)
            if stay.has_lasted(frame.pts_s, self._rule.dwell_s)
        }
        return hits_here(self._rule, self._place, held, frame.pts_s)

    def pause(self, seconds: float) -> None:
        """See ``edge.rules.rule.Pausing``."""
        self._stays.pause(seconds)
