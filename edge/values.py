"""What travels through the walk: Packet, Frame, Motion, Track, Hit, Change. All frozen, all timed by the frame."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from contract.event import EventData, Place, Subject
from models.detector import Detections, Image

NormBox = tuple[float, float, float, float]
"""x1 y1 x2 y2 as fractions of the picture, 0..1."""
WHOLE: NormBox = (0.0, 0.0, 1.0, 1.0)
"""The whole picture."""
Mask = NDArray[np.uint8]
"""Rows × columns, 1 where something holds, else 0."""
STIRRED_PIXELS = 2
"""Small pixels that must change for something to have moved: one alone is noise."""


GROUPS = {
    "person": "person",
    "bicycle": "vehicle",
    "car": "vehicle",
    "motorcycle": "vehicle",
    "bus": "vehicle",
    "truck": "vehicle",
}
"""Each group is associated by itself: a rider's box lies within his motorbike's and would steal its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamInfo:
    """What a muxer must know of a coded video stream. ``codec``: FFmpeg's name, e.g. ``h264``, ``hevc``, ``mpeg4``.
    ``is_ours``: coded by the edge, not by the camera."""

    codec: str
    width: int
    height: int
    time_base: Fraction
    extradata: bytes | None
    is_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One coded packet, native bytes. ``pts`` and ``dts`` in units of ``stream.time_base``; ``pts_s`` is the camera's
    own time in seconds, growing even where the source's stamps jump."""

    stream: StreamInfo
    data: bytes
    pts: int
    dts: int
    duration: int
    is_keyframe: bool
    pts_s: float
    captured_at: datetime


class Frame:
    """One picture of one camera.

    ``pts_s``: seconds on the stream's own clock, strictly growing within a run; every duration in a rule is a
    difference of these. ``captured_at``: the same instant in UTC. ``packets``: the coded packets that arrived since the
    frame before (usually one). ``image`` and ``luma`` are made on first use: a frame in which nothing moves is never
    converted. ``native``: the decoder's own picture, where this very process decoded it. One thread, the camera's
    worker, owns a frame.
    """

    __slots__ = (
        "_decode",
        "_image",
        "_luma",
        "camera",
        "captured_at",
        "height",
        "index",
        "native",
        "packets",
        "pts_s",
        "width",
    )

    def __init__(
        self,
        *,
        camera: str,
        index: int,
        pts_s: float,
        captured_at: datetime,
        width: int,
        height: int,
        decode: Callable[[], Image],
        luma: Callable[[], NDArray[np.uint8]] | None = None,
        packets: tuple[Packet, ...] = (),
        native: VideoFrame | None = None,
    ) -> None:
        self.camera = camera
        self.index = index
        self.pts_s = pts_s
        self.captured_at = captured_at
        self.width = width
        self.height = height
        self.packets = packets
        self.native = native
        self._decode = decode
        self._luma = luma
        self._image: Image | None = None

    @property
    def image(self) -> Image:
        """Height × width × 3, BGR, 0..255. Do not write into it."""
        if self._image is None:
            self._image = self._decode()
        return self._image

    @property
    def luma(self) -> NDArray[np.uint8]:
        """Height × width, 0..255: the decoder's own luma plane where it has one (no colour conversion)."""
        if self._luma is not None:
            return self._luma()
        return np.asarray(cv2.cvtColor(self.image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Motion:
    """What moved in a frame, against the background and since the gate's last look.

    ``boxes``: what differs from the background, as fractions of the picture, largest first; ``area``: its share of the
    picture, 0..1; ``front``, ``changed``: the same as a small mask (rows × columns, 0 or 1), and what of it changed
    since the last look: somebody who stands still is in front and does not change. ``is_global``: the light changed
    everywhere at once, so the rest says nothing.
    """

    boxes: tuple[NormBox, ...] = ()
    area: float = 0.0
    is_global: bool = False
    front: Mask = field(default_factory=lambda: np.zeros((1, 1), np.uint8))
    changed: Mask = field(default_factory=lambda: np.zeros((1, 1), np.uint8))

    def stirs(self, box: NormBox) -> bool:
        """Did anything change within ``box``?"""
        rows, columns = self.changed.shape
        part = self.changed[
            int(box[1] * rows) : max(int(box[1] * rows) + 1, round(box[3] * rows)),
            int(box[0] * columns) : max(int(box[0] * columns) + 1, round(box[2] * columns)),
        ]
        return cv2.countNonZero(part) >= STIRRED_PIXELS if part.size else False


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One look of the detector. ``boxes``: in pixels of the frame, weak ones included; ``region``: the part of the
    picture that it was shown, as fractions: nothing is known of the rest."""

    boxes: Detections
    region: NormBox = (0.0, 0.0, 1.0, 1.0)

    def box(self, index: int, frame: Frame) -> NormBox:
        """One of the boxes, as fractions of the frame."""
        x1, y1, x2, y2 = self.boxes.boxes[index].tolist()
        return (
            max(0.0, x1 / frame.width),
            max(0.0, y1 / frame.height),
            min(1.0, x2 / frame.width),
            min(1.0, y2 / frame.height),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One person or vehicle that is followed, as of one frame. Times are ``pts_s``."""

    id: int
    """Unique within a camera's run; never reused."""
    class_name: str
    score: float
    """Of the latest detection."""
    best_score: float
    box: NormBox
    first_s: float
    seen_s: float
    """When it was last detected (not merely predicted)."""
    speed: tuple[float, float] = (0.0, 0.0)
    """Across and down, in fractions of the picture a second."""

    @property
    def pace(self) -> float:
        """How many of its own widths it moves in a second (down the picture, half heights)."""
        width, half = self.box[2] - self.box[0], (self.box[3] - self.box[1]) / 2
        return max(abs(self.speed[0]) / max(width, 1e-6), abs(self.speed[1]) / max(half, 1e-6))

    @property
    def foot(self) -> tuple[float, float]:
        """Where it stands: the middle of the box's lower edge."""
        return ((self.box[0] + self.box[2]) / 2, self.box[3])


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A rule holds on this frame. ``subject`` tells one event from another of the same rule and place (a track id for
    rules about one track, None for rules about a place). ``dwell_s``: how long it has held for each track."""

    rule: str
    place: Place
    subject: int | None
    tracks: tuple[Track, ...]
    since_s: float
    """``pts_s`` at which the condition began to hold (before the dwell time was reached)."""
    dwell_s: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One revision of one event: what the outbox journals and the server is told. ``opened_s``, ``now_s``: ``pts_s`` of
    the event's beginning and of this change, for whoever cuts the clip. ``seen``: the tracks that are there at this
    very moment; None where nobody knows (a change read back from the journal)."""

    camera: str
    data: EventData
    opened_s: float
    now_s: float
    seen: frozenset[int] | None = None

    @property
    def shown(self) -> tuple[Subject, ...]:
        """The subjects that a picture of this moment shows; the others took part and are gone."""
        return tuple(one for one in self.data.subjects if self.seen is None or one.track in self.seen)
