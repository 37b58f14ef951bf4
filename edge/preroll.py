"""The last seconds of coded packets: what happened before anybody knew that something would."""

from collections import deque
from collections.abc import Sequence

from edge.values import Packet

MAX_BYTES = 64 * 1024 * 1024
"""A camera of 8 Mbit/s with a keyframe every 10 s needs 15 MB for five seconds of pre-roll."""


class Preroll:
    """Whole groups of pictures that reach back at least ``before_s`` seconds where there are that many.

    Starts with a keyframe, always: what comes before one cannot be shown. Beyond ``max_bytes`` the oldest group goes,
    even if that leaves less than ``before_s``. Owned by the camera's thread.
    """

    def __init__(self, before_s: float, max_bytes: int = MAX_BYTES) -> None:
        self._before_s = before_s
        self._max_bytes = max_bytes
        self._groups: deque[list[Packet]] = deque()
        self._bytes = 0
        self.is_whole = True
        """Nothing was let go since the first keyframe."""

    def update(self, packets: Sequence[Packet]) -> None:
        """Take the packets that arrived with a frame."""
        for packet in packets:
            if packet.is_keyframe:
                self._groups.append([])
            if self._groups:
                self._groups[-1].append(packet)
                self._bytes += len(packet.data)
        if packets:
            self._cut(packets[-1].pts_s)

    def packets(self) -> tuple[Packet, ...]:
        """What is kept, in the order it arrived; empty before the first keyframe."""
        return tuple(packet for group in self._groups for packet in group)

    def _cut(self, now_s: float) -> None:
        while self._groups and self._bytes > self._max_bytes:
            self._drop_oldest()
        while len(self._groups) > 1 and self._groups[1][0].pts_s <= now_s - self._before_s:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        self.is_whole = False
        self._bytes -= sum(len(packet.data) for packet in self._groups.popleft())
