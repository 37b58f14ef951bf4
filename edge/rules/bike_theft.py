"""Might somebody be stealing a motorbike: he crouches at one, or pushes it along with nobody on it, for ``dwell_s``?

A pattern and no more: an owner who looks for his key does the same. ``classes`` are the bikes.
"""

from collections.abc import Sequence

from edge.geometry import centre
from edge.rules.path import Paths
from edge.rules.rule import hit_of, people, standing_in, wanted, zone_of
from edge.rules.scale import Scale
from edge.rules.stay import Stays
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

CROUCHED = 1.7
"""Height over width, in pixels, below which a person crouches; upright it is 2.3 to 3."""
PUSHED_MPS = (0.3, 2.5)
"""A motorbike that is pushed goes at a walk."""
PACE_S = 2.0
"""Its pace is taken over this."""
ASTRIDE = 0.25
"""A rider's feet are off the ground by this share of his motorbike's box, and his middle is above it."""


class BikeTheft:
    """Holds for each motorbike in the zone that somebody has been at for ``dwell_s``."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._scale = Scale(camera)
        self._stays = Stays(rule.grace_s)
        self._paths = Paths(self._scale, PACE_S)

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        bikes = standing_in(self._polygon, [one for one in wanted(self._rule, tracks) if one.class_name != "person"])
        self._paths.update(frame, bikes)
        persons = people(self._rule, tracks)
        handled = [bike for bike in bikes if self._is_handled(frame, bike, persons)]
        return [
            hit_of(self._rule, self._place, stay.subject, bike, (stay.since_s, frame.pts_s))
            for stay, bike in self._stays.update(frame.pts_s, handled, tracks)
            if stay.has_lasted(frame.pts_s, self._rule.dwell_s)
        ]

    def pause(self, seconds: float) -> None:
        """See ``edge.rules.rule.Pausing``."""
        self._stays.pause(seconds)

    def _is_handled(self, frame: Frame, bike: Track, persons: Sequence[Track]) -> bool:
        # By the bike's height: who crouches is no ruler.
        near = [one for one in persons if self._scale.apart_m(frame, one, bike, ruler=bike) <= self._rule.radius_m]
        if not near or any(_is_astride(one, bike) for one in near):
            return False
        path = self._paths.of.get(bike.id)
        pace = path.speed() if path is not None else None
        is_pushed = pace is not None and PUSHED_MPS[0] <= pace <= PUSHED_MPS[1]
        return is_pushed or any(_is_crouched(frame, one) for one in near)


def _is_crouched(frame: Frame, person: Track) -> bool:
    width = (person.box[2] - person.box[0]) * frame.width
    return (person.box[3] - person.box[1]) * frame.height < CROUCHED * width


def _is_astride(person: Track, bike: Track) -> bool:
    x, y = centre(person.box)
    is_over = bike.box[0] <= x <= bike.box[2] and y < centre(bike.box)[1]
    return is_over and bike.box[3] - person.box[3] >= ASTRIDE * (bike.box[3] - bike.box[1])
