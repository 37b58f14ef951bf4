"""What runs in the child process of one source: it reads and decodes, and tells its edge over a socket.

The edge names a slot for each frame that it wants; only then is a frame taken from the source. So a recording waits
for the walk, and of a live camera the walk gets the newest. Commands: ``b"f" + slot``, ``b"r1"``/``b"r0"`` rest or do
not, ``b"s"`` stop. When the socket closes, the child dies.
"""

import contextlib
import ctypes
import gc
import os
import queue
import resource
import signal
import sys
import threading
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from typing import Any

import structlog

from edge.clock import Clock, SystemClock
from edge.sources.opening import Wanted
from edge.sources.planes import Writer
from edge.sources.source import Source
from edge.sources.wire import FrameHead, Line, PacketHead, State, StreamHead, coded
from edge.values import Frame, StreamInfo

Make = Callable[[Wanted, Clock, threading.Event], Source]
"""Opens the source in the child; found there by its module and name."""
TELL_S = 0.5
"""Between two looks at whether the counters have changed."""
_PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that this process gets when its parent dies."""


def run(connection: Connection, make: Make, wanted: Wanted) -> None:
    """Until the source ends, the edge says stop, or the edge is gone. The child's main function."""
    _settle_in()
    Child(connection, make, wanted).run()


class Child:
    """The child's side of the socket. Its threads: the source's, one that hears commands, one that tells the state."""

    def __init__(self, connection: Connection, make: Make, wanted: Wanted) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._stop = threading.Event()
        self._slots: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._clock = _Pulse()
        self._writer = Writer()
        self._streams: dict[StreamInfo, int] = {}
        self._told: State | None = None
        _forward_logs(self._say_line)
        self._source = make(wanted, self._clock, self._stop)

    def run(self) -> None:
        """See the module."""
        threading.Thread(target=self._hear, name="commands", daemon=True).start()
        threading.Thread(target=self._tell, name="state", daemon=True).start()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError), closing(self._source.frames()) as frames:
            while (slot := self._slots.get()) is not None:
                frame = next(frames, None)
                if frame is None:
                    break
                self._say_frame(frame, slot)
            self._say_state(is_over=True)

    def _hear(self) -> None:
        """Obey until the edge hangs up."""
        try:
            while True:
                command = self._connection.recv_bytes(16)
                if command[:1] == b"f":
                    self._slots.put(command[1])
                elif command[:1] == b"r":
                    self._source.rest(command == b"r1")
                elif command[:1] == b"s":
                    self._stop.set()
                    self._slots.put(None)
        except (EOFError, OSError):
            os._exit(0)

    def _tell(self) -> None:
        with contextlib.suppress(OSError):
            while not self._stop.wait(TELL_S):
                self._say_state()

    def _state(self, is_over: bool) -> State:
        return State(
            counters=self._source.counters,
            beats=self._clock.beats,
            duration_s=self._source.duration_s,
            is_over=is_over,
        )

    def _say_state(self, *, is_over: bool = False) -> None:
        state = self._state(is_over)
        if state != self._told:
            self._told = state
            self._say(coded(state))

    def _say_frame(self, frame: Frame, slot: int) -> None:
        if frame.native is None:
            raise TypeError(f"{type(self._source).__name__} gives no pictures of a decoder; run it in the edge")
        room = self._writer.room_for(frame.native)
        if room is not None:
            slots, fd = room
            with self._sending:
                self._connection.send_bytes(coded(slots))
                send_handle(self._connection, fd, 0)
            os.close(fd)
        head = FrameHead(
            index=frame.index,
            pts_s=frame.pts_s,
            captured_at=frame.captured_at,
            picture=self._writer.write(frame.native, slot),
            packets=tuple(PacketHead.of(self._number(one.stream), one) for one in frame.packets),
            counters=self._source.counters,
        )
        self._say(coded(head), b"".join(one.data for one in frame.packets))

    def _number(self, stream: StreamInfo) -> int:
        """The stream's number; told first where it is new."""
        number = self._streams.get(stream)
        if number is None:
            number = self._streams[stream] = len(self._streams)
            self._say(coded(StreamHead.of(number, stream)))
        return number

    def _say_line(self, line: Line) -> None:
        with contextlib.suppress(OSError):
            self._say(coded(line))

    def _say(self, *parts: bytes) -> None:
        with self._sending:
            for part in parts:
                self._connection.send_bytes(part)


class _Pulse(SystemClock):
    """The clock that the source reads: who asks for the time is alive."""

    def __init__(self) -> None:
        self.beats = 0

    def mono_s(self) -> float:
        self.beats += 1
        return super().mono_s()


def _settle_in() -> None:
    """Die with the parent, leave signals to the edge, leave no core file (it would hold pictures and passwords)."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What was there at the fork stays shared with the other children: the collector writes into what it looks at.
    gc.freeze()


def _forward_logs(say: Callable[[Line], None]) -> None:
    """Let every log line of this process reach the edge, which writes it where it writes its own."""

    def forward(_logger: object, method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
        event = str(line.pop("event", ""))
        level = method if method in {"debug", "info", "warning", "error", "critical"} else "error"
        plain = (str, int, float, bool, type(None))
        fields = {key: value if isinstance(value, plain) else str(value) for key, value in line.items()}
        say(Line(level=level, event=event, fields=fields))  # type: ignore[arg-type]
        raise structlog.DropEvent

    structlog.configure(
        processors=[structlog.processors.format_exc_info, forward],
        wrapper_class=structlog.BoundLogger,
        logger_factory=structlog.ReturnLoggerFactory(),
    )
