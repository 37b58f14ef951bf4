"""How long each track has been in a state (inside a zone, standing still): seconds of the stream, tolerant of gaps and
of a tracker that gives the same person a new id."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.geometry import centre, distance
from edge.values import NormBox, Track

NEAR = 0.75
"""A new track takes over a stay when its centre lies within this many box heights of where the old one vanished."""


_ROUNDING_S = 1e-6
"""Differences of stamps are off by less than this: 3.1 s - 0.1 s is not less than 3 s."""


@dataclass(slots=True)
class Stay:
    """One unbroken stay. ``subject``: the id under which it began; ``track``: the one it goes by now."""

    subject: int
    track: int
    class_name: str
    since_s: float
    last_s: float
    box: NormBox

    def has_lasted(self, now_s: float, dwell_s: float) -> bool:
        """Has it gone on for ``dwell_s`` (or exactly that long)?"""
        return now_s - self.since_s >= dwell_s - _ROUNDING_S


class Stays:
    """The stays of one rule. A gap of at most ``grace_s`` does not end one."""

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._stays: dict[int, Stay] = {}

    def update(self, now_s: float, here: Sequence[Track], present: Sequence[Track]) -> list[tuple[Stay, Track]]:
        """The stay of each track in ``here`` (those in the state); ``present``: every track of this frame."""
        self._stays = {number: stay for number, stay in self._stays.items() if now_s - stay.last_s <= self._grace_s}
        ids = {track.id for track in present}
        found = []
        for track in here:
            stay = self._stays.get(track.id) or self._inherited(track, ids) or self._begun(track, now_s)
            stay.last_s, stay.box = now_s, track.box
            found.append((stay, track))
        return found

    @property
    def tracks(self) -> set[int]:
        """The ids under which stays go now, those in their grace included."""
        return set(self._stays)

    def forget(self, track: int) -> None:
        """The track's stay is over, whatever its grace."""
        self._stays.pop(track, None)

    def _begun(self, track: Track, now_s: float) -> Stay:
        stay = Stay(track.id, track.id, track.class_name, now_s, now_s, track.box)
        self._stays[track.id] = stay
        return stay

    def _inherited(self, track: Track, present: set[int]) -> Stay | None:
        """The stay of a track that vanished right here: the tracker lost it and found it again under a new id."""
        heirless = [
            stay
            for number, stay in self._stays.items()
            if number not in present
            and stay.class_name == track.class_name
            and track.first_s >= stay.last_s - self._grace_s
            and distance(centre(stay.box), centre(track.box)) <= NEAR * (stay.box[3] - stay.box[1])
        ]
        if not heirless:
            return None
        stay = min(heirless, key=lambda one: distance(centre(one.box), centre(track.box)))
        del self._stays[stay.track]
        stay.track = track.id
        self._stays[track.id] = stay
        return stay
