"""Is somebody in the zone who has been there for ``dwell_s``? One event for the zone, however many are in it."""

from collections.abc import Sequence

from edge.rules.rule import standing_in, wanted, zone_of
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
        staying = [
            (stay, track)
            for stay, track in self._stays.update(frame.pts_s, here, tracks)
            if stay.has_lasted(frame.pts_s, self._rule.dwell_s)
        ]
        if not staying:
            return []
        return [
            Hit(
                rule=self._rule.name,
                place=self._place,
                subject=None,
                tracks=tuple(track for _, track in staying),
                since_s=min(stay.since_s for stay, _ in staying),
                dwell_s={track.id: frame.pts_s - stay.since_s for stay, track in staying},
            )
        ]

    def pause(self, seconds: float) -> None:
        """See ``edge.rules.rule.Pausing``."""
        self._stays.pause(seconds)
