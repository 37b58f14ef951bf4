"""The built-in detector: what moves in front of the background, boxed and classed by its shape. Needs no weights."""

import threading
from collections.abc import Sequence

import cv2
import numpy as np

from models.detector import Detections, Image, ModelInfo

WORK_PX = 480
"""Longest side of the picture that is looked at: more costs more and finds noise."""
LEAST_AREA = 0.0006
"""Smaller blobs than this share of the picture are noise."""
LEAST_HEIGHT_PX = 8
SHADOW = 127
"""What the subtractor calls a shadow; what is in front is 255."""
MOST_IN_FRONT = 0.5
"""More of the picture than this in front at once is a change of light or a moved camera, not an object."""
PERSON_BELOW = 0.85
"""Width ÷ height of people on foot stays below this, …"""
MOTORCYCLE_BELOW = 1.6
"""… of a motorbike with its rider below this; what is longer is a car."""


class BlobDetector:
    """Background subtraction (Zivkovic & van der Heijden 2006, OpenCV's KNN). See `models.detector.Detector`."""

    classes = ("person", "motorcycle", "car")
    needs_motion = True
    info = ModelInfo(name="builtin", sha256=None, input_size=None)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._background = cv2.createBackgroundSubtractorKNN(history=500, dist2Threshold=400, detectShadows=True)
        self._is_first = True

    def detect(self, images: Sequence[Image], min_score: float = 0.25) -> list[Detections]:
        """See `models.detector.Detector.detect`: ``images`` are the camera's next frames."""
        with self._lock:
            return [self._detect(image, min_score) for image in images]

    def _detect(self, image: Image, min_score: float) -> Detections:
        scale = min(1.0, WORK_PX / max(image.shape[:2]))
        small = image if scale == 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        _, mask = cv2.threshold(self._background.apply(small), SHADOW, 255, cv2.THRESH_BINARY)
        if self._is_first or cv2.countNonZero(mask) > MOST_IN_FRONT * mask.size:
            self._is_first = False
            return Detections.empty()
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 7)))
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        x, y, width, height, area = stats[1:].T.astype(np.float32)
        score = np.minimum(0.3 + 0.6 * area / (width * height), 0.9).astype(np.float32)
        kept = np.flatnonzero((area >= LEAST_AREA * mask.size) & (height >= LEAST_HEIGHT_PX) & (score >= min_score))
        kept = kept[np.argsort(-score[kept], kind="stable")]
        boxes = (np.stack([x, y, x + width, y + height], axis=1)[kept] / scale).astype(np.float32)
        limits = np.array([image.shape[1], image.shape[0]] * 2, np.float32)
        classes = np.digitize(width[kept] / height[kept], [PERSON_BELOW, MOTORCYCLE_BELOW]).astype(np.int64)
        return Detections(np.minimum(boxes, limits), score[kept], classes)


def load() -> BlobDetector:
    """A built-in detector for one camera."""
    return BlobDetector()
