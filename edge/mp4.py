"""Coded packets → an MP4 that holds them as the camera coded them; what an MP4 cannot hold is coded as H.264."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import cast

import av
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from edge.coder import CLOCK, MUXER, encode
from edge.native import Native, native, sequence_sets
from edge.values import Packet

JUMP_S = 0.5
"""Stamps that part from the camera's own time by more than this have jumped (a loop, a new connection)."""
_GAP_S, _GAP_STEPS = 1.0, 5.0
"""Nothing for a second, and for five of the stream's usual steps: that is a gap, not a slow camera."""
MOST_GAPS = 16
"""As many as the contract takes; of more, the shortest pieces between two gaps are counted to them."""


class ClipError(RuntimeError):
    """These packets give no clip; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a clip. ``codec``: RFC 6381. ``is_native``: the coded pictures are those that were given.
    ``gaps_s``: where nothing was received, in the packets' ``pts_s``, in order."""

    codec: str
    is_native: bool
    gaps_s: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class _Timed:
    packet: Packet
    pts: int
    dts: int


def write(packets: Sequence[Packet], path: Path, is_stopping: Callable[[], bool] = lambda: False) -> Written:
    """Write packets of one stream, in the order they arrived, starting with a keyframe, as an MP4 that begins at 0.

    H.264, H.265, MPEG-4 and motion JPEG are not coded again: the coded pictures are the camera's, bit for bit. Where
    the source was away, the clip stands still for as long. Raises ClipError, StoppedError.
    """
    if not packets or not packets[0].is_keyframe:
        raise ClipError("no keyframe was seen")
    try:
        timed = list(_retimed(packets))
        found = native(packets)
        is_native = found is not None and _remux(found, timed, path)
        codec = found.codec if found is not None and is_native else _encode(timed, path, is_stopping)
    except (av.FFmpegError, ValueError, OSError) as error:
        # Without the path: an officer reads it.
        why = None if isinstance(error, ValueError) else error.strerror
        raise ClipError(why or str(error)) from error
    return Written(codec=codec, is_native=is_native, gaps_s=gaps([item.packet for item in timed]))


def _remux(found: Native, timed: Sequence[_Timed], path: Path) -> bool:
    """Write them as they are. False: the first packet does not say what stream it begins."""
    zero = min(item.pts for item in timed)
    first = found.data(timed[0].packet, is_first=True)
    try:
        template = found.template(first)
    except av.FFmpegError:
        return False
    with template:
        if not template.streams.video or not template.streams.video[0].width:
            return False
        with av.open(str(path), "w", format="mp4", options=MUXER) as container:
            out = container.add_stream_from_template(template.streams.video[0], opaque=True)
            out.time_base = timed[0].packet.stream.time_base
            if found.tag is not None:
                out.codec_context.codec_tag = found.tag
            for number, item in enumerate(timed):
                packet = _coded(first if number == 0 else found.data(item.packet, is_first=False), item, zero)
                packet.stream = out
                packet.is_keyframe = item.packet.is_keyframe
                container.mux(packet)
    return True


def _encode(timed: Sequence[_Timed], path: Path, is_stopping: Callable[[], bool]) -> str:
    with av.open(str(path), "w", format="mp4", options=MUXER) as container:
        codec = encode(container, _decode(timed), is_stopping=is_stopping)
        if codec is None:
            raise ClipError(f"no picture of it could be decoded ({timed[0].packet.stream.codec})")
        return codec


def _decode(timed: Sequence[_Timed]) -> Iterator[tuple[VideoFrame, int]]:
    """Each picture and when it is shown, in ``CLOCK`` ticks from the first; damaged ones are left out."""
    stream = timed[0].packet.stream
    decoder = cast("VideoCodecContext", av.CodecContext.create(stream.codec, "r"))
    decoder.extradata = stream.extradata
    decoder.width, decoder.height = stream.width, stream.height
    decoder.thread_count = 1
    scale = stream.time_base / CLOCK
    zero = min(item.pts for item in timed)
    at = 0
    for item in (*timed, None):
        try:
            pictures = decoder.decode(None if item is None else _coded(item.packet.data, item, zero))
        except av.FFmpegError:
            continue
        for picture in pictures:
            if picture.pts is not None:
                at = round(picture.pts * scale)
            yield picture, at


def _coded(data: bytes, item: _Timed, zero: int) -> "av.Packet[Stream]":
    packet = av.Packet(data)
    packet.time_base = item.packet.stream.time_base
    packet.pts, packet.dts = item.pts - zero, item.dts - zero
    packet.duration = item.packet.duration
    return packet


def _retimed(packets: Sequence[Packet]) -> Iterator[_Timed]:
    """Stamps that follow the camera's own time: as they were while they agree with it, moved where they jump.

    After a jump everything up to the next keyframe is left out, and so are pictures that lead the first keyframe:
    they rest on pictures that are not here.
    """
    time_base = packets[0].stream.time_base
    drift: Fraction | None = None
    offset, key_pts = 0, packets[0].pts
    last_dts: int | None = None
    is_waiting = False
    for packet in packets:
        away = Fraction(packet.pts_s).limit_denominator(1_000_000) / time_base - packet.pts
        if drift is None or abs((away - drift) * time_base) > JUMP_S:
            is_waiting = drift is not None
            drift = away
            offset = round(away)
        if is_waiting and not packet.is_keyframe:
            continue
        if is_waiting or last_dts is None:
            is_waiting, key_pts = False, packet.pts + offset
        pts, dts = packet.pts + offset, packet.dts + offset
        if pts < key_pts:
            continue
        dts = dts if last_dts is None else max(dts, last_dts + 1)
        last_dts = dts
        yield _Timed(packet, max(pts, dts), dts)


def by_stream(packets: Sequence[Packet]) -> list[list[Packet]]:
    """Packets parted where the stream changes (another size, codec or coding after a reconnect): one clip each."""
    parts: list[list[Packet]] = []
    sets: tuple[bytes, ...] = ()
    for packet in packets:
        # Parameter sets stand in an MP4's header, once: pictures of others need a file of their own.
        found = sequence_sets(packet) if packet.is_keyframe else ()
        is_same = bool(parts) and parts[-1][-1].stream == packet.stream and (not found or not sets or found == sets)
        if is_same:
            parts[-1].append(packet)
        elif packet.is_keyframe:
            parts.append([packet])
            sets = ()
        sets = found or sets
    return parts


def gaps(packets: Sequence[Packet]) -> tuple[tuple[float, float], ...]:
    """Where nothing was received: from the end of a picture to the beginning of the next, in ``pts_s``."""
    shown = sorted(packet.pts_s for packet in packets)
    steps = sorted(after - before for before, after in pairwise(shown))
    if not steps:
        return ()
    usual = steps[len(steps) // 2]
    longest = max(_GAP_S, _GAP_STEPS * usual)
    found = [(a + usual, b) for a, b in pairwise(shown) if b - a > longest]
    while len(found) > MOST_GAPS:
        near = min(range(len(found) - 1), key=lambda at: found[at + 1][0] - found[at][1])
        found[near : near + 2] = [(found[near][0], found[near + 1][1])]
    return tuple(found)
