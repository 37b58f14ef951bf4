"""Is something left in the zone, its owner gone, for ``dwell_s``? A bag, a heap of waste. One event for each thing.

The owner is the person who was nearest when the thing came to stand there. He is gone when he is ``FAR`` away or his
track has ended; the dwell counts from when he was last nearer than that, and from the beginning where nobody was: what
fell off a lorry has no owner to wait for. Who comes back in time takes the dwell back. Once told, it is told until the
thing is taken away, and never again: whatever is found in the same place is the same thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.geometry import centre, covered, inside
from edge.kinds import OBJECT
from edge.rules.people import People
from edge.rules.rule import wanted, zone_of
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, NormBox, Track

REACH, FAR = 1.5, 1.8
"""Heights of a person: who put it down stood nearer than the first; further off than the second (3 m) he is gone."""
AROUND_S = 2.0
"""Who put it down was in reach within this of the moment from which it stands."""
SAME = 0.5
"""Common area, as a share of the smaller box, from which on two boxes are the same thing."""
FORGET_S = 600.0
"""A thing that was not seen for so long and comes again is another."""


@dataclass(slots=True)
class _Thing:
    """One thing in its place. ``subject``: the id under which it was first seen; ``owner``: who put it down."""

    subject: int
    box: NormBox
    alone_s: float
    """Since when it has stood without its owner."""
    last_s: float
    owner: int | None
    is_told: bool = False
    is_over: bool = False
    """Told, and then not seen for so long that its event has closed."""


class ObjectLeft:
    """Holds for each thing that has stood alone for ``dwell_s``."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._people = People()
        self._things: list[_Thing] = []

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        now_s, aspect = frame.pts_s, frame.width / frame.height
        self._people.update(frame, tracks)
        hits = []
        for track in wanted(self._rule, tracks):
            if not (inside(track.foot, self._polygon) or inside(centre(track.box), self._polygon)):
                continue
            thing = self._thing(track, now_s, aspect)
            self._see(thing, now_s, aspect)
            if thing.is_told and not thing.is_over:
                hits.append(self._hit(thing, track, now_s))
        self._things = [thing for thing in self._things if now_s - thing.last_s <= FORGET_S]
        return hits

    def _thing(self, track: Track, now_s: float, aspect: float) -> _Thing:
        """What stands in the track's place, or something new."""
        share, found = max(
            ((_common(thing.box, track.box), thing) for thing in self._things),
            key=lambda one: one[0],
            default=(0.0, None),
        )
        if found is not None and share >= SAME:
            return found
        # Only a standing thing knows since when it stands; what the detector has named may have been carried here.
        since_s = track.first_s if track.class_name == OBJECT else now_s
        owner = self._people.nearest(track.box, aspect, since_s, AROUND_S, REACH)
        # A bag that its owner hid is found when he has stepped aside, and that may be far.
        alone_s = since_s if owner is None else max(since_s, self._people.last_near(owner, track.box, aspect, FAR))
        thing = _Thing(track.id, track.box, alone_s, now_s, owner)
        self._things.append(thing)
        return thing

    def _see(self, thing: _Thing, now_s: float, aspect: float) -> None:
        """It is there on this frame: for how long without its owner?"""
        hidden_s, thing.last_s = now_s - thing.last_s, now_s
        if thing.is_told:
            thing.is_over = thing.is_over or hidden_s > self._rule.close_s
            return
        if hidden_s > self._rule.grace_s:
            thing.alone_s = now_s
        owner = None if thing.owner is None else self._people.latest(thing.owner)
        if owner is not None and owner.heights_to(thing.box, aspect) <= FAR:
            thing.alone_s = max(thing.alone_s, owner.at_s)
        thing.is_told = now_s - thing.alone_s >= self._rule.dwell_s

    def _hit(self, thing: _Thing, track: Track, now_s: float) -> Hit:
        return Hit(
            rule=self._rule.name,
            place=self._place,
            subject=thing.subject,
            tracks=(track,),
            since_s=thing.alone_s,
            dwell_s={track.id: now_s - thing.alone_s},
        )


def _common(one: NormBox, other: NormBox) -> float:
    """Common area as a share of the smaller box."""
    return max(covered(one, [other]), covered(other, [one]))
