"""Third stop of a frame: run the model when it pays. Between its turns there are no boxes; the tracker carries on."""

from edge.values import Frame, Motion
from models.detector import Detections, Detector

CHECK_S = 5.0
"""The whole picture is looked at this often even when nothing moves: what stood there when the edge started, or moved
too slowly to be motion, is found within it."""
SETTLE_S = 1.0
"""After the light changed everywhere, the picture is looked at this soon."""
EARLY_S = 0.012
"""A frame that comes this much before the detector's turn takes it: cameras jitter, and waiting for the next frame
would turn 5 a second into 4."""


class Detect:
    """Decides on which frames the detector runs, and runs it. One camera; ``inferences`` may be read by any thread."""

    def __init__(self, detector: Detector, *, detect_fps: float, min_score: float) -> None:
        self._detector = detector
        self._period_s = 1.0 / detect_fps
        self._min_score = min_score
        self._turn_s = float("-inf")
        self._check_s = float("-inf")
        # A tracker believes a thing once it was seen twice: what one look found is looked at again, moving or not.
        self._has_found = False
        self.inferences = 0

    def asks_for_motion(self, frame: Frame) -> bool:
        """Would ``update`` look at what moved in this frame? Between two turns, and for a detector that sees every
        frame, it does not, and nobody else does: the gate need not run."""
        return not self._detector.needs_motion and self._is_due(frame)

    def update(self, frame: Frame, motion: Motion, *, following: bool) -> Detections | None:
        """The boxes in this frame, in its pixels; None when it is not its turn. ``following``: tracks are alive."""
        if self._detector.needs_motion:
            return self._run(frame)
        if motion.is_global:
            self._check_s = min(self._check_s, frame.pts_s + SETTLE_S)
        moves = bool(motion.boxes) and not motion.is_global
        pays = following or moves or self._has_found or frame.pts_s >= self._check_s
        return self._run(frame) if self._is_due(frame) and pays else None

    def _is_due(self, frame: Frame) -> bool:
        return frame.pts_s + EARLY_S >= self._turn_s

    def _run(self, frame: Frame) -> Detections:
        now_s = frame.pts_s
        on_beat_s = self._turn_s + self._period_s
        self._turn_s = on_beat_s if on_beat_s > now_s else now_s + self._period_s
        self._check_s = now_s + CHECK_S
        self.inferences += 1
        boxes = self._detector.detect([frame.image], self._min_score)[0]
        self._has_found = len(boxes) > 0
        return boxes
