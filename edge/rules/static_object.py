"""Does something stand still in the zone for ``dwell_s``? Encroachment on pavement and road, parking, goods left there.

One question, several kinds: what differs is whom they ask about, how long, and what officers call it (see
``contract.kinds``).
"""

from collections.abc import Sequence

from edge.geometry import centre, inside
from edge.rules.rule import Polygon, hit_of, wanted, zone_of
from edge.rules.stay import Stays
from edge.rules.still import Still
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track


class StaticObject:
    """Holds for each track that has stood still in the zone for ``dwell_s``."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._stays = Stays(rule.grace_s)
        self._still = Still()

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        still = still_in(self._polygon, self._asked_of(frame, tracks), self._still, self._stays, frame.pts_s)
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

    def _asked_of(self, frame: Frame, tracks: Sequence[Track]) -> list[Track]:  # noqa: ARG002 (shapes are in pixels)
        """Those it is about, still or not."""
        return wanted(self._rule, tracks)


def still_in(polygon: Polygon, tracks: Sequence[Track], still: Still, stays: Stays, now_s: float) -> list[Track]:
    """Those that stand still in the zone; the stay of one that has just moved is over, whatever its grace.

    The middle of the foot line may lie outside a narrow zone at the kerb while the thing stands in it: either its foot
    or its middle counts.
    """
    found = []
    for track in tracks:
        if inside(track.foot, polygon) or inside(centre(track.box), polygon):
            if still.update(track, now_s) is None:
                stays.forget(track.id)
            else:
                found.append(track)
    return found
