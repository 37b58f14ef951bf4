"""Which part of a picture the model is shown, and on how large a canvas: pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.values import WHOLE, Frame, NormBox
from models.detector import Detections, Image

LONGEST_PX = 640
"""Longest side of the whole picture as the model sees it: what YOLO networks are trained at."""
STEP_PX = 32
"""A canvas' sides are multiples of this: the networks' coarsest stride."""
CLOSE = ((320, 320), (384, 384))
"""The same for a part that is enlarged: with less around it a faint figure is not recognised."""
MARGIN = 0.25
"""Room around what is looked for, as a share of its sides: it has moved on, and a network wants to see surroundings."""
CANVASES = ((192, 192), (192, 320), (320, 192), (256, 256), (320, 320), (256, 448), (448, 256), (384, 384), (320, 512))
"""Height and width of what a part is shown on, cheapest first: each costs some 12 MB, so there are few."""
CLOSEST = 1.5
"""Canvas pixels per picture pixel at most: more enlargement shows nothing new."""
WORTH = 0.75
"""A part is shown if its canvas is smaller than this share of the whole picture's: a part has borders that cut."""
CUT_PX = 2.0
"""A box this near an inner border of a part is cut off there: it is half a thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A part of a picture on a canvas. ``region``: as fractions of the picture; ``box_px``: the same in whole pixels,
    x1 y1 x2 y2; ``canvas``: height and width, None for the model's own."""

    region: NormBox
    box_px: tuple[int, int, int, int]
    canvas: tuple[int, int] | None
    size_px: tuple[int, int]
    """Width and height of the picture."""

    def cut(self, image: Image) -> Image:
        """The part, in pixels of the picture (a copy where it is not the whole), enlarged where the canvas is."""
        x1, y1, x2, y2 = self.box_px
        return image if self.region == WHOLE else np.ascontiguousarray(image[y1:y2, x1:x2])

    def back(self, found: Detections) -> Detections:
        """Boxes of the part → boxes of the picture, without those that an inner border cuts off."""
        if self.region == WHOLE:
            return found
        x1, y1, x2, y2 = self.box_px
        boxes = found.boxes + np.array([x1, y1, x1, y1], np.float32)
        is_cut = (
            ((boxes[:, 0] < x1 + CUT_PX) & (x1 > 0))
            | ((boxes[:, 1] < y1 + CUT_PX) & (y1 > 0))
            | ((boxes[:, 2] > x2 - CUT_PX) & (x2 < self.size_px[0]))
            | ((boxes[:, 3] > y2 - CUT_PX) & (y2 < self.size_px[1]))
        )
        return Detections(boxes[~is_cut].astype(np.float32), found.scores[~is_cut], found.classes[~is_cut])


def whole(frame: Frame, *, is_elastic: bool) -> View:
    """The whole picture: for an elastic model never enlarged, and at most ``LONGEST_PX`` long."""
    scale = min(1.0, LONGEST_PX / max(frame.width, frame.height))
    return View(
        region=WHOLE,
        box_px=(0, 0, frame.width, frame.height),
        canvas=_canvas(frame.height * scale, frame.width * scale) if is_elastic else None,
        size_px=(frame.width, frame.height),
    )


def view(frame: Frame, boxes: Sequence[NormBox], *, is_elastic: bool) -> View:
    """The part that holds ``boxes``, seen closer than in the whole picture where that costs less; else the whole."""
    all_of_it = whole(frame, is_elastic=is_elastic)
    if not is_elastic or not boxes or all_of_it.canvas is None:
        return all_of_it
    x1, y1, x2, y2 = _around([inflated(box, MARGIN) for box in boxes], frame)
    budget = WORTH * all_of_it.canvas[0] * all_of_it.canvas[1]
    far = min(1.0, LONGEST_PX / max(frame.width, frame.height))
    for scale, most in ((CLOSEST, budget / 2), (1.0, budget), (far, budget)):
        for rows, columns in CLOSE if scale == CLOSEST else CANVASES:
            height, width = min(frame.height, round(rows / scale)), min(frame.width, round(columns / scale))
            if rows * columns <= most and y2 - y1 <= height and x2 - x1 <= width:
                left, top = _placed(x1, x2, width, frame.width), _placed(y1, y2, height, frame.height)
                return _part(frame, (left, top, left + width, top + height), (rows, columns))
    return all_of_it


def _part(frame: Frame, box_px: tuple[int, int, int, int], canvas: tuple[int, int]) -> View:
    x1, y1, x2, y2 = box_px
    return View(
        region=(x1 / frame.width, y1 / frame.height, x2 / frame.width, y2 / frame.height),
        box_px=box_px,
        canvas=canvas,
        size_px=(frame.width, frame.height),
    )


def inflated(box: NormBox, share: float) -> NormBox:
    """The box with ``share`` of its sides added on each side, within the picture."""
    dx, dy = share * (box[2] - box[0]), share * (box[3] - box[1])
    return (max(0.0, box[0] - dx), max(0.0, box[1] - dy), min(1.0, box[2] + dx), min(1.0, box[3] + dy))


def _around(boxes: Sequence[NormBox], frame: Frame) -> tuple[int, int, int, int]:
    """The smallest part, in whole pixels, that holds every box."""
    return (
        int(min(box[0] for box in boxes) * frame.width),
        int(min(box[1] for box in boxes) * frame.height),
        int(np.ceil(max(box[2] for box in boxes) * frame.width)),
        int(np.ceil(max(box[3] for box in boxes) * frame.height)),
    )


def _placed(first: int, last: int, length: int, size: int) -> int:
    """Where a span of ``length`` begins that has first..last in its middle, within 0..size."""
    return max(0, min(size - length, (first + last - length) // 2))


def _canvas(height: float, width: float) -> tuple[int, int]:
    return _up(height), _up(width)


def _up(side: float) -> int:
    return max(STEP_PX, -(-round(side) // STEP_PX) * STEP_PX)
