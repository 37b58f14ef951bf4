"""SIGTERM and Ctrl-C as an event that a program waits for."""

import queue
import signal
import threading
from types import FrameType


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM, SIGINT and SIGHUP set. Call it on the main thread, once.

    A handler runs between any two steps of the main thread, which may hold the event's own lock just then (it is about
    to wait on it): setting the event there could wait for ever. ``SimpleQueue.put`` is reentrant, so the handler only
    puts, and a thread of its own sets.
    """
    stop = threading.Event()
    arrived: queue.SimpleQueue[int] = queue.SimpleQueue()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        arrived.put(number)

    def watch() -> None:
        arrived.get()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    threading.Thread(target=watch, name="signals", daemon=True).start()
    return stop
