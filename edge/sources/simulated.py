"""The simulated street as a source: drawn, encoded to H.264 as a camera would, handed on with its packets."""

import threading
from collections.abc import Generator
from datetime import datetime
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from edge.clock import Clock
from edge.sources.decode import luma
from edge.sources.street import Parameters, Street, Truth
from edge.sources.tally import Counters, Tally
from edge.sources.timeline import Timeline
from edge.values import Frame, Packet, StreamInfo
from models.detector import Image

TIME_BASE = Fraction(1, 90_000)
NAP_S = 0.2


class Simulated:
    """Frames of ``sim:street?…``. ``truth``: what is really in the frame that was given last."""

    def __init__(
        self,
        camera: str,
        source: str,
        clock: Clock,
        stop: threading.Event,
        *,
        start_at: datetime | None,
        paced: bool,
    ) -> None:
        self._camera = camera
        self._parameters = Parameters.parse(source)
        self._clock = clock
        self._stop = stop
        self._start_at = start_at
        self._paced = paced
        self._tally = Tally(camera, clock)
        self.truth: tuple[Truth, ...] = ()
        self.duration_s = self._parameters.seconds or None

    @property
    def counters(self) -> Counters:
        return self._tally.read()

    def rest(self, is_resting: bool) -> None:
        """It has no picture that no other needs."""

    def frames(self) -> Generator[Frame, None, None]:
        wanted = self._parameters
        street, encoder = Street(wanted), _encoder(wanted)
        timeline = Timeline(self._start_at or self._clock.now(), zero_mono_s=self._clock.mono_s())
        last = round(wanted.seconds * wanted.fps) if wanted.seconds else None
        index = 0
        while not self._stop.is_set() and (last is None or index < last):
            pts_s = index / wanted.fps
            if self._paced and not self._wait_until(timeline.zero_mono_s + pts_s):
                return
            image, self.truth = street.draw()
            yield self._frame(image, index, pts_s, timeline, encoder)
            index += 1
        if not self._stop.is_set():
            self._tally.finished(None)

    def _wait_until(self, mono_s: float) -> bool:
        """Return when the clock shows it; False when stopped before."""
        while (early_s := mono_s - self._clock.mono_s()) > 0:
            if self._stop.is_set():
                return False
            self._clock.sleep(min(early_s, NAP_S))
        return True

    def _frame(self, image: Image, index: int, pts_s: float, timeline: Timeline, encoder: VideoCodecContext) -> Frame:
        picture = VideoFrame.from_ndarray(image, format="bgr24").reformat(format="yuv420p")
        picture.pts, picture.time_base = round(pts_s / TIME_BASE), TIME_BASE
        captured_at = timeline.utc(pts_s)
        coded = [packet for packet in encoder.encode(picture) if packet.size]
        info = StreamInfo(
            codec="h264",
            width=image.shape[1],
            height=image.shape[0],
            time_base=TIME_BASE,
            extradata=bytes(encoder.extradata) if encoder.extradata else None,
        )
        self._tally.frame(captured_at)
        return Frame(
            camera=self._camera,
            index=index,
            pts_s=pts_s,
            captured_at=captured_at,
            width=image.shape[1],
            height=image.shape[0],
            decode=lambda: image,
            luma=lambda: luma(picture),
            packets=tuple(
                Packet(
                    stream=info,
                    data=bytes(packet),
                    pts=packet.pts or 0,
                    dts=packet.dts or 0,
                    duration=round(1 / self._parameters.fps / TIME_BASE),
                    is_keyframe=packet.is_keyframe,
                    pts_s=pts_s,
                    captured_at=captured_at,
                )
                for packet in coded
            ),
        )


def _encoder(wanted: Parameters) -> VideoCodecContext:
    """H.264 without delay, a keyframe each second, its headers in ``extradata``."""
    encoder = av.CodecContext.create("libx264", "w")
    if not isinstance(encoder, VideoCodecContext):
        raise TypeError("libx264 is not a video encoder in this build of FFmpeg")
    encoder.width, encoder.height = wanted.width, wanted.height
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = TIME_BASE
    encoder.framerate = Fraction(wanted.fps).limit_denominator(1000)
    encoder.gop_size = max(1, round(wanted.fps))
    encoder.thread_count = 1
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "27"}
    encoder.flags |= av.codec.context.Flags.global_header
    return encoder
