"""What a source says of itself while it runs: its state and counters, written by its thread, read by any."""

import threading
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from contract.health import CameraState
from edge.clock import Clock

log = structlog.get_logger(__name__)

SILENCE_S = 5.0
"""A longer pause between two frames does not count as time in which the camera was up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """A snapshot. ``frames`` were decoded, ``dropped`` of them thrown away for a newer one; ``up_s``: seconds of the
    edge's clock in which frames arrived; ``faults``: packets that could not be decoded; ``error``: the latest reason
    why there is no picture, None while all is well."""

    state: CameraState = CameraState.CONNECTING
    frames: int = 0
    dropped: int = 0
    reconnects: int = 0
    faults: int = 0
    up_s: float = 0.0
    last_frame_at: datetime | None = None
    error: str | None = None


class Tally:
    """Keeps the counters of one source and logs each change of state once."""

    def __init__(self, camera: str, clock: Clock) -> None:
        self._camera = camera
        self._clock = clock
        self._lock = threading.Lock()
        self._counters = Counters()
        self._last_mono_s: float | None = None

    def read(self) -> Counters:
        """The counters as of now; any thread."""
        with self._lock:
            return self._counters

    def frame(self, captured_at: datetime) -> None:
        """A frame was decoded."""
        now_s = self._clock.mono_s()
        with self._lock:
            gap_s = 0.0 if self._last_mono_s is None else now_s - self._last_mono_s
            self._last_mono_s = now_s
            was = self._counters
            self._counters = replace(
                was,
                state=CameraState.ONLINE,
                frames=was.frames + 1,
                up_s=was.up_s + (gap_s if gap_s <= SILENCE_S else 0.0),
                last_frame_at=captured_at,
                error=None if was.state is not CameraState.ONLINE else was.error,
            )
        if was.state is not CameraState.ONLINE:
            log.info("camera_online", camera=self._camera, reconnects=was.reconnects)

    def dropped(self) -> None:
        """A decoded frame made place for a newer one."""
        with self._lock:
            self._counters = replace(self._counters, dropped=self._counters.dropped + 1)

    def fault(self, error: str, at_s: float) -> None:
        """A packet could not be decoded; logged when it is the first of this run."""
        with self._lock:
            was = self._counters
            self._counters = replace(was, faults=was.faults + 1, error=error[:500])
        if was.faults == 0:
            log.warning("picture_damaged", camera=self._camera, at_s=round(at_s, 3), error=error)

    def offline(self, error: str) -> None:
        """There is no picture, and why; logged when the state or the reason changes."""
        with self._lock:
            was = self._counters
            self._counters = replace(was, state=CameraState.OFFLINE, error=error[:500])
            self._last_mono_s = None
        if was.state is not CameraState.OFFLINE or was.error != error[:500]:
            log.warning("camera_offline", camera=self._camera, error=error)

    def reconnecting(self) -> None:
        """Another attempt begins."""
        with self._lock:
            self._counters = replace(self._counters, reconnects=self._counters.reconnects + 1)

    def finished(self, torn: str | None) -> None:
        """A recording was played to its end, or (``torn``) as far as it goes."""
        with self._lock:
            was = self._counters
            self._counters = replace(was, state=CameraState.FINISHED, error=torn[:500] if torn else was.error)
        if torn:
            log.warning("recording_torn", camera=self._camera, error=torn, frames=was.frames)
        else:
            log.info("recording_finished", camera=self._camera, frames=was.frames, faults=was.faults)
