"""A camera's second stream, for the record: read and never decoded, its packets given in place of the first one's.

Cameras send a small picture for looking (the sub-stream) and a large one for keeping (the main stream). The walk
decodes the small one; clips get the large one's packets, put onto the small one's time by the edge's clock.
"""

import random
import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

from av.container import InputContainer

from contract.health import CameraState
from edge.clock import Clock
from edge.sources.address import Address
from edge.sources.backlog import Backlog
from edge.sources.connect import NAP_S, Connections
from edge.sources.demux import Demuxer
from edge.sources.source import Source
from edge.sources.tally import Counters, Tally
from edge.sources.timeline import Timeline
from edge.values import Frame, Packet


class Recorded:
    """The frames of ``look`` with the packets of the stream at ``address``; with its own while that one is away."""

    def __init__(
        self, camera: str, look: Source, address: Address, clock: Clock, stop: threading.Event, timeline: Timeline
    ) -> None:
        self._look = look
        self._record = RecordStream(camera, address, clock, stop, timeline)
        self._choice = Choice()

    @property
    def counters(self) -> Counters:
        counters, record = self._look.counters, self._record.counters
        if counters.error is not None or record.error is None:
            return counters
        return replace(counters, error=f"record stream: {record.error}; clips are of the other one"[:500])

    @property
    def duration_s(self) -> float | None:
        return self._look.duration_s

    def rest(self, is_resting: bool) -> None:
        self._look.rest(is_resting)

    def frames(self) -> Generator[Frame, None, None]:
        self._record.start()
        try:
            with closing(self._look.frames()) as frames:
                for frame in frames:
                    recorded = on_the_time_of(frame, self._record.take())
                    frame.packets = self._choice.update(frame.packets, recorded, self._record.is_up)
                    yield frame
        finally:
            self._record.close()


class RecordStream:
    """Reads a stream's packets on a thread of its own. ``take`` belongs to the worker's."""

    def __init__(
        self,
        camera: str,
        address: Address,
        clock: Clock,
        stop: threading.Event,
        timeline: Timeline,
        chance: random.Random | None = None,
    ) -> None:
        self._camera = f"{camera}/record"
        self._clock = clock
        self._stop = stop
        self._timeline = timeline
        self._closed = threading.Event()
        self._tally = Tally(self._camera, clock)
        self._connections = Connections(address, clock, self._tally, self._is_over, self._read, chance)
        self._lock = threading.Lock()
        self._packets = Backlog(self._camera)
        self._thread = threading.Thread(target=self._connections.forever, name=f"read-{self._camera}", daemon=True)

    @property
    def counters(self) -> Counters:
        """Of packets where a source that decodes has frames."""
        return self._tally.read()

    @property
    def is_up(self) -> bool:
        """Packets are arriving."""
        return self._tally.read().state is CameraState.ONLINE

    def start(self) -> None:
        """Read. Returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Let go of the camera; a reader that hangs ends with its read timeout."""
        self._closed.set()
        self._thread.join(timeout=NAP_S)

    def take(self) -> tuple[Packet, ...]:
        """The packets that arrived since the last time."""
        with self._lock:
            return self._packets.take()

    def _is_over(self) -> bool:
        return self._stop.is_set() or self._closed.is_set()

    def _read(self, container: InputContainer) -> None:
        demuxer = Demuxer(container, self._camera, self._timeline, self._clock)
        for _, packet in demuxer.packets():
            if self._is_over():
                return
            before_s = self._timeline.last_s
            # The order of decoding grows; that of showing does not.
            read_s = self._timeline.frame(packet.dts * float(packet.stream.time_base), demuxer.step_s)
            self._timeline.discipline(read_s, self._clock.now(), read_s - before_s)
            self._tally.frame(packet.captured_at)
            with self._lock:
                self._packets.add((packet,))


class Choice:
    """Whose packets a frame brings. Decides purely; each stream's part begins with a keyframe."""

    def __init__(self) -> None:
        self._from_record = False
        self._waits_for_keyframe = False

    def update(self, own: Sequence[Packet], recorded: Sequence[Packet], is_record_up: bool) -> tuple[Packet, ...]:
        """``own``: of the stream that is looked at; ``recorded``: of the other one, on the same time."""
        if not self._from_record:
            first = _keyframe(recorded)
            if first is None:
                return self._own(own)
            self._from_record = True
            begin_s = recorded[first].pts_s
            return (*self._own([one for one in own if one.pts_s < begin_s]), *recorded[first:])
        if recorded or is_record_up:
            return tuple(recorded)
        self._from_record, self._waits_for_keyframe = False, True
        return self._own(own)

    def _own(self, own: Sequence[Packet]) -> tuple[Packet, ...]:
        if self._waits_for_keyframe:
            first = _keyframe(own)
            if first is None:
                return ()
            self._waits_for_keyframe = False
            return tuple(own[first:])
        return tuple(own)


def on_the_time_of(frame: Frame, packets: Sequence[Packet]) -> tuple[Packet, ...]:
    """The packets with ``pts_s`` on the frame's time: both know when they were captured by the edge's clock."""
    zero_at = frame.captured_at - timedelta(seconds=frame.pts_s)
    return tuple(replace(one, pts_s=(one.captured_at - zero_at).total_seconds()) for one in packets)


def _keyframe(packets: Sequence[Packet]) -> int | None:
    return next((index for index, one in enumerate(packets) if one.is_keyframe), None)
