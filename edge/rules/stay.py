"""How long each track has been in a state (inside a zone, standing still): seconds of the stream, tolerant of gaps and
of a tracker that gives the same person a new id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contract.kinds import OBJECT, VEHICLES
from edge.geometry import centre, distance
from edge.values import NormBox, Track

NEAR = 0.75
"""A new track takes over a stay when its centre lies within this many box heights of where the old one vanished, …"""
PACE = 0.8
"""… and so many more for each second in between: a walk of 1.4 m/s."""
COVER = 0.5
"""A time counts once the condition was seen to hold for this share of it: three blips within the grace are no stay."""


_ROUNDING_S = 1e-6
"""Differences of stamps are off by less than this: 3.1 s - 0.1 s is not less than 3 s."""


@dataclass(slots=True)
class Span:
    """One time through which a condition held, short gaps included."""

    since_s: float
    last_s: float
    held_s: float = 0.0
    """Seconds for which it was seen to hold: between two frames on both of which it did."""
    paused_s: float = 0.0
    is_ripe: bool = False
    """It has lasted for the dwell once; a gap no longer takes that back."""

    def see(self, now_s: float, asked_s: float) -> None:
        """It holds now; ``asked_s``: the frame before."""
        if self.last_s == asked_s:
            self.held_s += now_s - self.last_s
        self.last_s = now_s

    def pause(self, seconds: float) -> None:
        """Nobody looked for so long: that time is neither a gap nor does it count."""
        self.last_s += seconds
        self.paused_s += seconds

    def has_lasted(self, now_s: float, dwell_s: float) -> bool:
        """Has it gone on for ``dwell_s`` (or exactly that long)?"""
        lasted_s = now_s - self.since_s - self.paused_s
        is_long = lasted_s >= dwell_s - _ROUNDING_S and self.held_s >= COVER * lasted_s - _ROUNDING_S
        self.is_ripe = self.is_ripe or is_long
        return self.is_ripe


@dataclass(slots=True)
class Stay(Span):
    """One unbroken stay. ``subject``: the id under which it began; ``track``: the one it goes by now."""

    subject: int = 0
    track: int = 0
    class_name: str = ""
    box: NormBox = (0.0, 0.0, 0.0, 0.0)


class Stays:
    """The stays of one rule. A gap of at most ``grace_s`` does not end one."""

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._stays: dict[int, Stay] = {}
        self._asked_s = float("-inf")

    def update(self, now_s: float, here: Sequence[Track], present: Sequence[Track]) -> list[tuple[Stay, Track]]:
        """The stay of each track in ``here`` (those in the state); ``present``: every track of this frame."""
        self._stays = {number: stay for number, stay in self._stays.items() if now_s - stay.last_s <= self._grace_s}
        seen_s = {track.id: track.seen_s for track in present}
        found = []
        for track in here:
            stay = self._stays.get(track.id) or self._inherited(track, seen_s) or self._begun(track, now_s)
            stay.see(now_s, self._asked_s)
            stay.box = track.box
            found.append((stay, track))
        self._asked_s = now_s
        return found

    @property
    def tracks(self) -> set[int]:
        """The ids under which stays go now, those in their grace included."""
        return set(self._stays)

    def forget(self, track: int) -> None:
        """The track's stay is over, whatever its grace."""
        self._stays.pop(track, None)

    def pause(self, seconds: float) -> None:
        """Nobody looked for so long: every stay stands still."""
        self._asked_s += seconds
        for stay in self._stays.values():
            stay.pause(seconds)

    def _begun(self, track: Track, now_s: float) -> Stay:
        stay = Stay(now_s, now_s, subject=track.id, track=track.id, class_name=track.class_name, box=track.box)
        self._stays[track.id] = stay
        return stay

    def _inherited(self, track: Track, seen_s: Mapping[int, float]) -> Stay | None:
        """The stay of a track that vanished right here: the tracker lost it and found it again under a new id.

        ``seen_s``: track → when it was last seen. One that was not seen since the new one is only carried on.
        """
        heirless = [
            stay
            for number, stay in self._stays.items()
            if seen_s.get(number, float("-inf")) < track.first_s
            and _may_be_one(stay.class_name, track.class_name)
            and track.first_s >= stay.last_s - self._grace_s
            and distance(centre(stay.box), centre(track.box))
            <= (NEAR + PACE * max(0.0, track.first_s - seen_s.get(number, stay.last_s))) * (stay.box[3] - stay.box[1])
        ]
        if not heirless:
            return None
        stay = min(heirless, key=lambda one: distance(centre(one.box), centre(track.box)))
        del self._stays[stay.track]
        stay.track = track.id
        self._stays[track.id] = stay
        return stay


def _may_be_one(one: str, other: str) -> bool:
    """May two looks be at the same thing? A van is now a car, now a truck; a stall has a name at one look and none at
    the next. A person is a person."""
    if "person" in (one, other):
        return one == other
    return one == other or OBJECT in (one, other) or {one, other} <= set(VEHICLES)


class Holding:
    """How long a condition of a whole place has held, gaps of at most ``grace_s`` included."""

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._span: Span | None = None
        self._asked_s = float("-inf")

    def update(self, now_s: float, since_s: float | None) -> Span | None:
        """The span while it holds, else None. ``since_s``: it has held since then (used where a span begins); None:
        it does not hold now."""
        if self._span is not None and now_s - self._span.last_s > self._grace_s:
            self._span = None
        asked_s, self._asked_s = self._asked_s, now_s
        if since_s is None:
            return None
        if self._span is None:
            self._span = Span(since_s, now_s, held_s=now_s - since_s)
        else:
            self._span.see(now_s, asked_s)
        return self._span

    def pause(self, seconds: float) -> None:
        """Nobody looked for so long."""
        self._asked_s += seconds
        if self._span is not None:
            self._span.pause(seconds)
