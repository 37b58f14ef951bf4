"""Pure: whether bytes are a picture that every browser shows, and how large it is, read from its first part.

Raster pictures only. An SVG is a document that may hold scripts and links; a plan needs neither.
"""

import struct
from dataclasses import dataclass
from typing import Final

WIDEST: Final = 8192
"""Pixels a side: more makes a browser's tab fall over."""
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_JPEG_SIZES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of a JPEG's frame header (ITU T.81, table B.1)."""


class NoPictureError(ValueError):
    """It is none, or none that may be used. Its text says why and what to do, Vietnamese / English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a picture says of itself."""

    media_type: str
    width: int
    height: int


def look(body: bytes) -> Picture:
    """What it is. Raises NoPictureError."""
    if body.startswith(_PNG):
        found = _png(body)
    elif body.startswith(_JPEG):
        found = _jpeg(body)
    else:
        raise NoPictureError(
            "Sơ đồ phải là ảnh PNG hoặc JPEG; hãy xuất sơ đồ SVG, PDF sang PNG. / "
            "A plan is a PNG or JPEG; export an SVG or PDF as PNG."
        )
    if found is None:
        raise NoPictureError("Ảnh bị hỏng; hãy lưu lại ảnh rồi thử lại. / The picture is broken; save it again.")
    if not (0 < found.width <= WIDEST and 0 < found.height <= WIDEST):
        raise NoPictureError(
            f"Ảnh {found.width} × {found.height} quá lớn; mỗi cạnh nhiều nhất {WIDEST} điểm ảnh. / "
            f"{found.width} × {found.height} is too large; at most {WIDEST} pixels a side."
        )
    return found


def _png(body: bytes) -> Picture | None:
    """IHDR comes first (PNG specification, 11.2.2), IEND last."""
    if len(body) < 33 or body[12:16] != b"IHDR" or b"IEND" not in body[-32:]:
        return None
    width, height = struct.unpack(">II", body[16:24])
    return Picture(media_type="image/png", width=width, height=height)


def _jpeg(body: bytes) -> Picture | None:
    """Segments until the frame header that holds the size."""
    at = 2
    while at + 9 <= len(body) and body[at] == 0xFF:
        marker = body[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            return Picture(media_type="image/jpeg", width=width, height=height)
        at += 2 + int.from_bytes(body[at + 2 : at + 4])
    return None
