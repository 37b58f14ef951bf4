"""Zone entries of real footage: the reference of ANNINH_DATA, what the walk saw, and how the two are matched."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from edge.geometry import Point, inside
from edge.values import Frame, Track

STAYED_S, AWAY_S, TOLERANCE_S = 0.3, 0.5, 1.0
"""The matching rule of the data's README: inside for this long, after this long outside, within ± this."""


@dataclass(frozen=True)
class Reference:
    """One zone of one clip: its polygon in pixels and the seconds at which somebody entered."""

    zone: str
    polygon: tuple[Point, ...]
    entries_s: tuple[float, ...]


def references(data: Path, sequence: str, fps: float) -> list[Reference]:
    """The zones of one clip."""
    zones: dict[tuple[str, str], list[float]] = {}
    with (data / "gt" / "zone_intervals.csv").open() as file:
        for row in csv.DictReader(file):
            if row["sequence"] != sequence:
                continue
            entries = zones.setdefault((row["zone"], row["polygon"]), [])
            if row["inside_at_track_start"] == "0":
                entries.append((int(row["first_frame_1based"]) - 1) / fps)
    return [
        Reference(
            name, tuple((float(x), float(y)) for x, y in (pair.split(":") for pair in polygon.split())), tuple(at)
        )
        for (name, polygon), at in zones.items()
    ]


@dataclass
class _Seen:
    was_outside: bool = False
    inside_since_s: float | None = None
    last_inside_s: float = float("-inf")
    is_told: bool = False


@dataclass
class Entries:
    """Entries into one polygon (pixels of the picture), from the tracks that the walk shows."""

    polygon: tuple[Point, ...]
    at_s: list[float] = field(default_factory=list)
    _seen: dict[int, _Seen] = field(default_factory=dict)

    def watch(self, frame: Frame, tracks: Iterable[Track]) -> None:
        for track in tracks:
            if track.class_name != "person":
                continue
            seen = self._seen.setdefault(track.id, _Seen())
            shape = tuple((x / frame.width, y / frame.height) for x, y in self.polygon)
            if not inside(track.foot, shape):
                if track.seen_s == frame.pts_s:
                    seen.was_outside = True
                seen.inside_since_s = None
                continue
            if seen.inside_since_s is None:
                seen.inside_since_s = frame.pts_s
                if frame.pts_s - seen.last_inside_s > AWAY_S:
                    seen.is_told = not seen.was_outside
            seen.last_inside_s = frame.pts_s
            if not seen.is_told and frame.pts_s - seen.inside_since_s >= STAYED_S:
                seen.is_told = True
                self.at_s.append(seen.inside_since_s)


def matched(found_s: Iterable[float], wanted_s: Iterable[float]) -> int:
    """How many entries agree: one to one, greedy in time."""
    left, hits = sorted(wanted_s), 0
    for at_s in sorted(found_s):
        near = [want for want in left if abs(want - at_s) <= TOLERANCE_S]
        if near:
            left.remove(min(near, key=lambda want: abs(want - at_s)))
            hits += 1
    return hits
