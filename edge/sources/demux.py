"""One opened stream → its coded packets, with mended stamps, native bytes untouched. Nothing is decoded here."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import av
import structlog
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from edge import h264
from edge.clock import Clock
from edge.sources.timeline import PacketTimes, Timeline
from edge.values import Packet, StreamInfo

log = structlog.get_logger(__name__)

MOST_PIXELS = 64_000_000
"""Twice an 8K picture. A file that claims more would take the memory of every other camera with it."""
_TEXT = frozenset({"tty"})
"""What FFmpeg calls a text file: it would paint the letters and call them video."""
_STAMPLESS = frozenset({"mpjpeg", "mjpeg"})
"""Formats without stamps, to which FFmpeg gives 25 a second whatever the camera sends; live, a picture's time is when
it arrived."""
_ARRIVAL_TICKS = Fraction(1, 90_000)


class NoVideoError(ValueError):
    """The source opened, but holds no video that can be decoded here; the text says why."""


class Demuxer:
    """Reads one open container to its end. Owned by the thread that calls ``packets``.

    ``live``: the edge's clock for a camera, whose packets begin with a keyframe; None for a recording.
    """

    def __init__(self, container: InputContainer, camera: str, timeline: Timeline, live: Clock | None) -> None:
        """Raises NoVideoError."""
        stream = _video(container)
        context = stream.codec_context
        self.container = container
        self.stream = stream
        self._camera = camera
        self._timeline = timeline
        self._live = live
        self._by_arrival = live is not None and container.format.name in _STAMPLESS
        time_base = _ARRIVAL_TICKS if self._by_arrival else stream.time_base or context.time_base
        self.times = PacketTimes(time_base, stream.average_rate)
        self._info = StreamInfo(
            codec=context.codec.canonical_name,
            width=context.width,
            height=context.height,
            time_base=self.times.time_base,
            extradata=bytes(context.extradata) if context.extradata else None,
        )
        self._sets: tuple[bytes, ...] | None = None

    @property
    def step_s(self) -> float:
        """Seconds of one nominal frame."""
        return self.times.step * float(self.times.time_base)

    def packets(self) -> Iterator[tuple["av.Packet[av.VideoStream]", Packet]]:
        """Each packet as FFmpeg's, its stamps mended, and as ours. Raises av.FFmpegError where reading breaks."""
        has_keyframe = self._live is None
        for coded in self.container.demux(self.stream):
            if coded.size == 0:
                break
            if not has_keyframe:
                if not coded.is_keyframe:
                    continue
                has_keyframe = True
                self._begin()
            yield coded, self._packet(coded)
        if self.times.jumps:
            log.info("stamps_mended", camera=self._camera, jumps=self.times.jumps)

    def _begin(self) -> None:
        """A connection's first packet: its time is what the edge's clock shows."""
        if self._live is not None:
            self._timeline.begin(max(self._live.mono_s() - self._timeline.zero_mono_s, self._timeline.last_s))

    def _packet(self, coded: "av.Packet[av.VideoStream]") -> Packet:
        arrival_s = self._live.mono_s() if self._live else None
        if self._by_arrival and arrival_s is not None:
            coded.pts = coded.dts = round(arrival_s / self.times.time_base)
            coded.duration = 0
        pts, dts = self.times.mend(coded, arrival_s)
        pts_s = self._timeline.seconds(pts * float(self.times.time_base))
        data = bytes(coded)
        if coded.is_keyframe and self._info.codec == "h264" and not h264.is_avcc(self._info.extradata):
            self._look_for_another_size(data)
        return Packet(
            stream=self._info,
            data=data,
            pts=pts,
            dts=dts,
            duration=coded.duration or self.times.step,
            is_keyframe=coded.is_keyframe,
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


def _video(container: InputContainer) -> VideoStream:
    """The stream to read. Raises NoVideoError."""
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
