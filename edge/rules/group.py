"""Who stands together: groups connected within a radius, and how long each has been there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.rules.scale import Scale
from edge.rules.stay import Span
from edge.values import Frame, Track

Spots = NDArray[np.float64]
"""One row a track: x, y on the plan, metres per unit of it."""


def connected(scale: Scale, frame: Frame, tracks: Sequence[Track], radius_m: float) -> list[tuple[Track, ...]]:
    """The tracks in groups: whoever is within ``radius_m`` of one of a group belongs to it. One alone is a group."""
    placed, spots = _spots(scale, frame, tracks)
    near = _near(spots, spots, radius_m)
    groups: list[tuple[Track, ...]] = []
    left = set(range(len(placed)))
    while left:
        group: set[int] = set()
        reached = {min(left)}
        while reached:
            group |= reached
            left -= reached
            reached = {int(other) for one in reached for other in np.flatnonzero(near[one])} & left
        groups.append(tuple(placed[index] for index in sorted(group)))
    return groups


@dataclass(slots=True)
class Gathering:
    """A group through time, whoever comes and goes. Ids may change; what stays is the place."""

    span: Span
    spots: Spots
    ids: frozenset[int] = field(default_factory=frozenset)


class Gatherings:
    """The gatherings of one rule. A gap of at most ``grace_s`` does not end one."""

    def __init__(self, scale: Scale, radius_m: float, grace_s: float) -> None:
        self._scale = scale
        self._radius_m = radius_m
        self._grace_s = grace_s
        self._all: list[Gathering] = []
        self._asked_s = float("-inf")

    def update(self, frame: Frame, groups: Sequence[tuple[Track, ...]]) -> list[tuple[Span, tuple[Track, ...]]]:
        """How long each of this frame's groups has been there. Two that have become one have the longer time."""
        now_s = frame.pts_s
        self._all = [one for one in self._all if now_s - one.span.last_s <= self._grace_s]
        earlier, found = self._all, []
        for group in groups:
            _, spots = _spots(self._scale, frame, group)
            ids = frozenset(track.id for track in group)
            same = [one for one in earlier if one.ids & ids or _near(one.spots, spots, self._radius_m).any()]
            gathering = min(same, key=lambda one: one.span.since_s, default=None)
            if gathering is None:
                gathering = Gathering(Span(now_s, now_s), spots)
                self._all.append(gathering)
            gathering.span.see(now_s, self._asked_s)
            gathering.spots, gathering.ids = spots, ids
            found.append((gathering.span, group))
        self._asked_s = now_s
        return found

    def pause(self, seconds: float) -> None:
        """Nobody looked for so long."""
        self._asked_s += seconds
        for one in self._all:
            one.span.pause(seconds)


def _spots(scale: Scale, frame: Frame, tracks: Sequence[Track]) -> tuple[list[Track], Spots]:
    """Those whose place on the ground is known, and the places."""
    placed, rows = [], []
    for track in tracks:
        point, metre = scale.flat(frame, track.foot), scale.metre(track)
        if point is not None and metre is not None:
            placed.append(track)
            rows.append((*point, metre))
    return placed, np.array(rows, np.float64).reshape(-1, 3)


def _near(one: Spots, other: Spots, radius_m: float) -> NDArray[np.bool_]:
    """len(one) × len(other): is it within the radius? See ``Scale.apart_m`` for the ruler."""
    x = one[:, None, 0] - other[None, :, 0]
    y = one[:, None, 1] - other[None, :, 1]
    metre = np.maximum(one[:, None, 2], other[None, :, 2])
    return np.asarray(np.hypot(x, y) * metre <= radius_m)
