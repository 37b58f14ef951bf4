"""Coded packets → an MP4 that a browser plays: H.264 as the camera coded it, anything else coded anew."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from edge import h264
from edge.values import Packet, StreamInfo

_MUXER = {"movflags": "+faststart"}
"""The index goes before the pictures, so that a browser can play and seek before it has the whole file."""
JUMP_S = 0.5
"""Stamps that part from the camera's own time by more than this have jumped (a loop, a new connection)."""
_CLOCK = Fraction(1, 90_000)
"""Time base of what we encode (that of RTP video)."""
_CODER = {"preset": "veryfast", "crf": "23"}
"""Visually near the source at half a core for 1080p."""


class ClipError(RuntimeError):
    """These packets give no clip; the text says why."""


class StoppedError(RuntimeError):
    """Nobody waits for the clip any more."""


@dataclass(frozen=True, slots=True)
class _Timed:
    packet: Packet
    pts: int
    dts: int


def write(packets: Sequence[Packet], path: Path, is_stopping: Callable[[], bool] = lambda: False) -> None:
    """Write packets of one stream, in the order they arrived, starting with a keyframe, as an MP4 that begins at 0.

    H.264 of a profile that browsers play is not coded again: its coded pictures are the camera's, bit for bit. Where
    the source was away, the clip stands still for as long. Raises ClipError.
    """
    if not packets or not packets[0].is_keyframe:
        raise ClipError("no keyframe was seen")
    stream = packets[0].stream
    try:
        timed = list(_retimed(packets))
        sets = h264.parameter_sets(stream.extradata, packets[0].data) if stream.codec == "h264" else None
        if sets is not None and sets.profile in h264.BROWSER_PROFILES:
            _remux(stream, timed, sets, path)
        else:
            _encode(stream, timed, path, is_stopping)
    except (av.FFmpegError, ValueError, OSError) as error:
        raise ClipError(f"the clip could not be written: {error}") from error


def _remux(stream: StreamInfo, timed: Sequence[_Timed], sets: h264.ParameterSets, path: Path) -> None:
    zero = min(item.pts for item in timed)
    with av.open(str(path), "w", format="mp4", options=_MUXER) as container:
        out = container.add_mux_stream("h264", width=stream.width, height=stream.height)
        out.time_base = stream.time_base
        for number, item in enumerate(timed):
            packet = _coded(h264.annexb(item.packet.data, sets, with_sets=number == 0), item, zero)
            packet.stream = out
            packet.is_keyframe = item.packet.is_keyframe
            container.mux(packet)


def _encode(stream: StreamInfo, timed: Sequence[_Timed], path: Path, is_stopping: Callable[[], bool]) -> None:
    with av.open(str(path), "w", format="mp4", options=_MUXER) as container:
        out: VideoStream | None = None
        last = -1
        for picture, at in _decode(stream, timed):
            if is_stopping():
                raise StoppedError
            if out is None:
                out = _coder(container, picture)
            pts = max(last + 1, at)
            last = pts
            container.mux(out.encode(_yuv420(picture, out, pts)))
        if out is None:
            raise ClipError(f"no picture of it could be decoded ({stream.codec})")
        container.mux(out.encode(None))


def _coder(container: av.container.OutputContainer, picture: VideoFrame) -> VideoStream:
    # 4:2:0 halves both sides: odd ones lose their last row or column.
    out = container.add_stream(
        "libx264", width=picture.width & ~1, height=picture.height & ~1, time_base=_CLOCK, options=_CODER
    )
    out.pix_fmt = "yuv420p"
    out.thread_count = 1
    return out


def _yuv420(picture: VideoFrame, out: VideoStream, pts: int) -> VideoFrame:
    # Full-range sources (yuvj…, many cameras) are brought to the range that players assume.
    frame = picture.reformat(width=out.width, height=out.height, format="yuv420p", dst_color_range="MPEG")
    frame.pts = pts
    frame.time_base = _CLOCK
    return frame


def _decode(stream: StreamInfo, timed: Sequence[_Timed]) -> Iterator[tuple[VideoFrame, int]]:
    """Each picture and when it is shown, in ``_CLOCK`` ticks from the first; damaged ones are left out."""
    decoder = cast("VideoCodecContext", av.CodecContext.create(stream.codec, "r"))
    decoder.extradata = stream.extradata
    decoder.width, decoder.height = stream.width, stream.height
    decoder.thread_count = 1
    scale = stream.time_base / _CLOCK
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
    """Packets parted where the stream changes (another size or codec after a reconnect): one clip each."""
    parts: list[list[Packet]] = []
    for packet in packets:
        if parts and parts[-1][-1].stream == packet.stream:
            parts[-1].append(packet)
        elif packet.is_keyframe:
            parts.append([packet])
    return parts
