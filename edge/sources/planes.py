"""Pictures in memory that two processes share: the decoder's own planes, never converted on the way.

The child makes the memory (sealed: it can no more shrink under the edge's feet), writes one picture a slot and names
the slot; the edge reads it there and converts it only where somebody asks for colours.
"""

import fcntl
import mmap
import os

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from edge.sources.decode import LUMA_FIRST, bgr, luma
from edge.sources.wire import PictureHead, Slots
from models.detector import Image

COUNT = 4
"""One that the walk holds, one that it held before, two on their way."""
_TWO_BYTES_WIDE = frozenset({"nv12", "nv21"})
_CONVERTED = "bgr24"
"""What other pixel formats (10-bit, palettes, upside-down) travel as, with their luma as a second plane."""
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


def can_share() -> bool:
    """Whether this machine has sealed memory files (Linux)."""
    return hasattr(os, "memfd_create") and hasattr(fcntl, "F_ADD_SEALS")


class Area:
    """Shared memory of ``count`` slots of ``size`` bytes. Unmapped when the last picture in it is gone."""

    def __init__(self, fd: int, count: int, size: int) -> None:
        """Maps ``fd``, which stays the caller's. Raises ValueError where it is not as sealed and large as it says."""
        if fcntl.fcntl(fd, fcntl.F_GET_SEALS) & _SEALS != _SEALS or os.fstat(fd).st_size != count * size:
            raise ValueError("shared memory that is not sealed, or of another size than it says")
        self.count = count
        self.size = size
        self._all = np.frombuffer(mmap.mmap(fd, count * size), dtype=np.uint8)

    def slot(self, number: int) -> NDArray[np.uint8]:
        """The bytes of one slot."""
        return self._all[number * self.size : (number + 1) * self.size]


class Writer:
    """The child's side: puts pictures into slots."""

    def __init__(self) -> None:
        self._area: Area | None = None

    def room_for(self, picture: VideoFrame) -> tuple[Slots, int] | None:
        """New memory where the picture needs more than there is: what to tell, and its descriptor (the caller's)."""
        needed = sum(rows * size for rows, size in _layout(picture))
        if self._area is not None and self._area.size >= needed:
            return None
        size = -(-needed // mmap.PAGESIZE) * mmap.PAGESIZE
        fd = os.memfd_create("anninh-pictures", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(fd, COUNT * size)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
        self._area = Area(fd, COUNT, size)
        return Slots(count=COUNT, size=size), fd

    def write(self, picture: VideoFrame, slot: int) -> PictureHead:
        """Copy the picture into the slot; there must be room."""
        if self._area is None:
            raise ValueError("no memory for a picture yet")
        layout, bytes_ = _layout(picture), self._area.slot(slot)
        at = 0
        for source, (rows, size) in zip(_planes(picture), layout, strict=True):
            bytes_[at : at + rows * size].reshape(rows, size)[:] = source
            at += rows * size
        return PictureHead(
            slot=slot,
            format=picture.format.name if picture.format.name in LUMA_FIRST else _CONVERTED,
            width=picture.width,
            height=picture.height,
            planes=layout,
            colors=(
                int(picture.color_range),
                int(picture.colorspace),
                int(picture.color_trc),
                int(picture.color_primaries),
            ),
        )


class Picture:
    """The edge's side: one picture in a slot. After ``keep`` it is a copy, and the slot may be written again."""

    __slots__ = ("__weakref__", "_bytes", "_head", "_luma")

    def __init__(self, area: Area, head: PictureHead) -> None:
        """Raises ValueError for a picture that is not where it says."""
        if head.slot >= area.count or sum(rows * size for rows, size in head.planes) > area.size:
            raise ValueError("a picture outside its memory")
        if head.planes != _sizes(head.format, head.width, head.height):
            raise ValueError(f"a picture of {head.width}x{head.height} {head.format} with other planes")
        self._head = head
        self._bytes = area.slot(head.slot)
        self._luma: NDArray[np.uint8] | None = None

    def keep(self) -> None:
        """Own the bytes from now on."""
        self._bytes = self._bytes[: sum(rows * size for rows, size in self._head.planes)].copy()

    def luma(self) -> NDArray[np.uint8]:
        """Height × width, 0..255; copied once, so that whoever keeps it keeps this picture's."""
        if self._luma is None:
            index = 1 if self._head.format == _CONVERTED else 0
            self._luma = self._plane(index).copy()
        return self._luma

    def bgr(self) -> Image:
        """Height × width × 3, BGR, 0..255."""
        head = self._head
        if head.format == _CONVERTED:
            return self._plane(0).reshape(head.height, head.width, 3).copy()
        picture = VideoFrame(head.width, head.height, head.format)
        picture.color_range, picture.colorspace, picture.color_trc, picture.color_primaries = head.colors
        for index, plane in enumerate(picture.planes):
            rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
            ours = self._plane(index)
            rows[: ours.shape[0], : ours.shape[1]] = ours
        return bgr(picture)

    def _plane(self, index: int) -> NDArray[np.uint8]:
        planes = self._head.planes
        at = sum(rows * size for rows, size in planes[:index])
        rows, size = planes[index]
        return self._bytes[at : at + rows * size].reshape(rows, size)


def _planes(picture: VideoFrame) -> list[NDArray[np.uint8]]:
    """The picture's planes, rows × bytes."""
    if picture.format.name not in LUMA_FIRST:
        return [bgr(picture).reshape(picture.height, -1), luma(picture)]
    found = []
    for plane, (rows, size) in zip(picture.planes, _layout(picture), strict=True):
        lines = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
        found.append(np.asarray(lines[:rows, :size], dtype=np.uint8))
    return found


def _layout(picture: VideoFrame) -> tuple[tuple[int, int], ...]:
    name = picture.format.name
    return _sizes(name if name in LUMA_FIRST else _CONVERTED, picture.width, picture.height)


def _sizes(name: str, width: int, height: int) -> tuple[tuple[int, int], ...]:
    """(rows, bytes a row) of each plane. Raises ValueError for a format that does not travel."""
    if name == _CONVERTED:
        return ((height, 3 * width), (height, width))
    if name not in LUMA_FIRST:
        raise ValueError(f"pixel format {name!r}")
    if name == "gray":
        return ((height, width),)
    half_wide = 1 if "444" in name else 2
    half_high = 2 if "420" in name or name in _TWO_BYTES_WIDE else 1
    wide, high = -(-width // half_wide), -(-height // half_high)
    if name in _TWO_BYTES_WIDE:
        return ((height, width), (high, 2 * wide))
    return ((height, width), (high, wide), (high, wide))
