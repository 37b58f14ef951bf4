"""Does somebody keep shop in the street: a bike, cart or stall that stands, and a person who stays with it, for
``dwell_s``? ``classes`` are the things; the person may step aside and serve, and passers-by do not count."""

from collections.abc import Sequence

from edge.rules.rule import hit_of, people, wanted, zone_of
from edge.rules.scale import Scale
from edge.rules.static_object import still_in
from edge.rules.stay import Stays
from edge.rules.still import Still
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

LINGERS_S = 2.0
"""Who has not stood for so long only passes."""


class Vending:
    """Holds for each thing that has stood attended in the zone for ``dwell_s``."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._scale = Scale(camera)
        self._stays = Stays(rule.grace_s)
        self._things, self._people = Still(), Still()

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        now_s = frame.pts_s
        things = [track for track in wanted(self._rule, tracks) if track.class_name != "person"]
        still = still_in(self._polygon, things, self._things, self._stays, now_s)
        lingering = [one for one in people(self._rule, tracks) if (self._people.update(one, now_s) or 0) >= LINGERS_S]
        attended = [
            thing
            for thing in still
            if any(self._scale.apart_m(frame, one, thing, ruler=thing) <= self._rule.radius_m for one in lingering)
        ]
        found = self._stays.update(now_s, attended, tracks)
        ids = {track.id for track in tracks}
        self._things.keep(self._stays.tracks | ids)
        self._people.keep(ids)
        return [
            hit_of(self._rule, self._place, stay.subject, thing, (stay.since_s, now_s))
            for stay, thing in found
            if stay.has_lasted(now_s, self._rule.dwell_s)
        ]

    def pause(self, seconds: float) -> None:
        """See ``edge.rules.rule.Pausing``."""
        self._stays.pause(seconds)
