"""A detector that says what its answers cost."""

from collections.abc import Callable, Sequence

from models.detector import Detections, Detector, Image


class Timed:
    """A `models.detector.Detector` around another one. ``spent_s``: what its answers took by ``timer``, so far."""

    def __init__(self, detector: Detector, timer: Callable[[], float]) -> None:
        self._detector = detector
        self._timer = timer
        self.info, self.classes, self.needs_motion = detector.info, detector.classes, detector.needs_motion
        self.is_elastic = detector.is_elastic
        self.spent_s = 0.0
        self.inferences = 0

    def detect(
        self, images: Sequence[Image], min_score: float = 0.25, canvas: tuple[int, int] | None = None
    ) -> list[Detections]:
        """See `models.detector.Detector.detect`."""
        began_s = self._timer()
        found = self._detector.detect(images, min_score, canvas)
        self.spent_s += self._timer() - began_s
        self.inferences += len(images)
        return found
