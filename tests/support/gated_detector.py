"""A detector whose answers come when the test lets them, so that who waits for whom is decided and not raced for."""

import threading
from collections.abc import Sequence

from models.detector import Detections, Image, ModelInfo


class GatedDetector:
    """A `models.detector.Detector` without boxes. ``begun``: the first pixels of what was looked at, in order.

    ``error``: what each look raises, at once.
    """

    info = ModelInfo(name="gated", sha256=None, input_size=(640, 640))
    classes = ("person",)
    needs_motion, is_elastic = False, True

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error
        self.begun: list[int] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._gate = threading.Semaphore(0)

    def detect(
        self,
        images: Sequence[Image],
        min_score: float = 0.25,  # noqa: ARG002
        canvas: tuple[int, int] | None = None,  # noqa: ARG002
    ) -> list[Detections]:
        if self._error is not None:
            raise self._error
        with self._lock:
            self.begun.append(int(images[0].flat[0]))
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        self._gate.acquire()
        with self._lock:
            self._at_once -= 1
        return [Detections.empty() for _ in images]

    def let(self, looks: int) -> None:
        """Let so many looks end."""
        self._gate.release(looks)
