"""Starts the child processes in which sources decode, and is each one's other end.

Children are forked from a server process of Python's own (``forkserver``): it has one thread, whatever the edge has,
and has loaded what decoding needs, so that a child shares it and costs some 10 MB of its own.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle

import structlog

from edge.sources import child
from edge.sources.child import Make
from edge.sources.opening import Wanted
from edge.sources.planes import Area, Picture
from edge.sources.wire import MOST_BYTES, FrameHead, Line, Slots, State, StreamHead, decoded
from edge.values import Frame, Packet, StreamInfo

log = structlog.get_logger(__name__)

STOP_S = 0.6
"""A child that was told to stop has this long to say goodbye to its camera."""
_LAST_WORDS = 64
_PRELOAD = ["edge.__main__", "edge.sources.child"]
"""The command line, too: a child imports the program that its edge was started with."""
_context = multiprocessing.get_context("forkserver")
_door = threading.Lock()
"""``multiprocessing`` looks after all children whenever one starts; two threads may not do so at once."""


class DiedError(RuntimeError):
    """The child is gone, or must go; the text says of what."""


class Child:
    """A process that decodes one source. Owned by one thread; ``rest`` may be called by any."""

    def __init__(self, make: Make, wanted: Wanted) -> None:
        """Start it. Raises DiedError."""
        ours, theirs = _context.Pipe(duplex=True)
        self._connection: Connection = ours
        self._camera = wanted.camera
        self._area: Area | None = None
        self._streams: dict[int, StreamInfo] = {}
        try:
            with _door:
                _context.set_forkserver_preload(_PRELOAD)
                self._process = _context.Process(
                    target=child.run, args=(theirs, make, wanted), name=f"decode-{wanted.camera}", daemon=True
                )
                self._process.start()
        except OSError as error:
            ours.close()
            raise DiedError(f"its process did not start: {error.strerror or error}") from error
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid or 0

    def fill(self, slot: int) -> None:
        """Ask for a frame, its picture in that slot."""
        self._send(b"f" + bytes([slot]))

    def rest(self, is_resting: bool) -> None:
        """Tell the source."""
        self._send(b"r1" if is_resting else b"r0")

    def receive(self, timeout_s: float) -> tuple[Frame, Picture, FrameHead] | State | None:
        """The next frame or state; None after ``timeout_s``, and for what was dealt with here (a log line, new memory).

        Raises DiedError."""
        try:
            if not self._connection.poll(timeout_s):
                return None
            message = decoded(self._connection.recv_bytes(MOST_BYTES))
            if isinstance(message, FrameHead):
                return self._frame(message, self._connection.recv_bytes(MOST_BYTES))
            if isinstance(message, State):
                return message
            self._deal_with(message)
        except (EOFError, ConnectionError) as error:
            raise DiedError(self._cause()) from error
        except (OSError, ValueError, KeyError) as error:
            raise DiedError(f"its decoder sent nonsense: {error}"[:200]) from error
        return None

    def close(self) -> None:
        """End it, gently if it can: it has ``STOP_S``."""
        self._send(b"s")
        with contextlib.suppress(EOFError, OSError):
            # It may be in the middle of a frame that nobody will take; what it has to say is a few messages.
            for _ in range(_LAST_WORDS):
                if not self._connection.poll(STOP_S):
                    break
                self._connection.recv_bytes(MOST_BYTES)
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._connection.close()
        with _door:
            self._process.kill()
            self._process.join()

    def _deal_with(self, message: StreamHead | Slots | Line) -> None:
        if isinstance(message, StreamHead):
            self._streams[message.number] = message.stream()
        elif isinstance(message, Slots):
            fd = recv_handle(self._connection)
            try:
                self._area = Area(fd, message.count, message.size)
            finally:
                os.close(fd)
        else:
            getattr(log, message.level)(message.event, **message.fields)

    def _frame(self, head: FrameHead, data: bytes) -> tuple[Frame, Picture, FrameHead]:
        if self._area is None or sum(one.size for one in head.packets) != len(data):
            raise ValueError("a frame without its parts")
        packets: list[Packet] = []
        at = 0
        for one in head.packets:
            packets.append(one.packet(self._streams[one.stream], data[at : at + one.size]))
            at += one.size
        picture = Picture(self._area, head.picture)
        frame = Frame(
            camera=self._camera,
            index=head.index,
            pts_s=head.pts_s,
            captured_at=head.captured_at,
            width=head.picture.width,
            height=head.picture.height,
            decode=picture.bgr,
            luma=picture.luma,
            packets=tuple(packets),
        )
        return frame, picture, head

    def _send(self, command: bytes) -> None:
        # To one that has ended: what it said before is still to be read, and then that it is gone.
        with contextlib.suppress(OSError):
            self._connection.send_bytes(command)

    def _cause(self) -> str:
        """Of what it died."""
        wait([self._process.sentinel], timeout=STOP_S)
        with _door:
            code = self._process.exitcode
        if code is None:
            return "its decoder hung up"
        if code < 0:
            return f"its decoder was killed by {signal.Signals(-code).name}"
        return f"its decoder ended with code {code}"
