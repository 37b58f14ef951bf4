"""What a camera's source text asks for, as a value that can be sent to another process, and the source it opens."""

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from edge.clock import Clock
from edge.sources.address import address
from edge.sources.live import Live
from edge.sources.record import Recorded
from edge.sources.recording import Recording
from edge.sources.simulated import Simulated
from edge.sources.source import Source
from edge.sources.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One camera's source. ``source`` and ``record`` may hold credentials: never logged.

    ``began_at``, ``zero_mono_s``: the wall and monotonic clock at which the run began that this source continues, and
    ``after_s`` the latest ``pts_s`` given in it; None for a run that begins now.
    """

    camera: str
    source: str
    record: str | None = None
    start_at: datetime | None = None
    paced: bool = True
    loop: bool = False
    began_at: datetime | None = None
    zero_mono_s: float = 0.0
    after_s: float | None = None

    @property
    def is_live(self) -> bool:
        """The newest frame counts; of what is not live, every frame."""
        return address(self.source) is not None

    def begun(self, clock: Clock) -> Self:
        """The same with the beginning of its run, if it has none yet."""
        if self.began_at is not None:
            return self
        return replace(self, began_at=clock.now(), zero_mono_s=clock.mono_s())


def opened(wanted: Wanted, clock: Clock, stop: threading.Event) -> Source:
    """The source; nothing is opened before its ``frames`` are asked for. Raises ValueError.

    ``captured_at`` of a recording is ``start_at`` (else the beginning of the run) plus its stamps; of a live camera,
    the clock at connection plus its stamps.
    """
    live = address(wanted.source)
    if live is not None:
        return _live(wanted, clock, stop)
    if wanted.source.startswith("sim:"):
        return Simulated(wanted.camera, wanted.source, clock, stop, start_at=wanted.start_at, paced=wanted.paced)
    return Recording(
        wanted.camera,
        Path(wanted.source.removeprefix("file://")),
        clock,
        stop,
        start_at=wanted.start_at or wanted.began_at,
        paced=wanted.paced,
        loop=wanted.loop,
        after_s=wanted.after_s,
    )


def _live(wanted: Wanted, clock: Clock, stop: threading.Event) -> Source:
    run = wanted.begun(clock)

    def timeline() -> Timeline:
        return Timeline(run.began_at or clock.now(), run.zero_mono_s, run.after_s)

    look_at, record_at = address(run.source), address(run.record) if run.record else None
    if look_at is None:
        raise ValueError(f"camera {run.camera!r}: its source is no live camera")
    look = Live(run.camera, look_at, clock, stop, timeline=timeline())
    if record_at is None:
        return look
    return Recorded(run.camera, look, record_at, clock, stop, timeline())
