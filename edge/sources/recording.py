"""A recording as a source: at its own speed or as fast as it decodes, once or in a loop, as far as it goes."""

import threading
from collections.abc import Generator
from datetime import datetime
from pathlib import Path

import av

from edge.clock import Clock
from edge.sources.decode import Decoder
from edge.sources.demux import NoVideoError
from edge.sources.tally import Counters, Tally
from edge.sources.timeline import Timeline
from edge.values import Frame

NAP_S = 0.2
"""The longest sleep between two looks at ``stop``."""
TORN_S = 1.0
TORN_SHARE = 0.03
"""A file that ends this much before what its header promises (both must be exceeded) is called torn: ends of whole
files differ from their headers by a few frames."""

LOOP_PAUSE_S = 0.04
"""Between the last frame before a loop was taken up again and its file's first."""


class Recording:
    """Frames of one file. Never raises: a missing, torn or senseless file ends the frames and says why."""

    def __init__(
        self,
        camera: str,
        path: Path,
        clock: Clock,
        stop: threading.Event,
        *,
        start_at: datetime | None,
        paced: bool,
        loop: bool,
        after_s: float | None = None,
    ) -> None:
        """``after_s``: an earlier run gave its frames up to this ``pts_s``; go on there (a loop: with the next)."""
        self._camera = camera
        self._path = path
        self._clock = clock
        self._stop = stop
        self._paced = paced
        self._loop = loop
        self._tally = Tally(camera, clock)
        self._after_s = after_s
        self._is_resting = False
        self._timeline = Timeline(start_at or clock.now(), last_s=after_s if loop else None)
        self._step_s = 0.0
        self._zero_mono_s: float | None = None
        self.duration_s: float | None = None
        """What the header promises, once it is open."""

    @property
    def counters(self) -> Counters:
        return self._tally.read()

    def rest(self, is_resting: bool) -> None:
        self._is_resting = is_resting

    def frames(self) -> Generator[Frame, None, None]:
        torn: str | None = None
        begin_s = 0.0 if self._after_s is None or not self._loop else self._after_s + LOOP_PAUSE_S
        while not self._stop.is_set():
            self._timeline.begin(begin_s)
            before = self.counters.frames
            torn = yield from self._play()
            if not self._loop or self.counters.frames == before:
                break
            begin_s = self._timeline.last_s + self._step_s
        if self._stop.is_set():
            return
        if self.counters.frames == 0:
            self._tally.offline(torn or f"{self._path.name} holds no picture")
        else:
            self._tally.finished(torn)

    def _play(self) -> Generator[Frame, None, str | None]:
        """The file once, as far as it goes. Returns why that is not its end, or None."""
        try:
            # A title in another character set is no reason not to look at the pictures.
            container = av.open(str(self._path), metadata_errors="ignore")
        except (av.FFmpegError, OSError) as error:
            return f"{self._path.name} cannot be opened: {error.strerror or error}; check the path and the file"
        with container:
            try:
                decoder = Decoder(
                    container,
                    self._camera,
                    self._timeline,
                    self._tally,
                    is_resting=lambda: self._is_resting,
                    after_s=self._after_s,
                )
            except NoVideoError as error:
                return f"{self._path.name}: {error}"
            return (yield from self._read(decoder))

    def _read(self, decoder: Decoder) -> Generator[Frame, None, str | None]:
        begin_s = self._timeline.last_s
        self.duration_s, self._step_s = decoder.promised_s, decoder.step_s
        try:
            for frame in decoder.frames():
                if self._paced:
                    self._wait_for(frame.pts_s)
                if self._stop.is_set():
                    return None
                yield frame
        except av.FFmpegError as error:
            return f"{self._path.name} breaks at {self._timeline.last_s:.2f} s: {error.strerror or error}"
        played_s = self._timeline.last_s + decoder.step_s - begin_s
        promised_s = decoder.promised_s or 0.0
        if promised_s - played_s > max(TORN_S, TORN_SHARE * promised_s):
            return f"{self._path.name} ends at {played_s:.2f} s of the {promised_s:.2f} s that its header promises"
        return None

    def _wait_for(self, pts_s: float) -> None:
        """Return when a clock that started with the first frame shows ``pts_s``."""
        if self._zero_mono_s is None:
            self._zero_mono_s = self._clock.mono_s() - pts_s
        while not self._stop.is_set():
            early_s = self._zero_mono_s + pts_s - self._clock.mono_s()
            if early_s <= 0:
                return
            self._clock.sleep(min(early_s, NAP_S))
