"""Privacy masks: a source whose pictures are painted over before anybody has them.

Coded packets cannot be painted, so they end here: the clip of such a camera is coded by the edge from what was painted
(``live_coder``). Whatever the source below brings, nothing unpainted leaves this file.
"""

from collections.abc import Generator, Sequence
from contextlib import closing

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.settings import Mask
from edge.sources.source import Source, Wrapped
from edge.values import Frame
from models.detector import Image

_SUBPIXEL_BITS = 4
"""Corners are placed to a sixteenth of a pixel."""
_BLACK = (0, 0, 0)


class Masked(Wrapped):
    """``source`` with black polygons instead of what lies in ``masks`` (points as fractions of the picture)."""

    def __init__(self, source: Source, masks: Sequence[Mask]) -> None:
        super().__init__(source)
        self._masks = tuple(masks)

    def frames(self) -> Generator[Frame, None, None]:
        """The source's frames, painted, without packets."""
        with closing(self._source.frames()) as frames:
            for frame in frames:
                yield self._painted(frame)

    def rest(self, is_resting: bool) -> None:
        """Does nothing: every picture is needed, the clip is coded from them."""

    def _painted(self, frame: Frame) -> Frame:
        def image() -> Image:
            return np.asarray(painted(frame.image, self._masks), dtype=np.uint8)

        def luma() -> NDArray[np.uint8]:
            return painted(frame.luma, self._masks)

        return Frame(
            camera=frame.camera,
            index=frame.index,
            pts_s=frame.pts_s,
            captured_at=frame.captured_at,
            width=frame.width,
            height=frame.height,
            decode=image,
            luma=luma,
        )


def painted(picture: NDArray[np.uint8], masks: Sequence[Mask]) -> NDArray[np.uint8]:
    """A copy with black where the masks are: every pixel that a mask touches. Height × width (× 3)."""
    copy = np.array(picture, dtype=np.uint8, order="C")
    height, width = copy.shape[:2]
    # Pixel (x, y) covers [x, x + 1): its middle lies half a pixel from its corner.
    scale = np.array([width, height], dtype=np.float64)
    for mask in masks:
        points = np.rint((np.asarray(mask) * scale - 0.5) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        cv2.fillPoly(copy, [points], _BLACK, shift=_SUBPIXEL_BITS)
        # The outline too, so that no half-covered pixel at the edge stays.
        cv2.polylines(copy, [points], isClosed=True, color=_BLACK, thickness=2, shift=_SUBPIXEL_BITS)
    return copy
