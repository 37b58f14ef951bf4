"""From the picture to the ground: a homography through points whose place on the ground is known. Pure.

Hartley & Zisserman, Multiple View Geometry, chapter 4. Good for what touches the ground, and only where it is flat.
"""

from collections.abc import Sequence
from itertools import combinations

import cv2
import numpy as np

from edge.geometry import Point, distance

LEAST_HEIGHT = 0.02
"""Of three points the third must be off the line of the other two by this share of the longest side: nearer, a pixel
of error in the picture turns the ground round."""


class Ground:
    """Maps points of the picture (fractions, 0..1) to metres on the ground, in the axes of the points given."""

    def __init__(self, image: Sequence[Point], ground: Sequence[Point]) -> None:
        """Four points in the picture and, in the same order, on the ground. Raises ValueError with the cure."""
        if len(image) != 4 or len(ground) != 4:
            raise ValueError(f"calibration needs four points, not {len(image)}")
        _check(image, "in the picture")
        _check(ground, "on the ground")
        source, target = np.array(image, np.float32), np.array(ground, np.float32)
        self._matrix = cv2.getPerspectiveTransform(source, target).astype(np.float64)
        depths = [self._depth(point) for point in image]
        if not (all(depth > 0 for depth in depths) or all(depth < 0 for depth in depths)):
            raise ValueError(
                "the four points do not lie in the same order in the picture and on the ground; go round the "
                "rectangle in one direction in both"
            )
        self._sign = 1.0 if depths[0] > 0 else -1.0

    def metres(self, point: Point) -> Point | None:
        """Where on the ground the point of the picture is; None at and above the horizon."""
        depth = self._depth(point)
        if self._sign * depth <= 1e-9:
            return None
        x, y = self._matrix[:2] @ (*point, 1.0) / depth
        return (float(x), float(y))

    def _depth(self, point: Point) -> float:
        return float(self._matrix[2] @ (*point, 1.0))


def _check(points: Sequence[Point], where: str) -> None:
    for a, b, c in combinations(points, 3):
        longest = max(distance(a, b), distance(b, c), distance(a, c))
        doubled_area = abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))
        if longest == 0.0 or doubled_area / longest < LEAST_HEIGHT * longest:
            raise ValueError(
                f"calibration: {a}, {b} and {c} lie (almost) on one line {where}; take the four corners of a rectangle"
            )
