"""Where a live camera is and how FFmpeg opens it: RTSP, MJPEG over HTTP, HLS, a webcam."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

_QUICK = {"analyzeduration": "300000", "fpsprobesize": "0", "fflags": "nobuffer"}
"""Look at the stream for 0.3 s before the first picture, not for FFmpeg's 5 s, in which the camera is blind."""
LIVE_SCHEMES = ("rtsp", "rtsps", "http", "https")


@dataclass(frozen=True, slots=True)
class Address:
    """How PyAV opens a live camera. ``url`` may hold credentials: it is never logged. ``is_paced``: the pictures arrive
    in bursts (a segment at a time) and are handed on at their own speed."""

    url: str
    format: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    is_paced: bool = False


def rtsp(url: str) -> Address:
    """An RTSP camera, over TCP: lost UDP packets would smear pictures and clips."""
    return Address(url, options={"rtsp_transport": "tcp", "allowed_media_types": "video"} | _QUICK)


def http(url: str) -> Address:
    """MJPEG (``multipart/x-mixed-replace``) or another endless stream over HTTP; HLS where the path says ``.m3u8``."""
    if urlsplit(url).path.lower().endswith(".m3u8"):
        # The newest segment instead of the third from the end: the picture is one segment old, not three.
        return Address(url, options={"live_start_index": "-1"}, is_paced=True)
    return Address(url, options=dict(_QUICK))


def webcam(text: str) -> Address:
    """``webcam:0`` → the first Video4Linux device. Raises ValueError for anything but a number."""
    number = text.removeprefix("webcam:")
    if not number.isdecimal():
        raise ValueError(f"{text!r}: write webcam:0 for /dev/video0")
    return Address(f"/dev/video{number}", format="v4l2")


def address(text: str) -> Address | None:
    """The address of a live camera; None for what is none (a file, a simulated street). Raises ValueError."""
    scheme = text.partition(":")[0]
    if scheme == "webcam":
        return webcam(text)
    if scheme in {"rtsp", "rtsps"}:
        return rtsp(text)
    return http(text) if text.startswith(("http://", "https://")) else None
