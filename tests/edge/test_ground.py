"""From the picture to the ground, and what four points must be for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.geometry import Point
from edge.ground import Ground

TRAPEZIUM = ((0.30, 0.40), (0.70, 0.40), (0.95, 0.95), (0.05, 0.95))
"""A road that runs away from the camera: 6 m wide, 20 m long."""
RECTANGLE = ((0.0, 20.0), (6.0, 20.0), (6.0, 0.0), (0.0, 0.0))


def test_the_four_points_are_where_they_were_said_to_be() -> None:
    ground = Ground(TRAPEZIUM, RECTANGLE)
    for image, metres in zip(TRAPEZIUM, RECTANGLE, strict=True):
        assert ground.metres(image) == pytest.approx(metres, abs=1e-4)


def test_the_diagonals_cross_in_the_middle_of_the_rectangle_not_of_the_picture() -> None:
    # The picture's diagonals (0.3, 0.4)-(0.95, 0.95) and (0.7, 0.4)-(0.05, 0.95) meet at x = 0.5.
    y = 0.4 + (0.5 - 0.3) * 0.55 / 0.65
    assert Ground(TRAPEZIUM, RECTANGLE).metres((0.5, y)) == pytest.approx((3.0, 10.0), abs=1e-4)


def test_above_the_horizon_there_is_no_ground() -> None:
    ground = Ground(TRAPEZIUM, RECTANGLE)
    # The road's edges meet where its width is 0: at 0.4 - 0.4 * 0.55 / 0.5.
    assert ground.metres((0.5, 0.0)) is not None
    horizon = Ground(((0.45, 0.45), (0.55, 0.45), (1.0, 0.9), (0.0, 0.9)), RECTANGLE)
    assert horizon.metres((0.5, 0.45)) is not None
    assert horizon.metres((0.5, 0.2)) is None


def test_axes_may_be_chosen_at_will() -> None:
    mirrored = Ground(TRAPEZIUM, tuple((-x, y) for x, y in RECTANGLE))
    assert mirrored.metres((0.95, 0.95)) == pytest.approx((-6.0, 0.0), abs=1e-4)


@pytest.mark.parametrize(
    ("image", "ground", "says"),
    [
        (((0.1, 0.1), (0.5, 0.1), (0.9, 0.1), (0.5, 0.9)), RECTANGLE, "on one line in the picture"),
        (TRAPEZIUM, ((0.0, 0.0), (5.0, 0.0), (10.0, 0.01), (0.0, 8.0)), "on one line on the ground"),
        (((0.3, 0.4), (0.3, 0.4), (0.9, 0.9), (0.1, 0.9)), RECTANGLE, "on one line in the picture"),
        (TRAPEZIUM, (RECTANGLE[0], RECTANGLE[2], RECTANGLE[1], RECTANGLE[3]), "the same order"),
        (TRAPEZIUM[:3], RECTANGLE[:3], "four points, not 3"),
    ],
)
def test_points_that_give_no_ground_are_refused_with_the_cure(
    image: tuple[Point, ...], ground: tuple[Point, ...], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        Ground(image, ground)


@given(
    st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
    st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
    st.floats(0.0, 1.0),
)
def test_straight_lines_stay_straight(a: Point, b: Point, part: float) -> None:
    def on_road(point: Point) -> Point:
        """Bilinear within the trapezium."""
        x, y = point
        top, bottom = 0.30 + 0.40 * x, 0.05 + 0.90 * x
        return (top + (bottom - top) * y, 0.40 + 0.55 * y)

    start, end = on_road(a), on_road(b)
    middle = (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))
    p, q, r = (Ground(TRAPEZIUM, RECTANGLE).metres(point) for point in (start, middle, end))
    assert p is not None
    assert q is not None
    assert r is not None
    twice_area = (q[0] - p[0]) * (r[1] - p[1]) - (r[0] - p[0]) * (q[1] - p[1])
    assert abs(twice_area) < 1e-2
    assert -1e-3 <= q[0] <= 6 + 1e-3
    assert -1e-3 <= q[1] <= 20 + 1e-3
