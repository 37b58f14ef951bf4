"""A detector around any network: letterbox, run, decode, back to the picture. Back ends only differ in ``run``."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models import image as pictures
from models.detector import Detections, Image, ModelInfo
from models.layout import Layout

Outputs = list[NDArray[np.floating]]


class Runner(Protocol):
    """Runs a network on one canvas. Safe to call from several threads."""

    def __call__(self, canvas: Image) -> Outputs:
        """``canvas``: layout.size × 3 (an elastic network's: any multiples of 32), BGR, 0..255. Returns the outputs in
        the file's order, batch axis of 1.

        The arrays are the caller's until its next call on the same thread.
        """
        ...


class NetworkDetector:
    """A `models.detector.Detector` whose boxes come from a network."""

    needs_motion = False

    def __init__(
        self, info: ModelInfo, classes: tuple[str, ...], layout: Layout, run: Runner, *, is_elastic: bool = False
    ) -> None:
        self.info = info
        self.classes = classes
        self.is_elastic = is_elastic
        self.layout = layout
        self._run = run

    def detect(
        self, images: Sequence[Image], min_score: float = 0.25, canvas: tuple[int, int] | None = None
    ) -> list[Detections]:
        """See `models.detector.Detector.detect`."""
        size = canvas if canvas is not None and self.is_elastic else self.layout.size
        return [self._detect(image, min_score, size) for image in images]

    def _detect(self, image: Image, min_score: float, size: tuple[int, int]) -> Detections:
        canvas, placement = pictures.letterbox(image, size, centred=self.layout.is_centred)
        boxes, scores, classes = self.layout.decode(self._run(canvas), min_score)
        boxes = placement.to_picture(boxes)
        # Not a box: outside the picture, without area, not finite, of no class. Comparisons with NaN are false.
        is_box = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        is_box &= (scores <= 1) & (classes >= 0) & (classes < len(self.classes))
        if not is_box.all():
            boxes, scores, classes = boxes[is_box], scores[is_box], classes[is_box]
        return Detections(boxes, scores, classes)

    def raw(self, image: Image) -> Outputs:
        """The network's own outputs for ``image``, copied: for the self-test and for comparing back ends."""
        canvas, _ = pictures.letterbox(image, self.layout.size, centred=self.layout.is_centred)
        return [np.array(output) for output in self._run(canvas)]
