"""Coded video for tests: real packets from an encoder or a file, and the frames that bring them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from edge.values import Frame, Packet, StreamInfo

BEGIN = datetime(2026, 3, 2, 19, 14, 4, tzinfo=UTC)


def a_video(
    path: Path,
    *,
    codec: str = "libx264",
    seconds: float = 4.0,
    fps: int = 10,
    size: tuple[int, int] = (160, 120),
    options: dict[str, str] | None = None,
    pix_fmt: str = "yuv420p",
    speed_px: int = 2,
) -> Path:
    """A block on noise that moves ``speed_px`` a frame, coded for real."""
    noise = np.random.default_rng(7).integers(0, 60, (size[1], size[0], 3), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps, width=size[0], height=size[1], options=options or {"g": "10"})
        assert isinstance(stream, av.VideoStream)
        stream.pix_fmt = pix_fmt
        for number in range(round(seconds * fps)):
            image = noise.copy()
            image[30:70, number * speed_px % size[0] :][:, :20] = 250
            container.mux(stream.encode(VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def packets_of(path: Path, *, begin_s: float = 0.0, bitstream_filter: str | None = None) -> list[Packet]:
    """The packets of a file as a camera's; ``begin_s``: the camera's own time at the first."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        time_base = Fraction(stream.time_base)
        extradata = None if bitstream_filter else stream.codec_context.extradata
        info = StreamInfo(
            codec=stream.codec_context.codec.canonical_name,
            width=stream.width,
            height=stream.height,
            time_base=time_base,
            extradata=extradata,
        )
        coded = [packet for packet in container.demux(stream) if packet.size]
        if bitstream_filter:
            context = av.BitStreamFilterContext(bitstream_filter, stream)
            coded = [out for packet in coded for out in context.filter(packet)]
        found = []
        for packet in coded:
            pts = packet.pts if packet.pts is not None else packet.dts or 0
            pts_s = begin_s + float(pts * time_base)
            found.append(
                Packet(
                    stream=info,
                    data=bytes(packet),
                    pts=pts,
                    dts=packet.dts if packet.dts is not None else pts,
                    duration=packet.duration or 0,
                    is_keyframe=packet.is_keyframe,
                    pts_s=pts_s,
                    captured_at=BEGIN + timedelta(seconds=pts_s),
                )
            )
        return found


def frames_of(
    packets: Sequence[Packet], camera: str = "kho-sau", image: Callable[[int], np.ndarray] | None = None
) -> Iterator[Frame]:
    """One frame a packet, at the packet's time; ``image`` draws it (by default plain grey)."""
    for index, packet in enumerate(packets):
        yield a_frame(index, packet.pts_s, camera=camera, packets=(packet,), image=image)


def a_frame(
    index: int,
    pts_s: float,
    *,
    camera: str = "kho-sau",
    packets: tuple[Packet, ...] = (),
    image: Callable[[int], np.ndarray] | None = None,
) -> Frame:
    """A frame of 160 × 120 at ``pts_s``."""
    grey = np.full((120, 160, 3), index % 256, np.uint8)
    return Frame(
        camera=camera,
        index=index,
        pts_s=pts_s,
        captured_at=BEGIN + timedelta(seconds=pts_s),
        width=160,
        height=120,
        decode=lambda: grey if image is None else image(index),
        packets=packets,
    )


def played(path: Path) -> list[tuple[float, np.ndarray]]:
    """What a player shows: seconds and BGR picture."""
    with av.open(str(path)) as container:
        return [(float(frame.time or 0), frame.to_ndarray(format="bgr24")) for frame in container.decode(video=0)]
