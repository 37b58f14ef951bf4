"""H.265 byte streams: parameter sets and what a browser is told of them (ITU-T H.265, ISO 14496-15).

As with H.264, MP4 files hold units with their length before each and the parameter sets apart (hvcC); RTSP cameras send
annex B with the parameter sets among the pictures.
"""

from edge.h264 import ParameterSets, annexb_units, sized_units

_VPS, _SPS, _PPS = 32, 33, 34
_HEADER_BYTES = 22
"""Of an hvcC record, before the number of its arrays."""


def unit_type(unit: bytes) -> int:
    """nal_unit_type: below 32 coded pictures, 32 VPS, 33 SPS, 34 PPS, 39 and 40 SEI."""
    return unit[0] >> 1 & 0x3F


def parameter_sets(extradata: bytes | None, first_packet: bytes) -> ParameterSets:
    """The parameter sets of a stream from what its container says or, if that is nothing, from its first packet.

    Raises ValueError when an hvcC record is torn.
    """
    if extradata and is_hvcc(extradata):
        return _hvcc(extradata)
    units = annexb_units((extradata or b"") + first_packet)
    return ParameterSets(tuple(dict.fromkeys(unit for unit in units if unit_type(unit) in (_VPS, _SPS, _PPS))), 0)


def is_hvcc(extradata: bytes | None) -> bool:
    """Is it an hvcC record (units with lengths, as in MP4)? Annex B begins with a start code."""
    return extradata is not None and len(extradata) > _HEADER_BYTES and extradata[:3] not in (b"\0\0\0", b"\0\0\1")


def is_sequence_set(unit: bytes) -> bool:
    """Is it an SPS?"""
    return unit_type(unit) == _SPS


def codec_string(sets: ParameterSets) -> str:
    """RFC 6381 as ISO 14496-15 annex E writes it, e.g. ``hvc1.1.6.L93.B0``: profile, compatibility, tier and level,
    constraints."""
    sps = next((unit for unit in sets.units if is_sequence_set(unit)), b"")
    # Emulation prevention (7.4.2): 00 00 03 stands for 00 00. After 2 + 1 bytes, profile_tier_level (7.3.3).
    told = sps.replace(b"\0\0\3", b"\0\0")[3:15]
    if len(told) < 12:
        return "hvc1"
    space = ("", "A", "B", "C")[told[0] >> 6]
    compatibility = int(f"{int.from_bytes(told[1:5], 'big'):032b}"[::-1], 2)
    constraints = told[5:11].rstrip(b"\0")
    tier = "H" if told[0] & 0x20 else "L"
    parts = [f"hvc1.{space}{told[0] & 0x1F}", f"{compatibility:X}", f"{tier}{told[11]}"]
    return ".".join([*parts, *(f"{one:X}" for one in constraints)])


def _hvcc(record: bytes) -> ParameterSets:
    """HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1)."""
    found: list[bytes] = []
    try:
        length_size = (record[_HEADER_BYTES - 1] & 3) + 1
        at = _HEADER_BYTES + 1
        for _ in range(record[_HEADER_BYTES]):
            count = int.from_bytes(record[at + 1 : at + 3], "big")
            units, at = sized_units(record, at + 3, count)
            found += units
    except IndexError as error:
        raise ValueError("the stream's hvcC record is torn") from error
    return ParameterSets(tuple(unit for unit in found if unit_type(unit) in (_VPS, _SPS, _PPS)), length_size)
