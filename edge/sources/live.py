"""A live camera as a source: a thread of its own reads and decodes, the newest frame wins, and it comes back.

The reader owns the container and the timeline. It hands frames over in a slot of one: a worker that is slower than
the camera gets the newest picture, and with it every coded packet since the last one it took, so that a clip has no
hole where frames were dropped.
"""

import random
import threading
from collections.abc import Generator
from dataclasses import dataclass, field

import av
import structlog

from edge.clock import Clock
from edge.sources.decode import Decoder, NoVideoError
from edge.sources.tally import Counters, Tally
from edge.sources.timeline import Timeline
from edge.values import Frame, Packet

log = structlog.get_logger(__name__)

OPEN_S, READ_S = 10.0, 5.0
"""A camera that does not answer, or falls silent, for this long is offline."""
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
"""Between attempts: doubles from the first to the longest, ± half by chance, so that cameras behind one switch do not
all come back in one instant."""
KEPT_BYTES = 64 * 1024 * 1024
"""Packets that wait for a worker which has stopped taking frames; beyond it the oldest go, up to a keyframe."""
NAP_S = 0.2
_QUICK = {"analyzeduration": "300000", "fpsprobesize": "0", "fflags": "nobuffer"}
"""Look at the stream for 0.3 s before the first picture, not for FFmpeg's 5 s, in which the camera is blind."""


@dataclass(frozen=True, slots=True)
class Address:
    """How PyAV opens a live camera. ``url`` may hold credentials: it is never logged."""

    url: str
    format: str | None = None
    options: dict[str, str] = field(default_factory=dict)


def rtsp(url: str) -> Address:
    """An RTSP camera, over TCP: lost UDP packets would smear pictures and clips."""
    return Address(url, options={"rtsp_transport": "tcp", "allowed_media_types": "video"} | _QUICK)


def webcam(text: str) -> Address:
    """``webcam:0`` → the first Video4Linux device. Raises ValueError for anything but a number."""
    number = text.removeprefix("webcam:")
    if not number.isdecimal():
        raise ValueError(f"{text!r}: write webcam:0 for /dev/video0")
    return Address(f"/dev/video{number}", format="v4l2")


class Live:
    """Frames of one live camera, until ``stop``. Never raises: what goes wrong is counted, logged once and retried."""

    duration_s: float | None = None

    def __init__(
        self,
        camera: str,
        address: Address,
        clock: Clock,
        stop: threading.Event,
        chance: random.Random | None = None,
    ) -> None:
        self._camera = camera
        self._address = address
        self._clock = clock
        self._stop = stop
        self._chance = chance or random.Random()  # noqa: S311 — spreads reconnects, guards nothing
        self._closed = threading.Event()
        self._tally = Tally(camera, clock)
        self._ready = threading.Condition()
        self._newest: Frame | None = None
        self._kept: list[Packet] = []
        self._kept_bytes = 0

    @property
    def counters(self) -> Counters:
        return self._tally.read()

    def frames(self) -> Generator[Frame, None, None]:
        reader = threading.Thread(target=self._read_forever, name=f"read-{self._camera}", daemon=True)
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
            if frame is None:
                return None
            packets, self._kept, self._kept_bytes = tuple(self._kept), [], 0
        frame.packets = packets
        return frame

    def _give(self, frame: Frame) -> None:
        with self._ready:
            if self._newest is not None:
                self._tally.dropped()
            self._newest = frame
            self._kept += frame.packets
            self._kept_bytes += sum(len(packet.data) for packet in frame.packets)
            if self._kept_bytes > KEPT_BYTES:
                self._shed()
            self._ready.notify()

    def _shed(self) -> None:
        """Let go of the oldest half of the waiting packets, up to a keyframe, so that what is left can be played."""
        half = len(self._kept) // 2
        first = next((i for i in range(half, len(self._kept)) if self._kept[i].is_keyframe), len(self._kept))
        log.warning("packets_shed", camera=self._camera, packets=first)
        self._kept = self._kept[first:]
        self._kept_bytes = sum(len(packet.data) for packet in self._kept)

    def _read_forever(self) -> None:
        """The reader's life: connect, read until it breaks, wait, again."""
        timeline = Timeline(self._clock.now(), zero_mono_s=self._clock.mono_s())
        wait_s = FIRST_WAIT_S
        while not self._is_over():
            before = self.counters.frames
            error = self._read_once(timeline)
            if self._is_over():
                return
            self._tally.offline(error)
            wait_s = FIRST_WAIT_S if self.counters.frames > before else min(wait_s * 2, LONGEST_WAIT_S)
            self._pause(wait_s * self._chance.uniform(0.5, 1.5))
            self._tally.reconnecting()

    def _read_once(self, timeline: Timeline) -> str:
        """One connection, to its end. Returns why it ended."""
        address = self._address
        try:
            with av.open(
                address.url,
                format=address.format,
                options=address.options,
                timeout=(OPEN_S, READ_S),
                metadata_errors="ignore",
            ) as container:
                for frame in Decoder(container, self._camera, timeline, self._tally, live=self._clock).frames():
                    if self._is_over():
                        return "stopping"
                    self._give(frame)
        except (av.FFmpegError, OSError) as error:
            return f"no picture: {error.strerror or type(error).__name__}; check its power, network and address"
        except NoVideoError as error:
            return f"no picture: {error}"
        return "no picture: the camera closed the connection"

    def _pause(self, seconds: float) -> None:
        until_s = self._clock.mono_s() + seconds
        while not self._is_over() and self._clock.mono_s() < until_s:
            self._clock.sleep(NAP_S)
