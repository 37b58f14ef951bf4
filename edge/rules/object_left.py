"""Is something left in the zone, its owner gone, for ``dwell_s``? A bag, a heap of waste. One event for each thing.

The owner is the person who was nearest when the thing came to stand there. He is gone when he is ``FAR_M`` away or his
track has ended; the dwell counts from when he was last nearer than that, and from the beginning where nobody was: what
fell off a lorry has no owner to wait for. Who comes back in time takes the dwell back. Once told, it is told until the
thing is taken away, and never again: whatever is found in the same place is the same thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from contract.kinds import OBJECT
from edge.geometry import Point, centre, covered, inside
from edge.rules.people import People
from edge.rules.rule import hit_of, wanted, zone_of
from edge.rules.stay import Span
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, NormBox, Track

REACH_M, FAR_M = 2.5, 3.0
"""Who put it down stood nearer than the first; further off than the second he is gone. By the height of people where
the camera is not calibrated."""
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
    line: tuple[Point, Point] | None
    """Where it touches the ground, on the plan."""
    alone: Span
    """The time for which it has stood without its owner."""
    owner: int | None
    is_told: bool = False
    is_over: bool = False
    """Told, and then not seen for so long that its event has closed."""


class ObjectLeft:
    """Holds for each thing that has stood alone for ``dwell_s``."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._people = People(camera)
        self._things: list[_Thing] = []
        self._asked_s = float("-inf")

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        now_s = frame.pts_s
        self._people.update(frame, tracks)
        hits = []
        for track in wanted(self._rule, tracks):
            if not (inside(track.foot, self._polygon) or inside(centre(track.box), self._polygon)):
                continue
            thing = self._thing(frame, track)
            self._see(thing, now_s)
            if thing.is_told and not thing.is_over:
                hits.append(hit_of(self._rule, self._place, thing.subject, track, (thing.alone.since_s, now_s)))
        self._things = [thing for thing in self._things if now_s - thing.alone.last_s <= FORGET_S]
        self._asked_s = now_s
        return hits

    def pause(self, seconds: float) -> None:
        """See ``rule.Pausing``."""
        self._asked_s += seconds
        for thing in self._things:
            thing.alone.pause(seconds)

    def _thing(self, frame: Frame, track: Track) -> _Thing:
        """What stands in the track's place, or something new."""
        shares = ((_common(thing.box, track.box), thing) for thing in self._things)
        share, found = max(shares, key=lambda one: one[0], default=(0.0, None))
        if found is not None and share >= SAME:
            return found
        # Only a standing thing knows since when it stands; what the detector has named may have been carried here.
        since_s = track.first_s if track.class_name == OBJECT else frame.pts_s
        line = self._people.foot_line(frame, track.box)
        owner = None if line is None else self._people.nearest(line, since_s, AROUND_S, REACH_M)
        if line is not None and owner is not None:
            # A bag that its owner hid is found when he has stepped aside, and that may be far.
            since_s = max(since_s, self._people.last_near(owner, line, FAR_M))
        alone = Span(since_s, frame.pts_s, held_s=frame.pts_s - since_s)
        thing = _Thing(track.id, track.box, line, alone, owner)
        self._things.append(thing)
        return thing

    def _see(self, thing: _Thing, now_s: float) -> None:
        """It is there on this frame: for how long without its owner?"""
        hidden_s = now_s - thing.alone.last_s
        thing.alone.see(now_s, self._asked_s)
        if thing.is_told:
            thing.is_over = thing.is_over or hidden_s > self._rule.close_s
            return
        if hidden_s > self._rule.grace_s:
            thing.alone = Span(now_s, now_s)
        owner = None if thing.owner is None else self._people.latest(thing.owner)
        is_near = owner is not None and thing.line is not None and owner.metres_to(thing.line) <= FAR_M
        if owner is not None and is_near and owner.at_s > thing.alone.since_s:
            thing.alone = Span(owner.at_s, now_s, held_s=now_s - owner.at_s)
        thing.is_told = thing.alone.has_lasted(now_s, self._rule.dwell_s)


def _common(one: NormBox, other: NormBox) -> float:
    """Common area as a share of the smaller box."""
    return max(covered(one, [other]), covered(other, [one]))
