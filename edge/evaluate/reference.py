"""The events that ground truth says should have been: simple, exact, and knowing nothing of the edge's rules.

Stays, crossings and what follows from them are read off the true boxes of the whole recording at once, so there is no
state to get wrong; only the meaning of the settings' seconds is shared with the edge.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from edge.evaluate.sight import Look, Sight
from edge.evaluate.zone_entries import Polygon, contains

BRIDGED, LEAST = 5, 3
"""Zone intervals: gaps of up to so many frames are bridged, and an interval has at least so many frames."""
TREMBLE_S = 1.0
"""Crossings of one person that follow each other within this are one movement: only where it ends up counts."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One person in one zone, frames from 1. ``is_from_start``: he was inside when he was first seen."""

    person: int
    first: int
    last: int
    is_from_start: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A condition holds for a subject (None: for the place as a whole) from ``begin_s`` to ``end_s``."""

    subject: int | None
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """One person came over a line at this time."""

    person: int
    at_s: float
    direction: Literal["forward", "backward"]


def stays(looks: Sequence[Look], polygon: Polygon, bridged: int = BRIDGED) -> list[Stay]:
    """Every stay in the polygon, gaps of up to ``bridged`` frames counted as inside."""
    found = []
    for person, path in _paths(looks).items():
        runs: list[list[int]] = []
        for frame, sight in path:
            if not contains(polygon, sight.foot):
                continue
            if runs and frame - runs[-1][1] - 1 <= bridged:
                runs[-1][1] = frame
            else:
                runs.append([frame, frame])
        found += [
            Stay(person=person, first=first, last=last, is_from_start=first == path[0][0])
            for first, last in runs
            if last - first + 1 >= LEAST
        ]
    return sorted(found, key=lambda one: (one.first, one.person))


def crossings(looks: Sequence[Look], a: Point, b: Point) -> list[Crossing]:
    """Every time somebody's foot came over the segment a → b. ``forward``: from its left to its right, as one looks
    along it on the picture."""
    found = []
    for person, path in _paths(looks).items():
        steps: list[tuple[float, int]] = []
        for (_, before), (frame, after) in itertools.pairwise(path):
            turn = _turn(before.foot, after.foot, a, b)
            if turn:
                steps.append((looks[frame - 1].at_s, turn))
        for at_s, net in _settled(steps):
            found.append(Crossing(person=person, at_s=at_s, direction="forward" if net > 0 else "backward"))
    return sorted(found, key=lambda one: one.at_s)


def dwelling(looks: Sequence[Look], polygon: Polygon, dwell_s: float, bridged: int) -> list[Hold]:
    """Who stayed for ``dwell_s``: from the moment at which he had, to his last there."""
    times = [
        (one.person, looks[one.first - 1].at_s, looks[one.last - 1].at_s) for one in stays(looks, polygon, bridged)
    ]
    return [
        Hold(subject=person, begin_s=first_s + dwell_s, end_s=last_s)
        for person, first_s, last_s in times
        if last_s - first_s >= dwell_s
    ]


def crowding(
    looks: Sequence[Look], polygon: Polygon, at_least: int, radius_m: float, dwell_s: float, grace_s: float
) -> list[Hold]:
    """When ``at_least`` people stood together in the polygon, each within ``radius_m`` of another, for ``dwell_s``; a
    person is 1.65 m tall, and gaps of up to ``grace_s`` are bridged."""
    spans: list[list[float]] = []
    for look in looks:
        inside = [one for one in look.people if contains(polygon, one.foot)]
        if max((len(group) for group in _groups(inside, radius_m)), default=0) < at_least:
            continue
        if spans and look.at_s - spans[-1][1] <= grace_s:
            spans[-1][1] = look.at_s
        else:
            spans.append([look.at_s, look.at_s])
    return [Hold(subject=None, begin_s=a + dwell_s, end_s=b) for a, b in spans if b - a >= dwell_s]


def alarms(holds: Iterable[Hold], close_s: float, cool_s: float) -> list[float]:
    """When an event is due: an open one takes what follows within ``close_s``; closed, it silences its place for
    ``cool_s``."""
    due: list[float] = []
    running: dict[int | None, float] = {}
    quiet_until_s = float("-inf")
    for hold in sorted(holds, key=lambda one: one.begin_s):
        for subject, end_s in list(running.items()):
            if hold.begin_s - end_s > close_s:
                del running[subject]
                quiet_until_s = max(quiet_until_s, end_s + close_s + cool_s)
        at_s = max(hold.begin_s, quiet_until_s)
        if hold.subject in running:
            running[hold.subject] = max(running[hold.subject], hold.end_s)
        elif at_s <= hold.end_s:
            due.append(at_s)
            running[hold.subject] = hold.end_s
    return due


def alarms_each(holds: Sequence[Hold], close_s: float, cool_s: float) -> list[float]:
    """The same where a closed event silences only its own subject."""
    subjects = dict.fromkeys(one.subject for one in holds)
    own = ([one for one in holds if one.subject == subject] for subject in subjects)
    return sorted(at_s for some in own for at_s in alarms(some, close_s, cool_s))


def _groups(people: Sequence[Sight], radius_m: float) -> list[set[int]]:
    """People (by index) joined while any of two groups are within the radius."""
    groups = [{index} for index in range(len(people))]
    for a, b in itertools.combinations(range(len(people)), 2):
        if _apart_m(people[a], people[b]) <= radius_m:
            one, other = (next(group for group in groups if index in group) for index in (a, b))
            if one is not other:
                groups.remove(other)
                one |= other
    return groups


def _apart_m(one: Sight, other: Sight) -> float:
    """By the lower of the two as ruler; a row of pixels counts twice a column: the camera looks down on the ground."""
    height = min(one.box[3] - one.box[1], other.box[3] - other.box[1])
    across, down = one.foot[0] - other.foot[0], 2 * (one.foot[1] - other.foot[1])
    return float((across**2 + down**2) ** 0.5) * 1.65 / height


def _paths(looks: Sequence[Look]) -> dict[int, list[tuple[int, Sight]]]:
    """Person → (frame from 1, sight), in order."""
    paths: dict[int, list[tuple[int, Sight]]] = {}
    for frame, look in enumerate(looks, start=1):
        for person in look.people:
            paths.setdefault(person.id, []).append((frame, person))
    return paths


def _side(point: Point, a: Point, b: Point) -> bool:
    """Is the point on the right of a → b, y pointing down?"""
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) > 0


def _turn(before: Point, after: Point, a: Point, b: Point) -> int:
    """+1, -1: the step crosses the segment forward, backward; 0: it does not."""
    if _side(before, a, b) == _side(after, a, b) or _side(a, before, after) == _side(b, before, after):
        return 0
    return 1 if _side(after, a, b) else -1


def _settled(steps: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """Steps close in time are one movement: (time of its last step, net direction), those that net to nothing left
    out."""
    moves: list[tuple[float, int]] = []
    for at_s, turn in steps:
        if moves and at_s - moves[-1][0] <= TREMBLE_S:
            moves[-1] = (at_s, moves[-1][1] + turn)
        else:
            moves.append((at_s, turn))
    return [move for move in moves if move[1]]
