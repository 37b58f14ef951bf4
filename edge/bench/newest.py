"""A recording that behaves like a camera: it plays on at its own speed, and who is slow gets the newest frame."""

import threading
from array import array
from collections.abc import Generator
from dataclasses import replace

from edge.capture import Source
from edge.clock import Clock
from edge.sources.tally import Counters
from edge.values import Frame, Packet

LONGEST_MS = 10_000
"""Longer latencies are told as this."""
NAP_S = 0.2


class Latencies:
    """How long frames took, in milliseconds: a histogram, so that a long run takes no more memory than a short one."""

    def __init__(self) -> None:
        self._counts = array("L", bytes(array("L").itemsize * (LONGEST_MS + 1)))

    def add(self, seconds: float) -> None:
        """One more."""
        self._counts[min(LONGEST_MS, max(0, round(seconds * 1000)))] += 1

    def clear(self) -> None:
        """Forget what was before."""
        self._counts = array("L", bytes(self._counts.itemsize * len(self._counts)))

    def at(self, share: float) -> int | None:
        """The milliseconds within which this share of the frames was done; None without frames."""
        left = share * sum(self._counts)
        if left == 0:
            return None
        for milliseconds, count in enumerate(self._counts):
            left -= count
            if left <= 0:
                return milliseconds
        return LONGEST_MS


class Newest:
    """An `edge.capture.Source` around one that keeps its own time: a thread reads it into a slot of one.

    A picture may be held beyond the source's next one (a source that shares memory copies it then). ``latencies``: from
    a frame's arrival to the end of its walk. ``most_packets``: coded packets that waited at once.
    """

    duration_s: float | None = None

    def __init__(self, source: Source, clock: Clock, stop: threading.Event, begin_s: float = 0.0) -> None:
        """The first frame comes ``begin_s`` seconds after somebody asks for frames."""
        self.latencies = Latencies()
        self.most_packets = 0
        self._source = source
        self._clock = clock
        self._stop = stop
        self._begin_s = begin_s
        self._ready = threading.Condition()
        self._slot: tuple[Frame, float] | None = None
        self._kept: list[Packet] = []
        self._dropped = 0
        self._is_over = False

    @property
    def counters(self) -> Counters:
        return replace(self._source.counters, dropped=self._dropped)

    def rest(self, is_resting: bool) -> None:
        self._source.rest(is_resting)

    def frames(self) -> Generator[Frame, None, None]:
        reader = threading.Thread(target=self._read, name="newest", daemon=True)
        reader.start()
        try:
            while (taken := self._take()) is not None:
                frame, arrived_s = taken
                yield frame
                self.latencies.add(self._clock.mono_s() - arrived_s)
        finally:
            self._is_over = True
            reader.join(timeout=2 * NAP_S)

    def _read(self) -> None:
        until_s = self._clock.mono_s() + self._begin_s
        while not self._stop.is_set() and self._clock.mono_s() < until_s:
            self._clock.sleep(NAP_S)
        for frame in self._source.frames():
            if self._is_over:
                break
            self._give(frame)
        with self._ready:
            self._is_over = True
            self._ready.notify()

    def _give(self, frame: Frame) -> None:
        with self._ready:
            self._dropped += self._slot is not None
            self._slot = (frame, self._clock.mono_s())
            self._kept += frame.packets
            self.most_packets = max(self.most_packets, len(self._kept))
            self._ready.notify()

    def _take(self) -> tuple[Frame, float] | None:
        """The newest frame, with every packet since the one before; None when there will be no more."""
        with self._ready:
            while self._slot is None:
                if self._is_over or self._stop.is_set():
                    return None
                self._ready.wait(NAP_S)
            taken, self._slot = self._slot, None
            taken[0].packets, self._kept = tuple(self._kept), []
        return taken
