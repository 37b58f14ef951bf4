"""Who stood where: the people of the last minutes, under one identity each though the tracker renames them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge.geometry import Point, distance
from edge.values import Frame, NormBox, Track

PERSON = "person"
REMEMBER_S, SAMPLE_S = 120.0, 0.5
"""For how long, and how finely, it is remembered who stood where: a bag may be hidden by its owner for a while."""
LOST_S = 3.0
"""A track that begins within this after another was last seen …"""
NEAR = 1.0
"""… and so near to where that one was within it, in heights of the taller, is the same person: a tracker's last look
is often a bad one."""
SEEN_S = 0.3
"""What was last detected longer ago is a guess at where he is."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A person at one moment. ``foot`` in heights of the picture, ``height`` too; ``who``: the identity."""

    at_s: float
    who: int
    foot: Point
    height: float

    def heights_to(self, box: NormBox, aspect: float) -> float:
        """How far from the nearest point of the box's foot line, in heights of this person: without a calibration the
        only yardstick that knows how far away they are. ``aspect``: the picture's width ÷ height."""
        x = min(max(self.foot[0], box[0] * aspect), box[2] * aspect)
        return distance(self.foot, (x, box[3])) / self.height


class People:
    """The people before one camera."""

    def __init__(self) -> None:
        self._names: dict[int, int] = {}
        self._latest: dict[int, Sight] = {}
        self._sights: list[Sight] = []
        self._sampled_s = float("-inf")

    def update(self, frame: Frame, tracks: Iterable[Track]) -> None:
        """Those of this frame."""
        now_s, aspect = frame.pts_s, frame.width / frame.height
        # Whom we know first: who is still there has no heir.
        people = (one for one in tracks if one.class_name == PERSON and now_s - one.seen_s <= SEEN_S)
        for track in sorted(people, key=lambda one: one.id):
            sight = Sight(
                at_s=now_s,
                who=track.id,
                foot=(track.foot[0] * aspect, track.foot[1]),
                height=max(track.box[3] - track.box[1], 1e-3),
            )
            who = self._names.setdefault(
                track.id, self._predecessor(sight) if track.id not in self._names else track.id
            )
            self._latest[who] = Sight(now_s, who, sight.foot, sight.height)
        if now_s - self._sampled_s >= SAMPLE_S:
            self._sampled_s = now_s
            self._latest = {who: one for who, one in self._latest.items() if now_s - one.at_s <= REMEMBER_S}
            self._names = {track: who for track, who in self._names.items() if who in self._latest}
            here = [one for one in self._latest.values() if one.at_s == now_s]
            self._sights = [one for one in self._sights if now_s - one.at_s <= REMEMBER_S] + here

    def nearest(self, box: NormBox, aspect: float, at_s: float, around_s: float, reach: float) -> int | None:
        """Who came nearest to the box's foot around that time, and within ``reach`` of his own heights."""
        near: Sequence[tuple[float, int]] = [
            (one.heights_to(box, aspect), one.who) for one in self._sights if abs(one.at_s - at_s) <= around_s
        ]
        away, who = min(near, default=(reach + 1, 0))
        return who if away <= reach else None

    def latest(self, who: int) -> Sight | None:
        """He, as he was last seen; None where that is long ago."""
        return self._latest.get(who)

    def last_near(self, who: int, box: NormBox, aspect: float, reach: float) -> float:
        """When he was last seen within ``reach`` of his heights of the box's foot; minus infinity where never."""
        return max(
            (one.at_s for one in self._sights if one.who == who and one.heights_to(box, aspect) <= reach),
            default=float("-inf"),
        )

    def _predecessor(self, sight: Sight) -> int:
        """Whom the tracker has lost right here a moment ago, else himself."""
        lost = {who for who, one in self._latest.items() if 0 < sight.at_s - one.at_s <= LOST_S}
        near = [
            (distance(one.foot, sight.foot), one.who)
            for one in (*self._sights, *self._latest.values())
            if one.who in lost
            and sight.at_s - one.at_s <= LOST_S
            and distance(one.foot, sight.foot) <= NEAR * max(one.height, sight.height)
        ]
        return min(near, default=(0.0, sight.who))[1]
