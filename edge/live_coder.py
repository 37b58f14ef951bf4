"""Coded packets for sources that bring none (the simulated street, raw video): H.264, a keyframe every second."""

from fractions import Fraction

import av
import structlog
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from edge.values import Frame, Packet, StreamInfo

log = structlog.get_logger(__name__)

_CLOCK = Fraction(1, 90_000)
_KEYFRAME_S = 1.0
_NOMINAL_S = 0.04
"""How long the first picture is taken to last."""
_FASTEST = {"preset": "ultrafast", "tune": "zerolatency", "crf": "23"}
"""One packet for each picture, at once: 2 ms for 640×360. The pre-roll needs every frame, event or not."""


class LiveCoder:
    """Codes one camera's frames as they come. Owned by the camera's thread; a new size starts a new stream."""

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self._is_failing = False
        self._coder: VideoCodecContext | None = None
        self._stream: StreamInfo | None = None
        self._last_pts = -1
        self._keyframe_s = float("-inf")

    def encode(self, frame: Frame) -> tuple[Packet, ...]:
        """The packets of this frame; none where it cannot be coded (logged once: events go on without clips)."""
        try:
            packets = self._encode(frame)
        except (av.FFmpegError, ValueError) as error:
            if not self._is_failing:
                log.warning(
                    "frames_not_coded", camera=self._camera, size=f"{frame.width}x{frame.height}", error=str(error)
                )
            self._is_failing, self._coder = True, None
            return ()
        self._is_failing = False
        return packets

    def _encode(self, frame: Frame) -> tuple[Packet, ...]:
        height, width = frame.image.shape[:2]
        size = (width & ~1, height & ~1)
        if self._coder is None or self._stream is None or (self._stream.width, self._stream.height) != size:
            self._coder, self._stream = self._open(*size)
            self._keyframe_s = float("-inf")
        picture = VideoFrame.from_ndarray(frame.image, format="bgr24").reformat(*size, format="yuv420p")
        pts = max(self._last_pts + 1, round(frame.pts_s / _CLOCK))
        # The next frame's time is not known yet; a last picture without a duration would never be shown.
        step = pts - self._last_pts if self._last_pts >= 0 else round(_NOMINAL_S / _CLOCK)
        picture.pts = self._last_pts = pts
        picture.time_base = _CLOCK
        if frame.pts_s - self._keyframe_s >= _KEYFRAME_S:
            picture.pict_type = PictureType.I
            self._keyframe_s = frame.pts_s
        return tuple(_packet(packet, self._stream, frame, step) for packet in self._coder.encode(picture))

    @staticmethod
    def _open(width: int, height: int) -> tuple[VideoCodecContext, StreamInfo]:
        coder = av.CodecContext.create("libx264", "w")
        coder.width, coder.height, coder.pix_fmt = width, height, "yuv420p"
        coder.time_base = _CLOCK
        coder.options = _FASTEST
        coder.thread_count = 1
        coder.gop_size = 10_000
        coder.open()
        # Parameter sets come in band before each keyframe.
        stream = StreamInfo(codec="h264", width=width, height=height, time_base=_CLOCK, extradata=None, is_ours=True)
        return coder, stream


def _packet(packet: "av.Packet[VideoStream]", stream: StreamInfo, frame: Frame, step: int) -> Packet:
    pts = packet.pts or 0
    return Packet(
        stream=stream,
        data=bytes(packet),
        pts=pts,
        dts=pts if packet.dts is None else packet.dts,
        duration=packet.duration or step,
        is_keyframe=packet.is_keyframe,
        pts_s=frame.pts_s,
        captured_at=frame.captured_at,
    )
