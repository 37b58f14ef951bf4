"""Do ``at_least`` people stand together (each within ``radius_m`` of another) for ``dwell_s``? Not so many in the
picture, and not on one frame: a full street is no crowd."""

from collections.abc import Sequence

from edge.rules.group import Gatherings, connected
from edge.rules.rule import hits_here, standing_in, wanted, zone_of
from edge.rules.scale import Scale
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track


class Crowd:
    """Holds while a group has been that large for ``dwell_s``. One event for the zone, however many groups."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._scale = Scale(camera)
        self._gatherings = Gatherings(self._scale, rule.radius_m, rule.grace_s)

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        here = standing_in(self._polygon, wanted(self._rule, tracks))
        groups = connected(self._scale, frame, here, self._rule.radius_m) if len(here) >= self._rule.at_least else []
        large = [group for group in groups if len(group) >= self._rule.at_least]
        held = {
            track: span.since_s
            for span, group in self._gatherings.update(frame, large)
            if span.has_lasted(frame.pts_s, self._rule.dwell_s)
            for track in group
        }
        return hits_here(self._rule, self._place, held, frame.pts_s)

    def pause(self, seconds: float) -> None:
        """See ``edge.rules.rule.Pausing``."""
        self._gatherings.pause(seconds)
