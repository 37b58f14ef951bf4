"""One opened stream → decoded pictures, each with the packets that brought it. PyAV only: OpenCV's reader dies of some
files (it corrupts the heap), and takes every other camera of the process with it."""

import threading
from collections.abc import Callable, Iterator

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from edge.clock import Clock
from edge.sources.demux import MOST_PIXELS, Demuxer
from edge.sources.tally import Tally
from edge.sources.timeline import Timeline
from edge.values import Frame, Packet
from models.detector import Image

LUMA_FIRST = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21", "gray"})
"""Pixel formats whose first plane is 8-bit luma."""


class Decoder:
    """Reads one open container to its end. Owned by the thread that calls ``frames``.

    ``live``: the edge's clock for a camera, None for a recording. ``is_resting``: asked at each packet; while it holds,
    pictures that no other needs are not decoded. ``after_s``: pictures up to this ``pts_s`` were given before.
    """

    def __init__(
        self,
        container: InputContainer,
        camera: str,
        timeline: Timeline,
        tally: Tally,
        live: Clock | None = None,
        *,
        is_resting: Callable[[], bool] = lambda: False,
        after_s: float | None = None,
    ) -> None:
        """Raises NoVideoError."""
        self._demuxer = Demuxer(container, camera, timeline, live)
        self._camera = camera
        self._timeline = timeline
        self._tally = tally
        self._live = live
        self._is_resting = is_resting
        self._after_s = after_s
        self._context = self._demuxer.stream.codec_context
        # A picture that outgrows its header's size in mid-stream is a fault, not an allocation.
        self._context.options = {"max_pixels": str(MOST_PIXELS)}
        # One thread per camera: frame threads delay each picture by their number and cost more in sum.
        self._demuxer.stream.thread_count = 1
        self._skips = False

    @property
    def promised_s(self) -> float | None:
        """How long the file's header says the stream is; headers lie, so this is for comparing only."""
        stream, container = self._demuxer.stream, self._demuxer.container
        if stream.duration:
            return float(stream.duration * self._demuxer.times.time_base)
        return container.duration / av.time_base if container.duration else None

    @property
    def step_s(self) -> float:
        """Seconds of one nominal frame."""
        return self._demuxer.step_s

    def frames(self) -> Iterator[Frame]:
        """Every picture in the order of showing, each with the packets read since the one before.

        A packet that cannot be decoded is counted and skipped. Raises av.FFmpegError where reading itself breaks, once
        all pictures before have been given.
        """
        waiting: list[Packet] = []
        broke: av.FFmpegError | None = None
        packets = self._demuxer.packets()
        while True:
            try:
                coded, packet = next(packets, (None, None))
            except av.FFmpegError as error:
                coded, packet, broke = None, None, error
            if packet is not None:
                waiting.append(packet)
            for picture in self._decode(coded):
                frame = self._frame(picture, waiting)
                waiting = []
                if frame is not None:
                    yield frame
            if coded is None:
                break
        if broke is not None:
            raise broke

    def _decode(self, coded: "av.Packet[av.VideoStream] | None") -> list[VideoFrame]:
        skips = self._is_resting()
        if skips != self._skips:
            self._context.skip_frame = "NONREF" if skips else "DEFAULT"
            self._skips = skips
        try:
            return self._context.decode(coded)
        except av.FFmpegError as error:
            self._tally.fault(error.strerror or str(error), self._timeline.last_s)
            return []

    def _frame(self, picture: VideoFrame, waiting: list[Packet]) -> Frame | None:
        """None for a picture that was given before."""
        before_s = self._timeline.last_s
        stamp_s = None if picture.pts is None else picture.pts * float(self._demuxer.times.time_base)
        pts_s = self._timeline.frame(stamp_s, self.step_s)
        if self._after_s is not None and pts_s <= self._after_s:
            return None
        if self._live:
            self._timeline.discipline(pts_s, self._live.now(), pts_s - before_s)
        captured_at = self._timeline.utc(pts_s)
        self._tally.frame(captured_at)
        return Frame(
            camera=self._camera,
            index=self._tally.read().frames - 1,
            pts_s=pts_s,
            captured_at=captured_at,
            width=picture.width,
            height=picture.height,
            decode=lambda: bgr(picture),
            luma=lambda: luma(picture),
            packets=tuple(waiting),
            native=picture,
        )


_converters = threading.local()


def bgr(picture: VideoFrame) -> Image:
    """Height × width × 3, BGR, 0..255."""
    # A converter is set up once for a size, which takes longer than converting a small picture; one a thread.
    converter = getattr(_converters, "bgr", None)
    if converter is None:
        converter = _converters.bgr = VideoReformatter()
    return np.ascontiguousarray(converter.reformat(picture, format="bgr24").to_ndarray(), dtype=np.uint8)


def luma(picture: VideoFrame) -> NDArray[np.uint8]:
    """Height × width, 0..255: a view of the decoder's own plane where the format has one, else converted."""
    if picture.format.name not in LUMA_FIRST:
        return np.asarray(picture.to_ndarray(format="gray"), dtype=np.uint8)
    plane = picture.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
    return np.asarray(rows[: picture.height, : picture.width], dtype=np.uint8)
