"""Zone entries: the reference of ``zone_intervals.csv``, what tracks say, both under one matching rule.

A predicted entry: a track's foot is inside for at least ``STAYED_S`` after an observed outside position, and more than
``AWAY_S`` since it was last inside (a gap in detection is no exit).
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.evaluate.matching import Score, score
from edge.evaluate.mot import TruthError
from edge.evaluate.sight import Look, Sight

STAYED_S, AWAY_S = 0.3, 0.5

Polygon = tuple[tuple[float, float], ...]
"""Points in pixels of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One zone of one clip, and the frames (from 1) at which somebody was seen to enter it."""

    zone: str
    polygon: Polygon
    entry_frames: tuple[int, ...]

    def entries_s(self, stamps_s: Sequence[float]) -> list[float]:
        """When that was, by the stamps of the video's frames."""
        return [stamps_s[frame - 1] for frame in self.entry_frames if frame <= len(stamps_s)]


def references(path: Path, video: str) -> list[Reference]:
    """The zones of the clip whose file name begins with the sequence's. Raises TruthError where there are none."""
    zones: dict[tuple[str, str], list[int]] = {}
    try:
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if video.startswith(row["sequence"]):
                    entries = zones.setdefault((row["zone"], row["polygon"]), [])
                    if row["inside_at_track_start"] == "0":
                        entries.append(int(row["first_frame_1based"]))
    except (OSError, KeyError, ValueError) as error:
        raise TruthError(f"{path}: is no table of zone intervals ({error!r})") from error
    if not zones:
        raise TruthError(f"{path}: has no sequence that {video!r} begins with")
    return [
        Reference(zone=zone, polygon=_polygon(polygon), entry_frames=tuple(frames))
        for (zone, polygon), frames in zones.items()
    ]


def _polygon(text: str) -> Polygon:
    pairs = (pair.split(":") for pair in text.split())
    return tuple((float(x), float(y)) for x, y in pairs)


def contains(polygon: Polygon, point: tuple[float, float]) -> bool:
    """Is the point in the polygon or on its edge?"""
    return cv2.pointPolygonTest(np.array(polygon, np.float32), point, measureDist=False) >= 0


@dataclass(slots=True)
class _Walker:
    was_outside: bool = False
    inside_since_s: float | None = None
    last_inside_s: float = float("-inf")
    is_told: bool = False


def entries(looks: Iterable[Look], polygon: Polygon) -> list[float]:
    """When somebody entered, by the matching rule: seconds, in order."""
    walkers: dict[int, _Walker] = {}
    found = []
    for look in looks:
        for person in look.people:
            walker = walkers.setdefault(person.id, _Walker())
            at_s = _entry(walker, look.at_s, person, is_inside=contains(polygon, person.foot))
            if at_s is not None:
                found.append(at_s)
    return sorted(found)


def _entry(walker: _Walker, now_s: float, person: Sight, *, is_inside: bool) -> float | None:
    """The entry that this look confirms, if it does one."""
    if not is_inside:
        walker.was_outside |= person.is_seen
        walker.inside_since_s = None
        return None
    if walker.inside_since_s is None:
        walker.inside_since_s = now_s
        if now_s - walker.last_inside_s > AWAY_S:
            walker.is_told = not walker.was_outside
    walker.last_inside_s = now_s
    if walker.is_told or now_s - walker.inside_since_s < STAYED_S:
        return None
    walker.is_told = True
    return walker.inside_since_s


def score_entries(looks: Sequence[Look], wanted: Iterable[Reference], stamps_s: Sequence[float]) -> dict[str, Score]:
    """Zone → how the tracks' entries agree with the reference."""
    return {one.zone: score(entries(looks, one.polygon), one.entries_s(stamps_s)) for one in wanted}
