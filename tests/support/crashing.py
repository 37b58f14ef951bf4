"""Sources whose decoder dies as native code does. Opened in the child: found there by module and name."""

import ctypes
import os
import threading
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from edge.clock import Clock
from edge.sources.opening import Wanted, opened
from edge.sources.source import Source, Wrapped
from edge.values import Frame


def order(source: Path, what: str, at: int, times: int) -> None:
    """The recording at ``source`` does ``what`` (abort, segfault, hang) once frame ``at`` of a child is due, in the
    next so many children."""
    _orders(source).write_text(f"{what} {at} {times}")


def crashing(wanted: Wanted, clock: Clock, stop: threading.Event) -> Source:
    """The source, and what was ordered for it."""
    return _Crashing(opened(wanted, clock, stop), _orders(Path(wanted.source)))


def _orders(source: Path) -> Path:
    return source.with_suffix(".orders")


class _Crashing(Wrapped):
    def __init__(self, source: Source, orders: Path) -> None:
        super().__init__(source)
        self._what, self._at = "", -1
        if orders.exists():
            what, at, times = orders.read_text().split()
            if int(times) > 0:
                self._what, self._at = what, int(at)
                orders.write_text(f"{what} {at} {int(times) - 1}")

    def rest(self, is_resting: bool) -> None:
        self._source.rest(is_resting)

    def frames(self) -> Generator[Frame, None, None]:
        with closing(self._source.frames()) as frames:
            for count, frame in enumerate(frames):
                if count == self._at:
                    self._do()
                yield frame

    def _do(self) -> None:
        if self._what == "abort":
            os.abort()
        if self._what == "segfault":
            ctypes.string_at(0)
        while True:
            time.sleep(0.1)
