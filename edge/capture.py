"""First stop of a frame: the camera or file that a camera's settings name, opened as a source of frames."""

import threading
from urllib.parse import urlsplit, urlunsplit

from edge.clock import Clock
from edge.settings import CameraSettings
from edge.sources.address import address
from edge.sources.isolated import Isolated
from edge.sources.masked import Masked
from edge.sources.opening import Wanted, opened
from edge.sources.planes import can_share
from edge.sources.simulated import Simulated
from edge.sources.source import Source

__all__ = ["Source", "masked", "open_source"]


def open_source(camera: CameraSettings, clock: Clock, stop: threading.Event, *, in_own_process: bool = False) -> Source:
    """The source of ``camera``; nothing is opened before its ``frames`` are asked for.

    ``in_own_process``: decode in a child process, where the camera asks for it and has something to decode (the
    simulated street does not). A camera with privacy masks gives painted pictures and no packets. Raises ValueError
    for a source that names nothing we can open.
    """
    source = _open(camera, clock, stop, in_own_process=in_own_process)
    return Masked(source, camera.masks) if camera.masks else source


def _open(camera: CameraSettings, clock: Clock, stop: threading.Event, *, in_own_process: bool) -> Source:
    text = camera.source
    wanted = Wanted(
        camera=camera.name,
        source=text,
        # Packets of a camera with masks are not kept: its second stream would be fetched for nothing.
        record=None if camera.masks else camera.record,
        start_at=camera.start_at,
        paced=not camera.as_fast_as_possible,
        loop=camera.loop,
    )
    is_file = "://" not in text or text.startswith("file://")
    if address(text) is None and not is_file:
        raise ValueError(
            f"camera {camera.name!r}: cannot open {masked(text)!r}; "
            "write a file, rtsp://…, http://…, webcam:0 or sim:street?seed=7"
        )
    here = opened(wanted, clock, stop)
    if not in_own_process or not camera.isolate or isinstance(here, Simulated) or not can_share():
        return here
    return Isolated(wanted, clock, stop)


def masked(source: str) -> str:
    """``source`` without user name, password and query values, for logs and errors."""
    parts = urlsplit(source)
    if parts.scheme not in {"rtsp", "rtsps", "http", "https"}:
        return source
    host = parts.hostname or ""
    place = f"{host}:{parts.port}" if parts.port else host
    return urlunsplit((parts.scheme, f"***@{place}" if "@" in parts.netloc else place, parts.path, "", ""))
