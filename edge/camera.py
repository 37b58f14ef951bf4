"""One camera's thread: a worker that walks, and a new one, after a wait, where the old one failed."""

import random
import threading
from collections.abc import Callable
from datetime import datetime

import structlog

from contract.health import CameraState, PictureState
from edge.clock import Clock
from edge.sources.tally import Counters
from edge.worker import Worker

log = structlog.get_logger(__name__)

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
STEADY_S = 300.0
"""A worker that ran this long before it failed is started again as if for the first time."""
_NAP_S = 0.2


class Camera:
    """Runs one camera until it ends or ``stop`` is set. Is its ``CameraStatus``: counters go on over restarts.

    ``make_worker`` is called on the camera's thread, for the first start and each one after a failure.
    """

    def __init__(
        self,
        name: str,
        label: str,
        make_worker: Callable[[], Worker],
        clock: Clock,
        stop: threading.Event,
        chance: random.Random | None = None,
        *,
        skipped: Callable[[], int] = lambda: 0,
        unit: str = "",
    ) -> None:
        """``skipped``: the looks of the model that it did without, in all."""
        self.camera = name
        self.label = label
        self.unit = unit
        self.clock_offset_ms: int | None = None
        """The camera's own clock minus the edge's; set by whoever asks it (``edge.cameraclock``)."""
        self._make_worker = make_worker
        self._clock = clock
        self._stop = stop
        self._chance = chance or random.SystemRandom()
        self._skipped = skipped
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._past = Counters()
        self._past_inferences = 0
        self._seen_s = 0.0
        self._failure: str | None = None
        self._thread = threading.Thread(target=self.run, name=f"camera-{name}", daemon=True)

    def start(self) -> None:
        """Run on a thread of its own. Returns at once."""
        self._thread.start()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end. Returns whether it came."""
        self._thread.join(max(0.0, timeout_s))
        return not self._thread.is_alive()

    def run(self) -> None:
        """Walk until the source ends or ``stop`` is set; never raises."""
        wait_s = FIRST_WAIT_S
        while not self._stop.is_set():
            began_s = self._clock.mono_s()
            try:
                worker = self._make_worker()
                self._begin(worker)
                goes_on = worker.run(self._stop)
            except Exception as error:
                if self._clock.mono_s() - began_s > STEADY_S:
                    wait_s = FIRST_WAIT_S
                self._failed(error, wait_s)
                self._pause(wait_s * self._chance.uniform(0.75, 1.25))
                wait_s = min(LONGEST_WAIT_S, wait_s * 2)
            else:
                if not goes_on:
                    return
                self._replaced()

    @property
    def state(self) -> CameraState:
        with self._lock:
            if self._failure is not None:
                return CameraState.OFFLINE
            return CameraState.CONNECTING if self._worker is None else self._worker.state

    @property
    def error(self) -> str | None:
        with self._lock:
            return self._failure or self._counters.error

    @property
    def last_frame_at(self) -> datetime | None:
        with self._lock:
            return self._counters.last_frame_at or self._past.last_frame_at

    @property
    def picture(self) -> PictureState | None:
        with self._lock:
            worker = self._worker
            return worker.picture if worker is not None and worker.state is CameraState.ONLINE else None

    @property
    def up_s(self) -> float:
        """Seconds in which frames arrived that showed the scene. Only grows: what a fault takes back (its beginning is
        known only once it has lasted) is made up for by not growing meanwhile."""
        with self._lock:
            blind_s = 0.0 if self._worker is None else self._worker.blind_s
            self._seen_s = max(self._seen_s, self._past.up_s + self._counters.up_s - blind_s)
            return self._seen_s

    @property
    def frames(self) -> int:
        with self._lock:
            return self._past.frames + self._counters.frames

    @property
    def dropped(self) -> int:
        with self._lock:
            return self._past.dropped + self._counters.dropped

    @property
    def reconnects(self) -> int:
        with self._lock:
            return self._past.reconnects + self._counters.reconnects

    @property
    def inferences(self) -> int:
        with self._lock:
            return self._past_inferences + (self._worker.inferences if self._worker else 0)

    @property
    def detections_dropped(self) -> int:
        return self._skipped()

    @property
    def _counters(self) -> Counters:
        return Counters() if self._worker is None else self._worker.counters

    def _begin(self, worker: Worker) -> None:
        with self._lock:
            self._worker, self._failure = worker, None

    def _failed(self, error: Exception, wait_s: float) -> None:
        with self._lock:
            self._let_go()
            self._failure = f"{type(error).__name__}: {error}"[:500]
        log.warning("camera_restarts", camera=self.camera, error=self._failure, wait_s=wait_s)

    def _replaced(self) -> None:
        with self._lock:
            self._let_go()
        log.info("camera_opened_anew", camera=self.camera, reason="its privacy masks have changed")

    def _let_go(self) -> None:
        """Keep the counters of the worker that is gone."""
        now = self._counters
        self._past = Counters(
            frames=self._past.frames + now.frames,
            dropped=self._past.dropped + now.dropped,
            reconnects=self._past.reconnects + now.reconnects + 1,
            up_s=self._past.up_s + max(0.0, now.up_s - (self._worker.blind_s if self._worker else 0.0)),
            last_frame_at=now.last_frame_at or self._past.last_frame_at,
        )
        self._past_inferences += self._worker.inferences if self._worker else 0
        self._worker = None

    def _pause(self, seconds: float) -> None:
        until_s = self._clock.mono_s() + seconds
        while not self._stop.is_set() and self._clock.mono_s() < until_s:
            self._clock.sleep(_NAP_S)
