"""For every rule that needs a while: a scene that makes it hold for as long as it is played."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from edge.values import Track
from tests.support.walk import track

Scene = Callable[[float], list[Track]]
"""What is there at a time."""

BIKE = (0.1, 0.2)


def _one(at_s: float) -> list[Track]:
    return [track((0.25, 0.6), at_s)]


def _thing(at_s: float) -> list[Track]:
    return [track((0.25, 0.6), at_s, class_name="object", size=(0.08, 0.1))]


def _fire(at_s: float) -> list[Track]:
    return [track((0.25, 0.6), at_s, class_name="fire")]


def _smoke(at_s: float) -> list[Track]:
    return [track((0.25, 0.6), at_s, class_name="smoke")]


def _car(at_s: float) -> list[Track]:
    return [track((0.25, 0.6), at_s, class_name="car", size=(0.2, 0.2))]


def _row(at_s: float) -> list[Track]:
    return [track((0.05 + n * 0.08, 0.6), at_s, number=n + 1, class_name="motorcycle", size=BIKE) for n in range(5)]


def _stall(at_s: float) -> list[Track]:
    return [track((0.25, 0.6), at_s, class_name="bicycle", size=BIKE), track((0.3, 0.6), at_s, number=2)]


def _crowd(at_s: float) -> list[Track]:
    return [track((0.1 + 0.05 * n, 0.6), at_s, number=n + 1) for n in range(6)]


def _lying(at_s: float) -> list[Track]:
    return [track((0.25, 0.6), at_s, size=(0.2, 0.12))]


def scuffle(at_s: float) -> list[Track]:
    """Two who go for each other: each is thrown about by a third of his height, arms out and in, every 0.2 s. By
    chance, not in a rhythm: a rhythm stands still for a camera of the same rate."""
    chance = random.Random(int(at_s / 0.2 + 1e-6))
    fling, reach, other_fling, other_reach = (chance.uniform(-1, 1) for _ in range(4))
    return [
        track((0.22 + 0.03 * fling, 0.6), at_s, size=(0.08 + 0.02 * reach, 0.2 + 0.06 * fling)),
        track((0.28 + 0.03 * other_fling, 0.6), at_s, number=2, size=(0.08 + 0.02 * other_reach, 0.2 + 0.06 * reach)),
    ]


def _crouching(at_s: float) -> list[Track]:
    return [
        track((0.25, 0.6), at_s, class_name="motorcycle", size=BIKE),
        track((0.29, 0.6), at_s, number=2, size=(0.06, 0.12)),
    ]


SCENES: Mapping[str, Scene] = {
    "intrusion": _one,
    "loitering": _one,
    "static_object": _one,
    "pavement_encroachment": _thing,
    "road_encroachment": _thing,
    "illegal_parking": _car,
    "parked_motorbikes": _row,
    "vending": _stall,
    "crowd": _crowd,
    "person_lying": _lying,
    "fight": scuffle,
    "bike_theft": _crouching,
    "object_left": _thing,
    "fire": _fire,
    "smoke": _smoke,
}
LATE_S: Mapping[str, float] = {"vending": 2.0, "fight": 1.0}
"""How long some need before they believe what they see: that somebody lingers, that he moves wildly."""


def settings(kind: str, **more: Any) -> dict[str, Any]:
    """The rule's settings, as its kind has them, but with a short dwell."""
    return {"kind": kind, "dwell_s": 10.0, "grace_s": 2.0, "cool_s": 0.0} | more
