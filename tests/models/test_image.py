"""Letterbox: any picture fits, nothing is distorted, and boxes come back to where they were."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.image import PAD_GREY, letterbox

SIDES = st.integers(min_value=1, max_value=700)


@given(height=SIDES, width=SIDES, centred=st.booleans())
def test_any_picture_fits_and_its_corners_come_back(height: int, width: int, centred: bool) -> None:
    picture = np.full((height, width, 3), 7, np.uint8)
    canvas, placement = letterbox(picture, (320, 416), centred=centred)
    assert canvas.shape == (320, 416, 3)
    assert canvas.flags.c_contiguous
    far = (placement.left + width * placement.scale, placement.top + height * placement.scale)
    box = np.array([[placement.left, placement.top, *far]], np.float32)
    np.testing.assert_allclose(placement.to_picture(box), [[0, 0, width, height]], atol=0.01 * max(height, width))
    inside = (canvas == 7).all(axis=2).sum()
    grey = (canvas == PAD_GREY).all(axis=2).sum()
    assert inside + grey == 320 * 416


def test_the_grey_is_on_both_sides_or_only_right_and_below() -> None:
    picture = np.full((100, 200, 3), 7, np.uint8)
    middle, _ = letterbox(picture, (400, 400), centred=True)
    corner, _ = letterbox(picture, (400, 400), centred=False)
    assert [int(middle[row, 0, 0]) for row in (0, 99, 100, 299, 300)] == [PAD_GREY, PAD_GREY, 7, 7, PAD_GREY]
    assert [int(corner[row, 0, 0]) for row in (0, 199, 200)] == [7, 7, PAD_GREY]


def test_boxes_that_reach_into_the_grey_are_cut_at_the_picture() -> None:
    _, placement = letterbox(np.zeros((100, 200, 3), np.uint8), (400, 400), centred=True)
    boxes = np.array([[-5, 0, 500, 400]], np.float32)
    np.testing.assert_allclose(placement.to_picture(boxes), [[0, 0, 200, 100]])
