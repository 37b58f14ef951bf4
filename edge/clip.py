"""What an event looked like: from the pre-roll to its closing, and its best moment. Collects; ``writer`` writes."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contract.event import Phase
from edge.live_coder import LiveCoder
from edge.picture import worth
from edge.preroll import Preroll
from edge.settings import ClipSettings
from edge.values import Change, Frame, Packet
from edge.writer import EvidenceWriter, Job, Shown

PREVIEW_EVERY_S = 60.0
"""Stream seconds between two previews of a camera."""
_RAW = frozenset({"rawvideo"})
"""Packets that are whole pictures: a minute of them would fill the memory, so they are coded as they come."""
MOST_BYTES = 256 * 1024 * 1024
"""A clip is cut here too: a minute of 34 Mbit/s. A camera that sends more must not fill the memory."""
_FRESH_S = 0.5
"""A change whose subjects were last seen longer ago than this is no moment for a picture."""


@dataclass(slots=True)
class _Recording:
    """One open event. Starts with a keyframe; ``is_cut``: its packets were given away, no more are collected."""

    packets: list[Packet] = field(default_factory=list)
    bytes: int = 0
    is_full: bool = False
    is_cut: bool = False
    best: float = -1.0
    shown: Shown = field(default_factory=Shown)

    def collect(self, packets: Sequence[Packet], longest_s: float) -> None:
        if self.is_cut:
            return
        for packet in packets:
            is_long = self.packets and packet.pts_s - self.packets[0].pts_s >= longest_s
            if is_long or self.bytes + len(packet.data) > MOST_BYTES:
                self.is_full = True
            if self.is_full:
                return
            if self.packets or packet.is_keyframe:
                self.packets.append(packet)
                self.bytes += len(packet.data)


class Recorder:
    """Follows one camera's events and gives every change its evidence. ``put`` gets the whole change later, on a
    thread of the recorder, in order for each event. ``preview`` gets a JPEG at the first frame and every minute.
    ``stopping`` is set when the whole edge stops.

    All but ``take_preview`` belong to the camera's thread, and none of it waits, ``finish`` excepted.
    """

    def __init__(
        self,
        camera: str,
        settings: ClipSettings,
        folder: Path,
        put: Callable[[Change], None],
        preview: Callable[[str, bytes], None] | None = None,
        stopping: threading.Event | None = None,
    ) -> None:
        self._stopping = stopping or threading.Event()
        self._longest_s = settings.longest_s
        self._preroll = Preroll(settings.before_s)
        self._writer = EvidenceWriter(camera, folder, put)
        self._open: dict[str, _Recording] = {}
        self._coder: LiveCoder | None = None
        self._has_packets: bool | None = None
        self._preview = preview
        self._preview_due_s = float("-inf")

    def take_preview(self) -> None:
        """Preview the next frame; any thread."""
        self._preview_due_s = float("-inf")

    def update(self, frame: Frame) -> None:
        """Take a frame's packets. To be called for every frame, before ``follow``."""
        packets = self._packets(frame)
        self._preroll.update(packets)
        for recording in self._open.values():
            recording.collect(packets, self._longest_s)
        if self._preview is not None and frame.pts_s >= self._preview_due_s:
            self._preview_due_s = frame.pts_s + PREVIEW_EVERY_S
            self._writer.give_preview(frame.image, self._preview)

    def follow(self, frame: Frame, change: Change) -> None:
        """Take a change that this frame brought: it is put, with its evidence, once that is written."""
        event_id = str(change.data.event_id)
        recording = self._open.get(event_id)
        if recording is None:
            recording = self._open[event_id] = _Recording()
            recording.collect(self._preroll.packets(), self._longest_s)
        is_last = change.data.phase in (Phase.CLOSED, Phase.CANCELLED)
        packets: tuple[Packet, ...] | None = None
        if (recording.is_full or is_last) and not recording.is_cut:
            packets, recording.packets, recording.is_cut = tuple(recording.packets), [], True
        if is_last:
            del self._open[event_id]
        self._writer.give(
            Job(
                change=change,
                shown=recording.shown,
                at=frame.captured_at,
                image=frame.image if _is_better(frame, change, recording) else None,
                packets=packets,
                is_slow=recording.is_cut,
            )
        )

    def finish(self) -> None:
        """Write and put what waits. Once ``stopping`` is set there is little time: what is not written then is put
        without it. Call it last."""
        self._writer.finish(self._stopping)

    def _packets(self, frame: Frame) -> tuple[Packet, ...]:
        """The camera's own packets, or ours for a source that has none."""
        if self._has_packets is None:
            self._has_packets = bool(frame.packets) and frame.packets[0].stream.codec not in _RAW
        if self._has_packets:
            return frame.packets
        if self._coder is None:
            self._coder = LiveCoder(frame.camera)
        return self._coder.encode(frame)


def _is_better(frame: Frame, change: Change, recording: _Recording) -> bool:
    """Does the frame show the event's subjects better than those before? Then it is the one to beat."""
    age_s = (frame.captured_at - change.data.last_seen_at).total_seconds()
    value = worth(change.shown) if age_s <= _FRESH_S else 0.0
    if value <= recording.best:
        return False
    recording.best = value
    return True
