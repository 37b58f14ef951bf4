"""H.264 byte streams: where the parameter sets are, how NAL units are set apart (ITU-T H.264 annex B, ISO 14496-15).

MP4 files hold units with their length before each and the parameter sets apart (avcC); RTSP cameras send annex B,
units after start codes with the parameter sets among them. The muxer takes annex B with parameter sets in front.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_START = b"\x00\x00\x00\x01"
_SPS, _PPS = 7, 8


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """A stream's parameter sets, and how many bytes a unit's length takes (0: annex B start codes)."""

    units: tuple[bytes, ...]
    length_size: int


def unit_type(unit: bytes) -> int:
    """nal_unit_type: 1 and 5 are coded pictures (5: IDR), 7 SPS, 8 PPS."""
    return unit[0] & 0x1F


def parameter_sets(extradata: bytes | None, first_packet: bytes) -> ParameterSets:
    """The parameter sets of a stream from what its container says or, if that is nothing, from its first packet.

    Raises ValueError when an avcC record is torn.
    """
    if extradata and is_avcc(extradata):
        return _avcc(extradata)
    found = [unit for unit in annexb_units((extradata or b"") + first_packet) if unit_type(unit) in (_SPS, _PPS)]
    return ParameterSets(tuple(dict.fromkeys(found)), 0)


def is_avcc(extradata: bytes | None) -> bool:
    """Is it an avcC record (units with lengths, as in MP4)? Else the stream is annex B."""
    return extradata is not None and extradata.startswith(b"\x01")


def sequence_sets(data: bytes) -> tuple[bytes, ...]:
    """The SPS units in an annex B packet."""
    return tuple(unit for unit in annexb_units(data) if unit_type(unit) == _SPS)


def annexb_units(data: bytes) -> Iterator[bytes]:
    """The NAL units of an annex B byte stream, without start codes."""
    at = data.find(b"\x00\x00\x01")
    while at >= 0:
        begin = at + 3
        at = data.find(b"\x00\x00\x01", begin)
        unit = data[begin : at if at >= 0 else len(data)]
        # Zero bytes before a start code belong to it (leading and trailing_zero_8bits), never to a unit.
        unit = unit.rstrip(b"\x00") if at >= 0 else unit
        if unit:
            yield unit


def length_units(data: bytes, length_size: int) -> Iterator[bytes]:
    """The NAL units of a packet in which each has its length before it. Raises ValueError when one is torn."""
    at = 0
    while at + length_size <= len(data):
        size = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        if size > len(data) - at:
            raise ValueError("an H.264 packet is torn: a unit is longer than the packet")
        if size:
            yield data[at : at + size]
        at += size


def units(data: bytes, sets: ParameterSets) -> Iterator[bytes]:
    """The NAL units of a packet of the stream that ``sets`` describes."""
    return length_units(data, sets.length_size) if sets.length_size else annexb_units(data)


def joined(found: Iterable[bytes]) -> bytes:
    """Units as annex B."""
    return b"".join(_START + unit for unit in found)


def is_sequence_set(unit: bytes) -> bool:
    """Is it an SPS?"""
    return unit_type(unit) == _SPS


def codec_string(sets: ParameterSets) -> str:
    """RFC 6381, e.g. ``avc1.64001F``: profile, constraints and level of the first SPS."""
    profile = next((unit[1:4] for unit in sets.units if is_sequence_set(unit) and len(unit) >= 4), b"")
    return f"avc1.{profile.hex().upper()}" if profile else "avc1"


def _avcc(record: bytes) -> ParameterSets:
    """AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1)."""
    found: list[bytes] = []
    try:
        length_size = (record[4] & 3) + 1
        at = 5
        for mask in (0x1F, 0xFF):
            units, at = sized_units(record, at + 1, record[at] & mask)
            found += units
    except IndexError as error:
        raise ValueError("the stream's avcC record is torn") from error
    return ParameterSets(tuple(found), length_size)


def sized_units(record: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    """``count`` units from ``at`` on, each after its size in two bytes, and where they end (avcC and hvcC alike).

    Raises IndexError where the record ends before they do, or one is empty.
    """
    found = []
    for _ in range(count):
        size = int.from_bytes(record[at : at + 2], "big")
        unit = record[at + 2 : at + 2 + size]
        if size == 0 or len(unit) != size:
            raise IndexError(at)
        found.append(unit)
        at += 2 + size
    return found, at
