"""What truth and the walk have in common, so that one scorer reads both: who was seen where, frame by frame."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge.values import Frame, Track

PERSON = "person"
"""The one class that the ground truth in use knows."""

PixelBox = tuple[float, float, float, float]
"""x1 y1 x2 y2 in pixels of the picture; truth may reach beyond its border."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One person in one frame. ``is_seen``: really detected in it, not carried on by a tracker."""

    id: int
    box: PixelBox
    is_seen: bool = True

    @property
    def foot(self) -> tuple[float, float]:
        """The middle of the box's lower edge, in pixels."""
        return ((self.box[0] + self.box[2]) / 2, self.box[3])


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One frame: its time in seconds of the stream, and everybody in it."""

    at_s: float
    people: tuple[Sight, ...]


def look(frame: Frame, tracks: Iterable[Track]) -> Look:
    """A frame of the walk. Only people: the truth has nobody else."""
    size = (frame.width, frame.height) * 2
    people = tuple(
        Sight(
            id=track.id,
            box=(track.box[0] * size[0], track.box[1] * size[1], track.box[2] * size[2], track.box[3] * size[3]),
            is_seen=track.seen_s == frame.pts_s,
        )
        for track in tracks
        if track.class_name == PERSON
    )
    return Look(at_s=frame.pts_s, people=people)


def step_s(stamps_s: Sequence[float]) -> float:
    """Seconds from one frame to the next: the median; 0 for fewer than two frames."""
    steps = sorted(after - before for before, after in itertools.pairwise(stamps_s))
    return steps[len(steps) // 2] if steps else 0.0
