"""Decoding each layout, and suppression of boxes that say the same thing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models import boxes
from models.boxes import Candidates

BOX = (100.0, 50.0, 180.0, 210.0)
CENTRE = (140.0, 130.0, 80.0, 160.0)


def only(found: Candidates) -> tuple[list[float], float, int]:
    """The one box found."""
    corners, scores, classes = found
    assert corners.dtype == np.float32
    assert scores.dtype == np.float32
    assert classes.dtype == np.int64
    assert len(corners) == len(scores) == len(classes) == 1
    return corners[0].round(3).tolist(), round(float(scores[0]), 3), int(classes[0])


def test_yolo_v8_and_11_give_a_score_per_class() -> None:
    output = np.zeros((4 + 3, 50), np.float32)
    output[:, 20] = (*CENTRE, 0.1, 0.8, 0.2)
    output[:, 21] = (*CENTRE, 0.1, 0.2, 0.1)
    assert only(boxes.from_yolo(output, 0.25)) == (list(BOX), 0.8, 1)


def test_yolov5_multiplies_objectness_and_class() -> None:
    output = np.zeros((50, 5 + 3), np.float16)
    output[20] = (*CENTRE, 0.5, 0.0, 0.25, 1.0)
    output[21] = (*CENTRE, 0.4, 0.0, 0.5, 0.25)
    assert only(boxes.from_yolov5(output, 0.25)) == (list(BOX), 0.5, 2)


def test_yolox_counts_centres_in_cells_and_sizes_in_logarithms() -> None:
    grid = boxes.cells((64, 96))
    assert len(grid) == 8 * 12 + 4 * 6 + 2 * 3
    at = 8 * 12 + 6 * 2 + 3
    assert grid[at].tolist() == [3, 2, 16]
    output = np.zeros((len(grid), 5 + 3), np.float32)
    output[at] = (0.5, 0.25, np.log(2), np.log(3), 1.0, 0.9, 0, 0)
    assert only(boxes.from_yolox(output, 0.25, grid)) == ([40, 12, 72, 60], 0.9, 0)


def test_end_to_end_rows_are_boxes_already() -> None:
    output = np.zeros((300, 6), np.float32)
    output[0] = (*BOX, 0.7, 5)
    assert only(boxes.from_end_to_end(output, 0.25)) == (list(BOX), 0.7, 5)


def test_nothing_above_the_score_is_no_box_in_every_layout() -> None:
    grid = boxes.cells((64, 64))
    for corners, scores, classes in (
        boxes.from_yolo(np.zeros((7, 50), np.float32), 0.25),
        boxes.from_yolov5(np.zeros((50, 8), np.float32), 0.25),
        boxes.from_yolox(np.zeros((len(grid), 8), np.float32), 0.25, grid),
        boxes.from_end_to_end(np.zeros((300, 6), np.float32), 0.25),
    ):
        assert corners.shape == (0, 4)
        assert scores.shape == classes.shape == (0,)


def candidates(rows: list[tuple[int, int, int, int, int, int]]) -> Candidates:
    """Boxes from (left, top, width, height, score in percent, class)."""
    table = np.array(rows, np.float32).reshape(-1, 6)
    corners = np.concatenate([table[:, :2], table[:, :2] + table[:, 2:4]], axis=1)
    return corners, (table[:, 4] / 100).astype(np.float32), table[:, 5].astype(np.int64)


ROWS = st.lists(
    st.tuples(
        *(st.integers(0, 60), st.integers(0, 60), st.integers(1, 40), st.integers(1, 40)),
        *(st.integers(1, 100), st.integers(0, 2)),
    ),
    max_size=40,
)


@given(rows=ROWS)
def test_suppression_keeps_the_best_of_each_heap(rows: list[tuple[int, int, int, int, int, int]]) -> None:
    before = candidates(rows)
    corners, scores, classes = boxes.suppress(before, 0.5)
    assert (np.diff(scores) <= 0).all()
    overlaps: NDArray[np.float32] = boxes.iou(corners, corners)
    same = classes[:, None] == classes[None, :]
    apart = ~np.eye(len(corners), dtype=bool)
    assert not (overlaps[same & apart] > 0.5).any(), "two boxes of one class say the same thing"
    for box, score, number in zip(*before, strict=True):
        rivals = (classes == number) & (scores >= score)
        assert (boxes.iou(box[None], corners[rivals])[0] > 0.499).any(), "a box went without a better one there"


def test_boxes_of_different_classes_do_not_suppress_each_other() -> None:
    rider_and_motorcycle = candidates([(10, 10, 40, 40, 90, 0), (10, 10, 40, 40, 80, 1)])
    assert boxes.suppress(rider_and_motorcycle, 0.5)[2].tolist() == [0, 1]


def test_a_model_gone_mad_is_cut_to_300_boxes_quickly() -> None:
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 600, (20_000, 2)).astype(np.float32)
    everywhere = np.concatenate([corners, corners + 5], axis=1)
    many = everywhere, rng.uniform(0.3, 1, 20_000).astype(np.float32), np.zeros(20_000, np.int64)
    assert len(boxes.suppress(many, 0.5)[1]) == boxes.MOST_BOXES


def test_iou_of_boxes_without_area_is_zero() -> None:
    nothing = np.array([[5, 5, 5, 5]], np.float32)
    assert boxes.iou(nothing, nothing).tolist() == [[0.0]]


def test_one_box_that_is_no_number_does_not_take_the_others_with_it() -> None:
    output = np.zeros((6, 3), np.float32)
    output[:, 0] = (50, 50, 20, 20, 0.9, 0)
    output[:, 1] = (150, 50, 20, 20, 0.8, 0)
    output[:, 2] = (np.nan, np.nan, np.nan, np.nan, 0.95, 0)
    found, scores, _ = boxes.suppress(boxes.from_yolo(output, 0.25), 0.7)
    assert found[:, 0].tolist() == [40, 140]
    assert scores.tolist() == pytest.approx([0.9, 0.8])


def test_an_end_to_end_row_of_no_class_is_left_out() -> None:
    rows = np.array([[1, 1, 5, 5, 0.9, 0], [1, 1, 5, 5, 0.8, np.nan]], np.float32)
    assert boxes.from_end_to_end(rows, 0.25)[2].tolist() == [0]
