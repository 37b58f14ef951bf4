"""SIGTERM and Ctrl-C as an event that a program waits for."""

import signal
import socket
import threading
from types import FrameType

_NUMBERS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM, SIGINT and SIGHUP set. Call it on the main thread, once.

    Python's handlers run on the main thread, between two of its steps: one that arrives as that thread is about to wait
    for ever on a lock is never run (and one that runs may find the event's own lock held). The byte that the
    interpreter's C handler writes to ``set_wakeup_fd`` comes at once, whatever the main thread does.
    """
    stop = threading.Event()
    heard, written = socket.socketpair()
    written.setblocking(False)

    def watch() -> None:
        with heard, written:
            while heard.recv(1)[0] not in _NUMBERS:
                pass
            stop.set()
            # Whoever is impatient and signals again must find something to write to.
            threading.Event().wait()

    for number in _NUMBERS:
        signal.signal(number, _leave_it_to_the_byte)
    signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=watch, name="signals", daemon=True).start()
    return stop


def _leave_it_to_the_byte(_number: int, _frame: FrameType | None) -> None:
    """A signal without a handler in Python writes no byte."""
