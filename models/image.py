"""Letterbox: a picture of any size onto a network's fixed canvas, and boxes back again."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detector import Image

PAD_GREY = 114
"""The grey that YOLO networks were trained with around their pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a picture lies on a canvas. ``scale``: canvas pixels per picture pixel; ``left``, ``top``: its corner."""

    scale: float
    left: int
    top: int
    width: int
    height: int
    """Of the picture, before scaling."""

    def to_picture(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, 4) x1 y1 x2 y2 in canvas pixels → the same in pixels of the picture, cut at its edges."""
        offset = np.array([self.left, self.top, self.left, self.top], np.float32)
        limits = np.array([self.width, self.height, self.width, self.height], np.float32)
        return np.asarray(np.clip((boxes - offset) / np.float32(self.scale), 0, limits), np.float32)


def letterbox(image: Image, size: tuple[int, int], *, centred: bool) -> tuple[Image, Placement]:
    """``image`` scaled to fit ``size`` (height, width) with its proportions kept, and grey around it.

    ``centred``: grey on both sides, else only right and below. Returns the canvas, of exactly ``size``, and how to take
    boxes back. Shrinking is bilinear, which averages less than it should: these networks were trained with that.
    """
    height, width = image.shape[:2]
    rows, columns = size
    scale = min(rows / height, columns / width)
    inner = (max(1, min(columns, round(width * scale))), max(1, min(rows, round(height * scale))))
    left = (columns - inner[0]) // 2 if centred else 0
    top = (rows - inner[1]) // 2 if centred else 0
    canvas = np.empty((rows, columns, 3), np.uint8)
    # only the frame is filled: filling the whole canvas first would touch every pixel twice
    canvas[:top] = PAD_GREY
    canvas[top + inner[1] :] = PAD_GREY
    canvas[top : top + inner[1], :left] = PAD_GREY
    canvas[top : top + inner[1], left + inner[0] :] = PAD_GREY
    inside = canvas[top : top + inner[1], left : left + inner[0]]
    if inner == (width, height):
        inside[:] = image
    else:
        # not into ``inside``: OpenCV would copy a destination that is not contiguous
        inside[:] = cv2.resize(image, inner, interpolation=cv2.INTER_LINEAR)
    return canvas, Placement(scale=scale, left=left, top=top, width=width, height=height)
