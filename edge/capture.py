"""First stop of a frame: the camera or file that a camera's settings name, opened as a source of frames."""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from edge.clock import Clock
from edge.settings import CameraSettings
from edge.sources.live import Live, rtsp, webcam
from edge.sources.recording import Recording
from edge.sources.simulated import Simulated
from edge.sources.tally import Counters
from edge.values import Frame


class Source(Protocol):
    """A camera or recording. ``frames`` belongs to one thread, the camera's worker; the rest may be read by any."""

    def frames(self) -> Generator[Frame, None, None]:
        """Every frame until the source ends, ``stop`` is set, or it is closed: that lets go of the camera.

        Never raises because of what the source does.
        """
        ...

    @property
    def counters(self) -> Counters:
        """State (connecting, online, offline, finished), frames, drops, reconnects, seconds up, error: a snapshot."""
        ...

    @property
    def duration_s(self) -> float | None:
        """How long a recording's header says it is; None while unknown and for what has no end."""
        ...


def open_source(camera: CameraSettings, clock: Clock, stop: threading.Event) -> Source:
    """The source of ``camera``; nothing is opened before its ``frames`` are asked for.

    ``captured_at`` of a recording is ``camera.start_at`` (else the clock now) plus its stamps; of a live camera, the
    clock at connection plus its stamps. Raises ValueError for a source that names nothing we can open.
    """
    text = camera.source
    if text.startswith("sim:"):
        return Simulated(camera.name, text, clock, stop, start_at=camera.start_at, paced=not camera.as_fast_as_possible)
    if text.startswith("webcam:"):
        return Live(camera.name, webcam(text), clock, stop)
    if text.startswith(("rtsp://", "rtsps://")):
        return Live(camera.name, rtsp(text), clock, stop)
    if "://" in text and not text.startswith("file://"):
        raise ValueError(
            f"camera {camera.name!r}: cannot open {masked(text)!r}; "
            "write a file, rtsp://…, webcam:0 or sim:street?seed=7"
        )
    return Recording(
        camera.name,
        Path(text.removeprefix("file://")),
        clock,
        stop,
        start_at=camera.start_at,
        paced=not camera.as_fast_as_possible,
        loop=camera.loop,
    )


def masked(source: str) -> str:
    """``source`` without user name, password and query values, for logs and errors."""
    parts = urlsplit(source)
    if parts.scheme not in {"rtsp", "rtsps", "http", "https"}:
        return source
    host = parts.hostname or ""
    place = f"{host}:{parts.port}" if parts.port else host
    return urlunsplit((parts.scheme, f"***@{place}" if "@" in parts.netloc else place, parts.path, "", ""))
