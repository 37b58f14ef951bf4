"""A small mask → the boxes of what it shows: pure."""

from collections.abc import Iterable

import cv2
import numpy as np

from edge.values import Mask, NormBox

LEAST_PIXELS = 5
"""Small pixels a moving thing must cover; after averaging one pixel stands for 9 to 80 of the camera's."""

_CLOSE = np.ones((3, 3), np.uint8)


def blobs(mask: Mask, needs: Mask | None = None) -> tuple[NormBox, ...]:
    """The boxes of what is connected, or nearly so, as fractions of the picture, largest first.

    ``needs``: a mask of the same size of which each must hold some, too.
    """
    rows, columns = mask.shape
    if not cv2.countNonZero(mask):
        return ()
    closed = cv2.dilate(mask, _CLOSE, iterations=2)
    _, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    found = []
    # The first component is what did not move.
    for x, y, width, height, _area in sorted(stats[1:].tolist(), key=lambda row: -row[4]):
        part = np.s_[y : y + height, x : x + width]
        if cv2.countNonZero(mask[part]) >= LEAST_PIXELS and (needs is None or cv2.countNonZero(needs[part])):
            found.append((x / columns, y / rows, (x + width) / columns, (y + height) / rows))
    return tuple(found)


def without(mask: Mask, boxes: Iterable[NormBox]) -> Mask:
    """A copy of the mask in which nothing is shown within ``boxes``."""
    rest = mask.copy()
    rows, columns = mask.shape
    for x1, y1, x2, y2 in boxes:
        rest[int(y1 * rows) : int(np.ceil(y2 * rows)), int(x1 * columns) : int(np.ceil(x2 * columns))] = 0
    return rest
