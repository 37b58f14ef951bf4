"""The model of an edge: one that all cameras share in turns, or one each where it remembers a camera's frames."""

import os
import threading

import structlog

from contract.event import ModelRef
from edge.clock import Clock
from edge.settings import CameraSettings, ModelSettings
from edge.turns import Turns
from models import registry
from models.detector import Detector

log = structlog.get_logger(__name__)


class Detectors:
    """Hands each worker its detector. Any thread.

    A detector that must see every frame (``needs_motion``) cannot be made to wait or do without: each camera has its
    own, on the camera's thread, and it is neither paced nor dropped.
    """

    def __init__(self, settings: ModelSettings, clock: Clock) -> None:
        """Loads the model. Raises ModelError."""
        self._settings = settings
        self._lock = threading.Lock()
        first = self._load()
        self._first: Detector | None = first
        self.turns = None if first.needs_motion else Turns(first, streams=streams(settings.threads), clock=clock)
        self.model = ModelRef(name=first.info.name, sha256=first.info.sha256)
        log.info("model_ready", model=first.info.name, sha256=first.info.sha256, shared=self.turns is not None)

    def take(self, camera: CameraSettings) -> Detector:
        """The detector for a worker of ``camera``. Raises ModelError."""
        if self.turns is not None:
            return self.turns.of(camera.name, detect_fps=camera.detect_fps, patient=camera.as_fast_as_possible)
        with self._lock:
            first, self._first = self._first, None
        return first or self._load()

    def skipped(self, camera: CameraSettings) -> int:
        """The looks that ``camera`` did without so far."""
        if self.turns is None:
            return 0
        return self.turns.of(camera.name, detect_fps=camera.detect_fps, patient=camera.as_fast_as_possible).skipped

    def share(self) -> float:
        """The share of the asked looks that is granted now."""
        return 1.0 if self.turns is None else self.turns.share

    def _load(self) -> Detector:
        return registry.load(self._settings.name, self._settings.weights, self._settings.threads)


def streams(threads: int) -> int:
    """How many looks of ``threads`` processor threads each run at once on the cores that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // threads)
