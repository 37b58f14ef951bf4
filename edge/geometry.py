"""Points, polygons, lines and boxes as fractions of the picture: pure arithmetic, origin top left, y downward."""

from collections.abc import Sequence

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""x1 y1 x2 y2."""

_BORDER = 1e-6


def inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Is ``point`` in ``polygon``? Even-odd rule (ray to the right); a point on an edge may fall on either side, but
    the picture's border belongs to the picture (feet are cut off there)."""
    x = min(max(point[0], _BORDER), 1 - _BORDER)
    y = min(max(point[1], _BORDER), 1 - _BORDER)
    is_inside = False
    x1, y1 = polygon[-1]
    for x2, y2 in polygon:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            is_inside = not is_inside
        x1, y1 = x2, y2
    return is_inside


def offset(point: Point, a: Point, b: Point) -> float:
    """Signed distance of ``point`` from the endless line through a and b.

    Positive on the right-hand side as one looks along a → b on the picture. A line of no length gives 0.
    """
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = (dx * dx + dy * dy) ** 0.5
    if length == 0.0:
        return 0.0
    return float((dx * (point[1] - a[1]) - dy * (point[0] - a[0])) / length)


def crosses(start: Point, end: Point, a: Point, b: Point) -> bool:
    """Does the step start → end pass through the segment a–b?

    Each segment is half-open on the side of ``offset`` > 0, so that of two steps meeting on the line exactly one
    crosses it.
    """
    return (offset(start, a, b) > 0.0) != (offset(end, a, b) > 0.0) and (
        (offset(a, start, end) > 0.0) != (offset(b, start, end) > 0.0)
    )


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes, 0..1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0.0 or height <= 0.0:
        return 0.0
    both = width * height
    areas = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return both / (areas - both)


def meets(one: Box, other: Box) -> bool:
    """Do two boxes share any area?"""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def covered(box: Box, others: Sequence[Box]) -> float:
    """Share of ``box`` that lies in ``others``, 0..1 (what two of them cover counts twice, but never beyond 1)."""
    area = (box[2] - box[0]) * (box[3] - box[1])
    if area <= 0.0:
        return 0.0
    inner = 0.0
    for other in others:
        width = min(box[2], other[2]) - max(box[0], other[0])
        height = min(box[3], other[3]) - max(box[1], other[1])
        if width > 0.0 and height > 0.0:
            inner += width * height
    return min(1.0, inner / area)


def centre(box: Box) -> Point:
    """The middle of a box."""
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def distance(one: Point, other: Point) -> float:
    """Straight distance of two points."""
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)
