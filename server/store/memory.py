"""What was read and stays true: remembered in this process from one reading to the next."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Final, Generic, TypeVar

MOST: Final = 4096
"""Entries of a memory: five years of months in each form that is asked for, and some days."""

V = TypeVar("V")


class Memory(Generic[V]):
    """The entries that were wanted last, by key. Thread-safe. What is in it is shared: nobody may change it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, V] = OrderedDict()

    def get(self, key: Hashable) -> V | None:
        """What was put there, None when it is not there any more."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def put(self, key: Hashable, entry: V) -> None:
        """Remember it; what nobody has wanted for longest is forgotten for it."""
        with self._lock:
            self._entries[key] = entry
            self._entries.move_to_end(key)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)
