"""What an MP4 can hold as the camera coded it: H.264, H.265, MPEG-4 and motion JPEG, as the muxer takes them."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType

import av
from av.container import InputContainer

from edge import h264, h265
from edge.values import Packet, StreamInfo

_UNITS: dict[str, ModuleType] = {"h264": h264, "hevc": h265}
"""Codecs whose packets are NAL units."""
_BARE = {"h264": "h264", "hevc": "hevc", "mpeg4": "m4v", "mjpeg": "mjpeg"}
"""Codec → what FFmpeg calls a file that is nothing but its packets."""
_PLAIN = {"mpeg4": "mp4v.20", "mjpeg": "mp4v.6C"}
"""RFC 6381 names of codecs whose packets are taken as they are (object types of ISO 14496-1, 7.2.6.6.2)."""


@dataclass(frozen=True, slots=True)
class Native:
    """One stream that need not be coded again. ``codec``: RFC 6381."""

    stream: StreamInfo
    codec: str
    sets: h264.ParameterSets | None

    @property
    def tag(self) -> str | None:
        """The sample entry where FFmpeg's own choice is not the best: hvc1 keeps the parameter sets in the header,
        which is what Apple's players ask for and Chromium takes as well as hev1."""
        return "hvc1" if self.stream.codec == "hevc" else None

    def data(self, packet: Packet, *, is_first: bool) -> bytes:
        """The packet's bytes for the muxer: NAL units in annex B, the parameter sets before the first picture unless
        it brings its own; anything else as it is. Raises ValueError for a torn packet."""
        if self.sets is None:
            return packet.data
        units: Iterable[bytes] = h264.units(packet.data, self.sets)
        if is_first:
            units = list(units)
            is_set = _UNITS[self.stream.codec].is_sequence_set
            if not any(is_set(unit) for unit in units):
                units = [*self.sets.units, *units]
        return h264.joined(units)

    def template(self, first: bytes) -> InputContainer:
        """A container that holds nothing but the first packet: the muxer copies its stream's header."""
        head = self.stream.extradata or b"" if self.sets is None else b""
        return av.open(io.BytesIO(head + first), "r", format=_BARE[self.stream.codec])


def native(packets: Sequence[Packet]) -> Native | None:
    """How packets of one stream, starting with a keyframe, go into an MP4 as they are; None: not at all.

    Raises ValueError when the stream's header is torn.
    """
    stream = packets[0].stream
    if stream.codec not in _BARE:
        return None
    module = _UNITS.get(stream.codec)
    if module is None:
        return Native(stream, _PLAIN[stream.codec], None)
    sets: h264.ParameterSets = module.parameter_sets(stream.extradata, packets[0].data)
    return Native(stream, module.codec_string(sets), sets)


def sequence_sets(packet: Packet) -> tuple[bytes, ...]:
    """The SPS units that a packet brings in band; none where they stand in the stream's header alone."""
    module = _UNITS.get(packet.stream.codec)
    if module is None or h264.is_avcc(packet.stream.extradata):
        return ()
    return tuple(unit for unit in h264.annexb_units(packet.data) if module.is_sequence_set(unit))
