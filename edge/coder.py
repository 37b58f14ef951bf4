"""Pictures → H.264 that every browser plays: for what an MP4 cannot hold as it is, and for working copies."""

from collections.abc import Callable, Iterable
from fractions import Fraction

from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from edge import h264

MUXER = {"movflags": "+faststart"}
"""The index goes before the pictures, so that a browser can play and seek before it has the whole file."""
CLOCK = Fraction(1, 90_000)
"""Time base of what we encode (that of RTP video)."""
_CODER = {"preset": "veryfast", "crf": "23"}
"""Visually near the source at half a core for 1080p."""


class StoppedError(RuntimeError):
    """Nobody waits for it any more."""


def encode(
    container: OutputContainer,
    pictures: Iterable[tuple[VideoFrame, int]],
    *,
    longest_side: int | None = None,
    is_stopping: Callable[[], bool] = lambda: False,
) -> str | None:
    """Write pictures, each with when it is shown in ticks of ``CLOCK``, as H.264 with 8 bits and 4:2:0.

    ``longest_side``: pictures are made smaller to it, in pixels. Returns the codec as RFC 6381 writes it; None: there
    was no picture. Raises StoppedError.
    """
    out: VideoStream | None = None
    last = -1
    for picture, at in pictures:
        if is_stopping():
            raise StoppedError
        if out is None:
            out = _open(container, picture, longest_side)
        last = max(last + 1, at)
        container.mux(out.encode(_yuv420(picture, out, last)))
    if out is None:
        return None
    container.mux(out.encode(None))
    return h264.codec_string(h264.parameter_sets(out.codec_context.extradata, b""))


def _open(container: OutputContainer, picture: VideoFrame, longest_side: int | None) -> VideoStream:
    longest = max(picture.width, picture.height)
    scale = Fraction(1) if longest_side is None else min(Fraction(1), Fraction(longest_side, longest))
    # 4:2:0 halves both sides: odd ones lose their last row or column.
    width, height = (max(2, int(side * scale) & ~1) for side in (picture.width, picture.height))
    out = container.add_stream("libx264", width=width, height=height, time_base=CLOCK, options=_CODER)
    out.pix_fmt = "yuv420p"
    out.thread_count = 1
    return out


def _yuv420(picture: VideoFrame, out: VideoStream, pts: int) -> VideoFrame:
    # Full-range sources (yuvj…, many cameras) are brought to the range that players assume.
    frame = picture.reformat(width=out.width, height=out.height, format="yuv420p", dst_color_range="MPEG")
    frame.pts = pts
    frame.time_base = CLOCK
    return frame
