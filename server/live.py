"""After a commit, tell the open pages: a ring of recent messages and a bounded queue for every page."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

KEPT = 1000
"""Messages a page that reconnects can catch up with; with more it is told to reload."""
WAITING = 200
"""Messages that may wait for a slow page; with more it is told to reload."""

CLOSING = "closing"
"""The kind of the last message of every queue: the server stops, so the stream ends. It is never sent on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveMessage:
    """``kind`` incident {code, state, id, version} | camera {id, state} | picture {id} | criteria {} | reload {} (some
    were missed)."""

    id: int
    kind: str
    fields: dict[str, str | int]


@dataclass(slots=True, eq=False)
class _Subscriber:
    loop: asyncio.AbstractEventLoop
    queue: "asyncio.Queue[LiveMessage]" = field(default_factory=lambda: asyncio.Queue(WAITING))

    def put(self, message: LiveMessage) -> None:
        """On the subscriber's loop. A full queue is emptied for one "reload": the page then reads everything anew."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            if message.kind != CLOSING:
                message = LiveMessage(id=message.id, kind="reload", fields={})
        self.queue.put_nowait(message)


class Live:
    """Fans messages out to subscribers. ``publish`` may be called from any thread; subscribing belongs to a loop."""

    def __init__(self, first_id: int = 1) -> None:
        """``first_id``: where ids begin; later than the last run's, so that an old page learns that it missed some."""
        self._lock = threading.Lock()
        self._next_id = first_id
        self._ring: deque[LiveMessage] = deque(maxlen=KEPT)
        self._subscribers: set[_Subscriber] = set()
        self._is_closing = False

    def publish(self, kind: str, **fields: str | int) -> None:
        """Tell every open page. Call it after the commit, never before."""
        with self._lock:
            message = LiveMessage(id=self._next_id, kind=kind, fields=fields)
            self._next_id += 1
            self._ring.append(message)
            gone = [subscriber for subscriber in self._subscribers if not _tell(subscriber, message)]
            self._subscribers.difference_update(gone)

    def close(self) -> None:
        """End every stream, now and later: a server stops only when its last response has ended."""
        with self._lock:
            self._is_closing = True
            for subscriber in self._subscribers:
                _tell(subscriber, self._closing())

    @property
    def latest_id(self) -> int:
        """The id of the latest message: a page made now has seen everything up to it."""
        with self._lock:
            return self._next_id - 1

    @asynccontextmanager
    async def subscribe(self, last_id: int | None = None) -> AsyncIterator["asyncio.Queue[LiveMessage]"]:
        """A queue of what is published from now on; after ``last_id`` first what was missed, or one "reload"."""
        subscriber = _Subscriber(asyncio.get_running_loop())
        with self._lock:
            for message in self._missed(last_id):
                subscriber.put(message)
            if self._is_closing:
                subscriber.put(self._closing())
            self._subscribers.add(subscriber)
        try:
            yield subscriber.queue
        finally:
            with self._lock:
                self._subscribers.discard(subscriber)

    @property
    def subscribers(self) -> int:
        """How many pages listen."""
        with self._lock:
            return len(self._subscribers)

    def _closing(self) -> LiveMessage:
        return LiveMessage(id=self._next_id - 1, kind=CLOSING, fields={})

    def _missed(self, last_id: int | None) -> list[LiveMessage]:
        if last_id is None or last_id == self._next_id - 1:
            return []
        missed = [message for message in self._ring if message.id > last_id]
        oldest = self._ring[0].id if self._ring else self._next_id
        if last_id >= self._next_id or last_id < oldest - 1 or len(missed) > WAITING:
            return [LiveMessage(id=self._next_id - 1, kind="reload", fields={})]
        return missed


def _tell(subscriber: _Subscriber, message: LiveMessage) -> bool:
    try:
        subscriber.loop.call_soon_threadsafe(subscriber.put, message)
    except RuntimeError:  # its loop is closed: the page's connection died with it
        return False
    return True
