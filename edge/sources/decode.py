"""One opened stream → coded packets and decoded pictures, with mended stamps. PyAV only: OpenCV's reader dies of some
files (it corrupts the heap), and takes every other camera of the process with it."""

from collections.abc import Iterator
from dataclasses import replace

import av
import numpy as np
import structlog
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from edge import h264
from edge.clock import Clock
from edge.sources.tally import Tally
from edge.sources.timeline import PacketTimes, Timeline
from edge.values import Frame, Packet, StreamInfo
from models.detector import Image

log = structlog.get_logger(__name__)

_LUMA_FIRST = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21", "gray"})
"""Pixel formats whose first plane is 8-bit luma."""
MOST_PIXELS = 64_000_000
"""Twice an 8K picture. A file that claims more would take the memory of every other camera with it."""
_TEXT = frozenset({"tty"})
"""What FFmpeg calls a text file: it would paint the letters and call them video."""


class NoVideoError(ValueError):
    """The source opened, but holds no video that can be decoded here; the text says why."""


class Decoder:
    """Reads one open container to its end. Owned by the thread that calls ``frames``."""

    def __init__(
        self, container: InputContainer, camera: str, timeline: Timeline, tally: Tally, live: Clock | None = None
    ) -> None:
        stream = _video(container)
        self.container = container
        self._camera = camera
        self._timeline = timeline
        self._tally = tally
        self._live = live
        # A picture that outgrows its header's size in mid-stream is a fault, not an allocation.
        stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
        # One thread per camera: frame threads delay each picture by their number and cost more in sum.
        stream.thread_count = 1
        self._stream = stream
        self._times = PacketTimes(stream.time_base or stream.codec_context.time_base, stream.average_rate)
        context = stream.codec_context
        self._info = StreamInfo(
            codec=context.codec.canonical_name,
            width=context.width,
            height=context.height,
            time_base=self._times.time_base,
            extradata=bytes(context.extradata) if context.extradata else None,
        )
        self._sets: tuple[bytes, ...] | None = None
        self._has_keyframe = live is None

    @property
    def promised_s(self) -> float | None:
        """How long the file's header says the stream is; headers lie, so this is for comparing only."""
        if self._stream.duration:
            return float(self._stream.duration * self._times.time_base)
        return self.container.duration / av.time_base if self.container.duration else None

    @property
    def step_s(self) -> float:
        """Seconds of one nominal frame."""
        return self._times.step * float(self._times.time_base)

    def frames(self) -> Iterator[Frame]:
        """Every picture in the order of showing, each with the packets read since the one before.

        A packet that cannot be decoded is counted and skipped. Raises av.FFmpegError where reading itself breaks, once
        all pictures before have been given.
        """
        waiting: list[Packet] = []
        broke: av.FFmpegError | None = None
        packets = self.container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except av.FFmpegError as error:
                broke = error
                break
            if packet.size == 0:
                break
            if not self._has_keyframe and not packet.is_keyframe:
                continue
            if self._live and not self._has_keyframe:
                self._timeline.begin(max(self._live.mono_s() - self._timeline.zero_mono_s, self._timeline.last_s))
            self._has_keyframe = True
            waiting.append(self._packet(packet))
            for picture in self._decode(packet):
                yield self._frame(picture, waiting)
                waiting = []
        for picture in self._decode(None):
            yield self._frame(picture, waiting)
            waiting = []
        if self._times.jumps:
            log.info("stamps_mended", camera=self._camera, jumps=self._times.jumps)
        if broke is not None:
            raise broke

    def _decode(self, packet: "av.Packet[av.VideoStream] | None") -> list[VideoFrame]:
        try:
            return self._stream.codec_context.decode(packet)
        except av.FFmpegError as error:
            self._tally.fault(error.strerror or str(error), self._timeline.last_s)
            return []

    def _packet(self, packet: "av.Packet[av.VideoStream]") -> Packet:
        pts, dts = self._times.mend(packet, self._live.mono_s() if self._live else None)
        pts_s = self._timeline.seconds(pts * float(self._times.time_base))
        data = bytes(packet)
        if packet.is_keyframe and self._info.codec == "h264" and not h264.is_avcc(self._info.extradata):
            self._look_for_another_size(data)
        return Packet(
            stream=self._info,
            data=data,
            pts=pts,
            dts=dts,
            duration=packet.duration or self._times.step,
            is_keyframe=packet.is_keyframe,
            pts_s=pts_s,
            captured_at=self._timeline.utc(pts_s),
        )

    def _look_for_another_size(self, keyframe: bytes) -> None:
        """A camera may change its size in mid-stream: from this keyframe on it is another stream to a muxer."""
        sets = h264.sequence_sets(keyframe)
        if self._sets is not None and sets and sets != self._sets:
            width, height = _size(keyframe) or (self._info.width, self._info.height)
            self._info = replace(self._info, width=width, height=height, extradata=None)
            log.info("picture_size_changed", camera=self._camera, width=width, height=height)
        self._sets = sets or self._sets

    def _frame(self, picture: VideoFrame, waiting: list[Packet]) -> Frame:
        before_s = self._timeline.last_s
        stamp_s = None if picture.pts is None else picture.pts * float(self._times.time_base)
        pts_s = self._timeline.frame(stamp_s, self.step_s)
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
        )


def _video(container: InputContainer) -> VideoStream:
    """The stream to decode. Raises NoVideoError."""
    if not container.streams.video or container.format.name in _TEXT:
        raise NoVideoError("it holds no video stream")
    stream = container.streams.video[0]
    # PyAV's stubs do not say that a codec which FFmpeg does not know has no context.
    context: VideoCodecContext | None = stream.codec_context
    if context is None:
        raise NoVideoError("it is coded in a way that is not known here; have the camera send H.264")
    if context.width * context.height > MOST_PIXELS:
        raise NoVideoError(f"its picture of {context.width}x{context.height} is larger than any camera's")
    return stream


def _size(keyframe: bytes) -> tuple[int, int] | None:
    """Width and height of an H.264 keyframe that brings its parameter sets; None where it cannot be decoded."""
    decoder = av.CodecContext.create("h264", "r")
    decoder.options = {"max_pixels": str(MOST_PIXELS)}
    try:
        pictures = [*decoder.decode(av.Packet(keyframe)), *decoder.decode(None)]
    except av.FFmpegError:
        return None
    return (pictures[0].width, pictures[0].height) if pictures else None


def bgr(picture: VideoFrame) -> Image:
    """Height × width × 3, BGR, 0..255."""
    return np.ascontiguousarray(picture.to_ndarray(format="bgr24"), dtype=np.uint8)


def luma(picture: VideoFrame) -> NDArray[np.uint8]:
    """Height × width, 0..255: a view of the decoder's own plane where the format has one, else converted."""
    if picture.format.name not in _LUMA_FIRST:
        return np.asarray(picture.to_ndarray(format="gray"), dtype=np.uint8)
    plane = picture.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
    return np.asarray(rows[: picture.height, : picture.width], dtype=np.uint8)
