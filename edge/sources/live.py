"""A live camera as a source: a thread of its own reads and decodes, the newest frame wins, and it comes back.

The reader owns the container and the timeline. It hands frames over in a slot of one: a worker that is slower than
the camera gets the newest picture, and with it every coded packet since the last one it took, so that a clip has no
hole where frames were dropped.
"""

import random
import threading
from collections.abc import Generator

from av.container import InputContainer

from edge.clock import Clock
from edge.sources.address import Address
from edge.sources.backlog import Backlog
from edge.sources.connect import NAP_S, OPEN_S, Connections
from edge.sources.decode import Decoder
from edge.sources.tally import Counters, Tally
from edge.sources.timeline import Timeline
from edge.values import Frame

LATE_S, EARLY_S = 0.5, 30.0
"""A paced stream (HLS) whose frame comes this much too late, or is due this far ahead, begins to count anew."""


class Live:
    """Frames of one live camera, until ``stop``. Never raises: what goes wrong is counted, logged once and retried.

    ``timeline``: of an earlier run that this one continues; by default it begins with the first ``frames``.
    """

    duration_s: float | None = None

    def __init__(
        self,
        camera: str,
        address: Address,
        clock: Clock,
        stop: threading.Event,
        chance: random.Random | None = None,
        *,
        timeline: Timeline | None = None,
        open_s: float = OPEN_S,
    ) -> None:
        self._camera = camera
        self._is_paced = address.is_paced
        self._clock = clock
        self._stop = stop
        self._timeline = timeline or Timeline(clock.now(), zero_mono_s=clock.mono_s())
        self._closed = threading.Event()
        self._tally = Tally(camera, clock)
        self._connections = Connections(address, clock, self._tally, self._is_over, self._read, chance, open_s)
        self._is_resting = False
        self._ready = threading.Condition()
        self._newest: Frame | None = None
        self._packets = Backlog(camera)

    @property
    def counters(self) -> Counters:
        return self._tally.read()

    def rest(self, is_resting: bool) -> None:
        self._is_resting = is_resting

    def frames(self) -> Generator[Frame, None, None]:
        reader = threading.Thread(target=self._connections.forever, name=f"read-{self._camera}", daemon=True)
        reader.start()
        try:
            while not self._stop.is_set():
                frame = self._take()
                if frame is not None:
                    yield frame
        finally:
            # A reader that hangs in a dead connection ends with its read timeout; nobody waits that long for it.
            self._closed.set()
            reader.join(timeout=NAP_S)

    def _is_over(self) -> bool:
        """Stopped, or nobody takes the frames any more."""
        return self._stop.is_set() or self._closed.is_set()

    def _take(self) -> Frame | None:
        with self._ready:
            if self._newest is None:
                self._ready.wait(NAP_S)
            frame, self._newest = self._newest, None
            if frame is not None:
                frame.packets = self._packets.take()
        return frame

    def _give(self, frame: Frame) -> None:
        with self._ready:
            if self._newest is not None:
                self._tally.dropped()
            self._newest = frame
            self._packets.add(frame.packets)
            self._ready.notify()

    def _read(self, container: InputContainer) -> None:
        """One connection, to its end."""
        decoder = Decoder(
            container,
            self._camera,
            self._timeline,
            self._tally,
            live=self._clock,
            is_resting=lambda: self._is_resting,
        )
        pace = Pace(self._clock) if self._is_paced else None
        for frame in decoder.frames():
            if self._is_over():
                return
            if pace is not None:
                self._wait(pace.due_s(frame.pts_s))
            self._give(frame)

    def _wait(self, until_s: float) -> None:
        while not self._is_over() and (early_s := until_s - self._clock.mono_s()) > 0:
            self._clock.sleep(min(early_s, NAP_S))


class Pace:
    """When frames that arrive in bursts are due, so that the worker sees each and not only the last of a burst."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._zero_s: float | None = None

    def due_s(self, pts_s: float) -> float:
        """On the monotonic clock. What comes late moves all that follows back with it."""
        now_s = self._clock.mono_s()
        if self._zero_s is None or not -LATE_S < self._zero_s + pts_s - now_s < EARLY_S:
            self._zero_s = now_s - pts_s
        return self._zero_s + pts_s
