"""What an event looked like: from the pre-roll to its closing, and its best moment. Collects; ``writer`` writes."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contract.event import Phase
from edge.evidence import MakeRoom, unlimited
from edge.live_coder import LiveCoder
from edge.picture import worth
from edge.preroll import Preroll
from edge.settings import ClipSettings
from edge.values import Change, Frame, Packet
from edge.writer import MOST_MOMENTS, EvidenceWriter, Job, Shown

PREVIEW_EVERY_S = 60.0
"""Stream seconds between two previews of a camera."""
_RAW = frozenset({"rawvideo"})
"""Packets that are whole pictures: a minute of them would fill the memory, so they are coded as they come."""
MOST_BYTES = 256 * 1024 * 1024
"""A clip is cut here too: a minute of 34 Mbit/s. A camera that sends more must not fill the memory."""
_FRESH_S = 0.5
"""A change whose subjects were last seen longer ago than this is no moment for a picture."""


class _Recording:
    """One open event: its first part, and once that is long enough, the rolling last part of the rest.

    Both start with a keyframe. They are one clip as long as nothing lies between them. Packets are shared with the
    pre-roll and other events, so an event costs what is kept for it alone: ``longest_s`` at most.
    """

    def __init__(self, settings: ClipSettings) -> None:
        self._longest_s = settings.longest_s
        self._head: list[Packet] = []
        self._head_bytes = 0
        self._tail: Preroll | None = None
        self._is_full = False
        self.is_cut = False
        """Packets of it were given away: later changes keep behind them."""
        self.best = -1.0
        self.shown = Shown()
        self.moment_every_s = settings.picture_every_s
        self.moment_due_s = float("inf")
        self.moments = 0

    def collect(self, packets: Sequence[Packet]) -> None:
        """Take the packets of a frame."""
        for packet in packets:
            if self._tail is None and packet.is_keyframe and self._head and self._is_long(packet):
                self._tail = Preroll(self._longest_s / 2, MOST_BYTES // 2)
            if self._tail is not None:
                self._tail.update((packet,))
            elif not self._is_full and (self._head or packet.is_keyframe):
                self._head.append(packet)
                self._head_bytes += len(packet.data)
                # A stream without another keyframe: what follows cannot begin a part of its own.
                self._is_full = self._head_bytes >= MOST_BYTES // 2 or self._lasts_s(packet) >= self._longest_s

    def take(self, *, is_last: bool) -> tuple[tuple[Packet, ...], ...]:
        """The parts that are ready to be written; each is given once."""
        is_apart = self._is_full or (self._tail is not None and not self._tail.is_whole)
        if not (is_apart or is_last):
            return ()
        first = () if self.is_cut else tuple(self._head)
        # The first packet stays: it says when the clip began.
        self._head = self._head[:1]
        self.is_cut = True
        if not is_last:
            return (first,) if first else ()
        rest = self._tail.packets() if self._tail is not None else ()
        parts = (first, rest) if is_apart else (first + rest,)
        # Without any packet there is still one part: whoever writes it says why it is empty.
        return tuple(part for part in parts if part) or ((),)

    def is_moment(self, now_s: float) -> bool:
        """Is it time for another picture? They lie twice as far apart each time there are ``MOST_MOMENTS`` of them."""
        if now_s < self.moment_due_s:
            return False
        self.moments += 1
        if self.moments > MOST_MOMENTS:
            self.moments = (self.moments + 1) // 2
            self.moment_every_s *= 2
        self.moment_due_s = now_s + self.moment_every_s
        return True

    def _is_long(self, packet: Packet) -> bool:
        return self._is_full or self._lasts_s(packet) >= self._longest_s / 2

    def _lasts_s(self, packet: Packet) -> float:
        return packet.pts_s - self._head[0].pts_s


@dataclass(frozen=True, slots=True)
class _Closing:
    """An event that is over, while its clip runs on to ``until_s``."""

    job: Job
    until_s: float


class Recorder:
    """Follows one camera's events and gives every change its evidence. ``put`` gets the whole change later, on a
    thread of the recorder, in order for each event; a closing once its clip has run on for ``after_s``. ``preview``
    gets a JPEG at the first frame and every minute. ``stopping`` is set when the whole edge stops. ``make_room``:
    asked before anything is written.

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
        make_room: MakeRoom = unlimited,
    ) -> None:
        self._stopping = stopping or threading.Event()
        self._settings = settings
        self._preroll = Preroll(settings.before_s)
        self._writer = EvidenceWriter(camera, folder, put, make_room)
        self._open: dict[str, _Recording] = {}
        self._closing: dict[str, _Closing] = {}
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
        for event_id, recording in self._open.items():
            recording.collect(packets)
            if event_id not in self._closing and recording.is_moment(frame.pts_s):
                self._writer.give_moment(recording.shown, frame.image, frame.captured_at)
        for event_id, closing in list(self._closing.items()):
            if frame.pts_s >= closing.until_s:
                self._close(event_id)
        if self._preview is not None and frame.pts_s >= self._preview_due_s:
            self._preview_due_s = frame.pts_s + PREVIEW_EVERY_S
            self._writer.give_preview(frame.image, self._preview)

    def follow(self, frame: Frame, change: Change) -> None:
        """Take a change that this frame brought: it is put, with its evidence, once that is written."""
        event_id = str(change.data.event_id)
        recording = self._open.get(event_id)
        if recording is None:
            recording = self._open[event_id] = _Recording(self._settings)
            recording.shown.severity = change.data.severity
            recording.moment_due_s = frame.pts_s + recording.moment_every_s
            recording.collect(self._preroll.packets())
        image = frame.image if _is_better(frame, change, recording) else None
        job = Job(change=change, shown=recording.shown, at=frame.captured_at, image=image)
        if change.data.phase in (Phase.CLOSED, Phase.CANCELLED):
            until_s = self._runs_until_s(frame, change)
            self._closing[event_id] = _Closing(job, until_s)
            if frame.pts_s >= until_s:
                self._close(event_id)
        else:
            clips = recording.take(is_last=False)
            self._writer.give(replace(job, clips=clips, is_slow=recording.is_cut))

    def finish(self) -> None:
        """Write and put what waits. Once ``stopping`` is set there is little time: what is not written then is put
        without it. Call it last."""
        for event_id in list(self._closing):
            self._close(event_id)
        self._writer.finish(self._stopping)

    def _runs_until_s(self, frame: Frame, change: Change) -> float:
        """``pts_s`` up to which the clip goes on. From the event's last sight, which the camera's clock tells."""
        if change.data.phase is Phase.CANCELLED:
            return frame.pts_s
        seen_ago_s = (frame.captured_at - change.data.last_seen_at).total_seconds()
        # The edge's clock may have been put back or on since.
        seen_ago_s = min(max(0.0, seen_ago_s), max(0.0, change.now_s - change.opened_s))
        return frame.pts_s - seen_ago_s + self._settings.after_s

    def _close(self, event_id: str) -> None:
        recording, closing = self._open.pop(event_id), self._closing.pop(event_id)
        self._writer.give(replace(closing.job, clips=recording.take(is_last=True), is_slow=True))

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
