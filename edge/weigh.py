"""Weak detections weighed over time: what a detector half sees again and again, where something moves, is there.

At night a network gives somebody at the far end of a path a score of 0.1 to 0.4 in one look of three, and nothing
else in the picture any better. A single look like that is worth nothing; but noise does not answer "person" in the same
place for seconds while something moves just there. So each weak detection that lies on motion adds its score to a
doubt; doubts fade; one that has grown large enough is believed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from edge.geometry import covered, overlap
from edge.values import NormBox

FADE_S = 8.0
"""Time constant with which a doubt fades."""
ENOUGH, ENOUGH_LOOKS = 0.7, 3
"""Sum of faded scores, and looks, from which on a doubt is believed …"""
BEST = 0.25
"""… if at least one of them had this score."""
SAME = 0.3
"""Overlap of two weak detections of one thing."""
MOVING = 0.25
"""Share of its box that must move."""
HELD_S = 3.0
"""A doubt that was believed is held for this long between two looks that saw it, while it moves."""


@dataclass(slots=True)
class _Doubt:
    box: NormBox
    class_index: int
    weight: float
    looks: int
    score: float
    best: float
    seen_s: float
    is_believed: bool = False


@dataclass(frozen=True, slots=True)
class Weak:
    """One weak detection: its box, class and score."""

    box: NormBox
    class_index: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """What weak detections added up to. ``box``, ``score``: of the latest; ``best``: the best score that the model ever
    gave it; ``is_seen``: this very look saw it."""

    box: NormBox
    class_index: int
    score: float
    best: float
    is_seen: bool


class Doubts:
    """The doubts of one camera."""

    def __init__(self) -> None:
        self._doubts: list[_Doubt] = []

    def update(self, now_s: float, weak: Sequence[Weak], moving: Sequence[NormBox]) -> list[Believed]:
        """What is to be believed as of this look.

        ``weak``: detections too weak to begin a track, none of them part of a sure one; ``moving``: what motion boxed.
        """
        for one in weak:
            if covered(one.box, moving) >= MOVING:
                self._add(now_s, one)
        self._doubts = [doubt for doubt in self._doubts if now_s - doubt.seen_s <= 2 * FADE_S]
        for doubt in self._doubts:
            is_enough = doubt.weight * _faded(now_s - doubt.seen_s) >= ENOUGH and doubt.looks >= ENOUGH_LOOKS
            doubt.is_believed = (doubt.is_believed or (is_enough and doubt.best >= BEST)) and (
                now_s - doubt.seen_s <= HELD_S and covered(doubt.box, moving) >= MOVING
            )
        return [
            Believed(
                box=doubt.box,
                class_index=doubt.class_index,
                score=doubt.score,
                best=doubt.best,
                is_seen=doubt.seen_s == now_s,
            )
            for doubt in self._doubts
            if doubt.is_believed
        ]

    def _add(self, now_s: float, one: Weak) -> None:
        same = [doubt for doubt in self._doubts if overlap(doubt.box, one.box) >= SAME]
        if not same:
            self._doubts.append(_Doubt(one.box, one.class_index, one.score, 1, one.score, one.score, now_s))
            return
        doubt = max(same, key=lambda other: overlap(other.box, one.box))
        doubt.weight = doubt.weight * _faded(now_s - doubt.seen_s) + one.score
        doubt.box, doubt.score, doubt.seen_s, doubt.looks = one.box, one.score, now_s, doubt.looks + 1
        if one.score > doubt.best:
            doubt.best, doubt.class_index = one.score, one.class_index


def _faded(passed_s: float) -> float:
    return math.exp(-passed_s / FADE_S)
