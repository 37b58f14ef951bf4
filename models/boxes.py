"""From a network's raw output to boxes: the decoders of the layouts in use, and non-maximum suppression.

Every decoder returns candidates in pixels of the network's canvas: boxes (N, 4) x1 y1 x2 y2 float32, scores
(N,) float32 in 0..1, classes (N,) int64; only those with score ≥ ``min_score``, in no order.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Raw = NDArray[np.floating]
"""A network's output: float32, or float16 for some files."""
Candidates = tuple[Floats, Floats, NDArray[np.int64]]

MOST_CANDIDATES = 3000
"""More than this many are cut to the best before suppression: a broken model must not stall a camera."""
MOST_BOXES = 300
"""As many boxes as a picture may have; the networks themselves are trained with 100 to 300."""


def from_yolo(output: Raw, min_score: float) -> Candidates:
    """YOLOv8, YOLO11: (4 + classes, N), rows cx cy w h, then one score per class."""
    best = output[4:].max(axis=0)
    at = np.flatnonzero(best >= min_score)
    kept = output[:, at].astype(np.float32)
    return _corners(kept[:4].T), best[at].astype(np.float32), kept[4:].argmax(axis=0).astype(np.int64)


def from_yolov5(output: Raw, min_score: float) -> Candidates:
    """YOLOv5: (N, 5 + classes), columns cx cy w h, objectness, then one score per class; score = objectness × class."""
    at = np.flatnonzero(output[:, 4] >= min_score)
    kept = output[at].astype(np.float32)
    return _score(_corners(kept[:, :4]), kept, min_score)


def from_yolox(output: Raw, min_score: float, grid: Floats) -> Candidates:
    """YOLOX: as YOLOv5, but centres are offsets in cells and sizes are logarithms; ``grid`` comes from `cells`."""
    at = np.flatnonzero(output[:, 4] >= min_score)
    kept = output[at].astype(np.float32)
    cell = grid[at]
    centre = (kept[:, :2] + cell[:, :2]) * cell[:, 2:]
    # exp overflows only for a broken model, whose boxes are then refused as not finite
    with np.errstate(over="ignore"):
        extent = np.exp(kept[:, 2:4]) * cell[:, 2:]
    return _score(_corners(np.concatenate([centre, extent], axis=1)), kept, min_score)


def from_end_to_end(output: Raw, min_score: float) -> Candidates:
    """YOLOv10, YOLO26 and exports with suppression inside: (N, 6), columns x1 y1 x2 y2 score class."""
    kept = output[output[:, 4] >= min_score]
    kept = kept[np.isfinite(kept).all(axis=1)]
    return kept[:, :4].astype(np.float32), kept[:, 4].astype(np.float32), kept[:, 5].astype(np.int64)


@cache
def cells(size: tuple[int, int], strides: tuple[int, ...] = (8, 16, 32)) -> Floats:
    """YOLOX's grid for a canvas of ``size`` (height, width): (N, 3) x, y in cells and the cell's stride in pixels."""
    parts = []
    for stride in strides:
        rows, columns = size[0] // stride, size[1] // stride
        y, x = np.mgrid[:rows, :columns]
        parts.append(np.stack([x.ravel(), y.ravel(), np.full(rows * columns, stride)], axis=1))
    grid = np.concatenate(parts).astype(np.float32)
    grid.flags.writeable = False
    return grid


def suppress(candidates: Candidates, max_iou: float) -> Candidates:
    """Keep the best of each heap of overlapping boxes of one class (greedy NMS); best score first.

    Boxes of different classes never suppress each other. At most `MOST_BOXES` come out.
    """
    boxes, scores, classes = best_first(candidates, MOST_CANDIDATES)
    if len(scores) > 1:
        # one plane per class, far apart, makes one pass over all classes enough
        apart = (classes * (float(np.abs(boxes).max()) * 2 + 1)).astype(np.float32)[:, None]
        kept = _greedy(boxes + apart, max_iou)
        boxes, scores, classes = boxes[kept], scores[kept], classes[kept]
    return boxes[:MOST_BOXES], scores[:MOST_BOXES], classes[:MOST_BOXES]


def best_first(candidates: Candidates, most: int = MOST_BOXES) -> Candidates:
    """Sorted by score, descending; equal scores keep their order; at most ``most``. What is not finite is left out:
    one such box would suppress all the others."""
    boxes, scores, classes = candidates
    is_sound = np.isfinite(boxes).all(axis=1) & np.isfinite(scores)
    if not is_sound.all():
        boxes, scores, classes = boxes[is_sound], scores[is_sound], classes[is_sound]
    order = np.argsort(-scores, kind="stable")[:most]
    return boxes[order], scores[order], classes[order]


def iou(one: Floats, many: Floats) -> Floats:
    """(M, 4) against (N, 4) → (M, N) intersection over union, 0..1; 0 for boxes without area."""
    corner = np.minimum(one[:, None, 2:], many[None, :, 2:]) - np.maximum(one[:, None, :2], many[None, :, :2])
    common = np.clip(corner, 0, None).prod(axis=2)
    area_one = np.clip(one[:, 2:] - one[:, :2], 0, None).prod(axis=1)
    area_many = np.clip(many[:, 2:] - many[:, :2], 0, None).prod(axis=1)
    union = area_one[:, None] + area_many[None, :] - common
    return np.asarray(common / np.where(union > 0, union, 1), np.float32)


def _greedy(boxes: Floats, max_iou: float) -> NDArray[np.intp]:
    """Indices kept of ``boxes`` sorted best first."""
    left = np.arange(len(boxes))
    kept: list[np.intp] = []
    while len(left) and len(kept) < MOST_BOXES:
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[iou(boxes[best : best + 1], boxes[left])[0] <= max_iou]
    return np.array(kept, np.intp)


def _corners(boxes: Floats) -> Floats:
    """(N, 4) cx cy w h → x1 y1 x2 y2."""
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1).astype(np.float32)


def _score(boxes: Floats, kept: Floats, min_score: float) -> Candidates:
    """Objectness × best class score of rows whose columns are … objectness, class scores."""
    if not len(kept):
        return boxes, np.zeros(0, np.float32), np.zeros(0, np.int64)
    scores = kept[:, 5:].max(axis=1) * kept[:, 4]
    good = scores >= min_score
    return boxes[good], scores[good].astype(np.float32), kept[good, 5:].argmax(axis=1).astype(np.int64)
