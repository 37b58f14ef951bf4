"""Do ``at_least`` motorbikes stand in the zone for ``dwell_s``? Which ones may change: it is the row that takes the
pavement."""

from collections.abc import Sequence

from edge.rules.rule import hits_here, wanted, zone_of
from edge.rules.static_object import still_in
from edge.rules.stay import Holding, Stays
from edge.rules.still import Still
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

SETTLED_S = 2.0
"""A motorbike that has not stood for so long rides by."""


class ParkedMotorbikes:
    """Holds while so many have stood there for ``dwell_s``. One event for the zone."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._stays = Stays(rule.grace_s)
        self._still = Still()
        self._row = Holding(rule.grace_s)

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        now_s = frame.pts_s
        still = still_in(self._polygon, wanted(self._rule, tracks), self._still, self._stays, now_s)
        settled_s = min(SETTLED_S, self._rule.dwell_s)
        standing = [
            (stay, track)
            for stay, track in self._stays.update(now_s, still, tracks)
            if stay.has_lasted(now_s, settled_s)
        ]
        self._still.keep(self._stays.tracks | {track.id for track in tracks})
        began_s = sorted(stay.since_s for stay, _ in standing)
        is_row = len(began_s) >= self._rule.at_least
        span = self._row.update(now_s, began_s[self._rule.at_least - 1] if is_row else None)
        if span is None or not span.has_lasted(now_s, self._rule.dwell_s):
            return []
        held = {track: stay.since_s for stay, track in standing}
        return hits_here(self._rule, self._place, held, now_s, since_s=span.since_s)

    def pause(self, seconds: float) -> None:
        """See ``edge.rules.rule.Pausing``."""
        self._stays.pause(seconds)
        self._row.pause(seconds)
