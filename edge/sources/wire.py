"""What a child that decodes tells its edge: data, never code (no pickle: it read bytes from a stranger's camera).

Each message is one JSON text; a frame's is followed by the bytes of its packets, ``Slots`` by a file descriptor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from edge.sources.tally import Counters
from edge.values import Packet, StreamInfo

MOST_BYTES = 256 * 1024 * 1024
"""A part that is longer is a lie: packets that wait are shed at 64 MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHead:
    """A stream that packets name by ``number`` from now on. ``extradata``: hexadecimal digits."""

    kind: Literal["stream"] = "stream"
    number: int
    codec: str
    width: int
    height: int
    time_base: tuple[int, int]
    extradata: str | None

    @classmethod
    def of(cls, number: int, stream: StreamInfo) -> "StreamHead":
        """The message for ``stream``."""
        return cls(
            number=number,
            codec=stream.codec,
            width=stream.width,
            height=stream.height,
            time_base=(stream.time_base.numerator, stream.time_base.denominator),
            extradata=None if stream.extradata is None else stream.extradata.hex(),
        )

    def stream(self) -> StreamInfo:
        """What it tells. Raises ValueError."""
        return StreamInfo(
            codec=self.codec,
            width=self.width,
            height=self.height,
            time_base=Fraction(*self.time_base),
            extradata=None if self.extradata is None else bytes.fromhex(self.extradata),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketHead:
    """A packet of ``size`` bytes; the fields of ``Packet`` without its data."""

    stream: int
    size: int = Field(ge=0)
    pts: int
    dts: int
    duration: int
    is_keyframe: bool
    pts_s: float
    captured_at: datetime

    @classmethod
    def of(cls, stream: int, packet: Packet) -> "PacketHead":
        """The head of ``packet``."""
        return cls(
            stream=stream,
            size=len(packet.data),
            pts=packet.pts,
            dts=packet.dts,
            duration=packet.duration,
            is_keyframe=packet.is_keyframe,
            pts_s=packet.pts_s,
            captured_at=packet.captured_at,
        )

    def packet(self, stream: StreamInfo, data: bytes) -> Packet:
        """The packet again."""
        return Packet(
            stream=stream,
            data=data,
            pts=self.pts,
            dts=self.dts,
            duration=self.duration,
            is_keyframe=self.is_keyframe,
            pts_s=self.pts_s,
            captured_at=self.captured_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureHead:
    """Where a picture lies: ``slot`` of the shared memory, plane after plane, each (rows, bytes a row) without gaps.

    ``format``: FFmpeg's name of the pixel format; ``colors``: FFmpeg's numbers of range, space, transfer, primaries."""

    slot: int = Field(ge=0)
    format: str
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    planes: tuple[tuple[int, int], ...]
    colors: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameHead:
    """A frame; the bytes of its packets follow."""

    kind: Literal["frame"] = "frame"
    index: int
    pts_s: float
    captured_at: datetime
    picture: PictureHead
    packets: tuple[PacketHead, ...]
    counters: Counters


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How the source is, at least each second while it changes. ``beats`` grows while the reader is alive; ``is_over``:
    the source has ended, nothing follows."""

    kind: Literal["state"] = "state"
    counters: Counters
    beats: int
    duration_s: float | None
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """New shared memory from now on: ``count`` slots of ``size`` bytes; its file descriptor follows."""

    kind: Literal["slots"] = "slots"
    count: int = Field(ge=1, le=16)
    size: int = Field(ge=1, le=MOST_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A log line."""

    kind: Literal["line"] = "line"
    level: Literal["debug", "info", "warning", "error", "critical"]
    event: str
    fields: Mapping[str, str | int | float | bool | None]


Message = Annotated[StreamHead | FrameHead | State | Slots | Line, Field(discriminator="kind")]
_MESSAGES: TypeAdapter[StreamHead | FrameHead | State | Slots | Line] = TypeAdapter(Message)


def coded(message: StreamHead | FrameHead | State | Slots | Line) -> bytes:
    """The message as JSON."""
    return _MESSAGES.dump_json(message)


def decoded(text: bytes) -> StreamHead | FrameHead | State | Slots | Line:
    """The message in a JSON text. Raises ValueError."""
    return _MESSAGES.validate_json(text)
