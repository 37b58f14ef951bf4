"""How far apart, in metres: by the camera's calibration, else by how tall people and vehicles are."""

from collections.abc import Mapping

from edge.geometry import Point, distance
from edge.settings import CameraSettings
from edge.values import Frame, Track

HEIGHTS_M: Mapping[str, float] = {
    "person": 1.65,
    "bicycle": 1.05,
    "motorcycle": 1.1,
    "car": 1.5,
    "bus": 3.0,
    "truck": 2.8,
}
"""Usual heights: the ruler of a camera that is not calibrated."""
DEPTH = 2.0
"""A step towards a camera that looks down by some 30° covers half the rows that it would cover from above."""


class Scale:
    """Distances on one camera's picture. ``flat`` is a plan of the ground whose unit ``metre`` tells for each track."""

    def __init__(self, camera: CameraSettings) -> None:
        self._ground = camera.calibration.ground() if camera.calibration is not None else None

    @property
    def is_calibrated(self) -> bool:
        """Are metres measured, or only judged by people's height?"""
        return self._ground is not None

    def flat(self, frame: Frame, point: Point) -> Point | None:
        """Where a point of the ground is on the plan; None above the horizon."""
        if self._ground is not None:
            return self._ground.metres(point)
        return (point[0] * frame.width / frame.height, point[1] * DEPTH)

    def metre(self, track: Track) -> float | None:
        """Metres per unit of the plan where this track stands; None where nobody knows how tall such a thing is."""
        if self._ground is not None:
            return 1.0
        height, box = HEIGHTS_M.get(track.class_name), track.box[3] - track.box[1]
        return height / box if height is not None and box > 0 else None

    def apart_m(self, frame: Frame, one: Track, other: Track, *, ruler: Track | None = None) -> float:
        """Metres between two tracks' feet; endless where they can't be told. By the height of ``ruler``, where that is
        known, else by the one of the two that makes it farther: who is half hidden, or far behind, is not nearer."""
        a, b = self.flat(frame, one.foot), self.flat(frame, other.foot)
        sure = self.metre(ruler) if ruler is not None else None
        metres = [metre for metre in (self.metre(one), self.metre(other)) if metre is not None]
        if a is None or b is None or not metres:
            return float("inf")
        return distance(a, b) * (sure if sure is not None else max(metres))
