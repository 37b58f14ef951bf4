"""A source that reads and decodes in a process of its own: a native crash there costs this source a restart, and
nothing else. What dies again and again is left alone for a while (quarantine) and says so."""

import random
import threading
import weakref
from collections import deque
from collections.abc import Generator
from dataclasses import replace

import structlog

from contract.health import CameraState
from edge.clock import Clock
from edge.sources.child import Make
from edge.sources.connect import OPEN_S, READ_S
from edge.sources.crashes import WINDOW_S, Crashes
from edge.sources.nursery import Child, DiedError
from edge.sources.opening import Wanted, opened
from edge.sources.planes import COUNT, Picture
from edge.sources.tally import Counters
from edge.sources.wire import State
from edge.values import Frame

log = structlog.get_logger(__name__)

HANG_S = 2 * OPEN_S + READ_S + 5.0
"""FFmpeg may take twice ``OPEN_S`` to open and ``READ_S`` to read before it gives up; a reader that shows no life for
longer has hung."""
NAP_S = 0.2


class Isolated:
    """The frames of ``wanted``, decoded elsewhere. The same as ``opened(wanted)`` gives, and it survives what that does
    not. A recording waits for the walk; of a live camera each ``next`` takes the newest frame."""

    def __init__(
        self,
        wanted: Wanted,
        clock: Clock,
        stop: threading.Event,
        *,
        make: Make = opened,
        chance: random.Random | None = None,
        crashes: Crashes | None = None,
        hang_s: float = HANG_S,
    ) -> None:
        self._wanted = wanted
        self._clock = clock
        self._stop = stop
        self._make = make
        self._chance = chance or random.Random()  # noqa: S311 — spreads restarts, guards nothing
        self._crashes = crashes or Crashes()
        self._hang_s = hang_s
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._is_resting = False
        self._past = Counters()
        self._now = Counters()
        self._death: str | None = None
        self._last_s: float | None = None
        self._duration_s: float | None = None

    @property
    def counters(self) -> Counters:
        with self._lock:
            past, now, death = self._past, self._now, self._death
        is_dead = death is not None and now.state is CameraState.CONNECTING
        return replace(
            now,
            state=CameraState.OFFLINE if is_dead else now.state,
            error=death if is_dead else now.error,
            frames=past.frames + now.frames,
            dropped=past.dropped + now.dropped,
            reconnects=past.reconnects + now.reconnects,
            faults=past.faults + now.faults,
            up_s=past.up_s + now.up_s,
            last_frame_at=now.last_frame_at or past.last_frame_at,
        )

    @property
    def duration_s(self) -> float | None:
        return self._duration_s

    @property
    def pid(self) -> int | None:
        """The process that decodes now."""
        child = self._child
        return child.pid if child else None

    def rest(self, is_resting: bool) -> None:
        self._is_resting = is_resting

    def frames(self) -> Generator[Frame, None, None]:
        self._wanted = self._wanted.begun(self._clock)
        while not self._stop.is_set():
            try:
                yield from self._follow()
            except DiedError as error:
                if not self._stop.is_set():
                    self._bury(str(error))
            else:
                return

    def _follow(self) -> Generator[Frame, None, None]:
        """One child, until its source ends or ``stop`` is set. Raises DiedError."""
        child = self._child = Child(self._make, replace(self._wanted, after_s=self._last_s))
        try:
            yield from self._frames_of(child)
        finally:
            self._child = None
            child.close()

    def _frames_of(self, child: Child) -> Generator[Frame, None, None]:
        free, held, asked = deque(range(COUNT)), deque[tuple[int, weakref.ref[Picture]]](), 0
        ahead = 1 if self._wanted.is_live else 2
        past_frames = self._past.frames
        is_resting = False
        while not self._stop.is_set():
            while len(held) > 1:
                slot, kept = held.popleft()
                if (picture := kept()) is not None:
                    picture.keep()
                free.append(slot)
            if is_resting != self._is_resting:
                is_resting = self._is_resting
                child.rest(is_resting)
            while asked < ahead:
                child.fill(free.popleft())
                asked += 1
            received = self._await(child)
            if received is None:
                return
            frame, picture, slot = received
            asked -= 1
            held.append((slot, weakref.ref(picture)))
            del picture
            frame.index += past_frames
            self._last_s = frame.pts_s
            yield frame
            del frame, received

    def _await(self, child: Child) -> tuple[Frame, Picture, int] | None:
        """The next frame; None when the source has ended or ``stop`` is set. Raises DiedError."""
        heard_s, beats = self._clock.mono_s(), -1
        while not self._stop.is_set():
            message = child.receive(NAP_S)
            if isinstance(message, State):
                self._hear(message)
                if message.is_over:
                    return None
                if message.beats != beats:
                    heard_s, beats = self._clock.mono_s(), message.beats
            elif message is not None:
                frame, picture, head = message
                with self._lock:
                    self._now = head.counters
                return frame, picture, head.picture.slot
            elif self._clock.mono_s() - heard_s > self._hang_s:
                child.kill()
                raise DiedError(f"its decoder hung for {self._hang_s:.0f} s and was killed")
        return None

    def _hear(self, state: State) -> None:
        self._duration_s = state.duration_s
        with self._lock:
            self._now = state.counters

    def _bury(self, cause: str) -> None:
        """The child died: count, tell, wait."""
        rest = self._crashes.update(self._clock.mono_s())
        wait_s = rest.wait_s * self._chance.uniform(0.75, 1.25)
        error = f"no picture: {cause}"
        if rest.is_quarantined:
            error = (
                f"quarantined: {cause}, {rest.crashes} times within {WINDOW_S / 60:.0f} min; tried again in "
                f"{wait_s / 60:.0f} min. Have the camera send plain H.264, or update its software"
            )
        with self._lock:
            was = self._past, self._now
            self._death = error[:500]
            self._past = Counters(
                frames=was[0].frames + was[1].frames,
                dropped=was[0].dropped + was[1].dropped,
                reconnects=was[0].reconnects + was[1].reconnects + 1,
                faults=was[0].faults + was[1].faults,
                up_s=was[0].up_s + was[1].up_s,
                last_frame_at=was[1].last_frame_at or was[0].last_frame_at,
            )
            self._now = Counters()
        tell = log.error if rest.is_quarantined else log.warning
        tell(
            "source_quarantined" if rest.is_quarantined else "decoder_died",
            camera=self._wanted.camera,
            error=error,
            wait_s=round(wait_s, 1),
        )
        self._pause(wait_s)

    def _pause(self, seconds: float) -> None:
        until_s = self._clock.mono_s() + seconds
        while not self._stop.is_set() and self._clock.mono_s() < until_s:
            self._clock.sleep(NAP_S)
