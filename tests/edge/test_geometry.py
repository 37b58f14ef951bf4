"""Points, polygons and lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.geometry import crosses, inside, offset, overlap

L_SHAPE = ((0.1, 0.1), (0.5, 0.1), (0.5, 0.5), (0.9, 0.5), (0.9, 0.9), (0.1, 0.9))
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
fraction = st.floats(0, 1)


@pytest.mark.parametrize(
    ("point", "expected", "reason"),
    [
        ((0.3, 0.3), True, "in the upright part"),
        ((0.7, 0.7), True, "in the lying part"),
        ((0.7, 0.3), False, "in the notch of a polygon that is not convex"),
        ((0.05, 0.5), False, "left of it"),
        ((0.3, 0.95), False, "below it"),
    ],
)
def test_inside(point: tuple[float, float], expected: bool, reason: str) -> None:
    assert inside(point, L_SHAPE) is expected, reason


@given(fraction, fraction)
def test_the_whole_picture_holds_every_foot_even_on_its_border(x: float, y: float) -> None:
    assert inside((x, y), WHOLE)


def test_right_of_a_line_that_points_down_the_picture_is_the_pictures_left() -> None:
    assert offset((0.2, 0.5), (0.5, 0.0), (0.5, 1.0)) == pytest.approx(0.3)
    assert offset((0.8, 0.5), (0.5, 0.0), (0.5, 1.0)) == pytest.approx(-0.3)


@pytest.mark.parametrize(
    ("start", "end", "expected", "reason"),
    [
        ((0.4, 0.5), (0.6, 0.5), True, "through the middle"),
        ((0.4, 0.9), (0.6, 0.9), False, "past its end, through its extension"),
        ((0.3, 0.5), (0.4, 0.5), False, "does not reach it"),
        ((0.6, 0.3), (0.4, 0.7), True, "aslant, the other way"),
    ],
)
def test_crosses(start: tuple[float, float], end: tuple[float, float], expected: bool, reason: str) -> None:
    assert crosses(start, end, (0.5, 0.2), (0.5, 0.8)) is expected, reason


@given(st.floats(0.3, 0.7), st.floats(0.21, 0.79))
def test_a_way_of_two_steps_across_crosses_once_wherever_it_pauses(x: float, y: float) -> None:
    a, b = (0.5, 0.2), (0.5, 0.8)
    steps = [crosses((0.3, y), (x, y), a, b), crosses((x, y), (0.7, y), a, b)]
    assert sum(steps) == 1


def test_overlap_of_equal_half_and_apart_boxes() -> None:
    box = (0.0, 0.0, 0.2, 0.2)
    assert overlap(box, box) == pytest.approx(1.0)
    assert overlap(box, (0.1, 0.0, 0.3, 0.2)) == pytest.approx(1 / 3)
    assert overlap(box, (0.5, 0.5, 0.6, 0.6)) == 0.0
