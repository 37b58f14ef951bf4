"""Coded packets that wait for whoever takes them, with an upper bound."""

import structlog

from edge.values import Packet

log = structlog.get_logger(__name__)

KEPT_BYTES = 64 * 1024 * 1024
"""Packets that wait for a worker which has stopped taking frames; beyond it the oldest go, up to a keyframe."""


class Backlog:
    """Packets in the order in which they came. Not locked: its owner is."""

    def __init__(self, camera: str, most_bytes: int = KEPT_BYTES) -> None:
        self._camera = camera
        self._most_bytes = most_bytes
        self._kept: list[Packet] = []
        self._bytes = 0

    def add(self, packets: tuple[Packet, ...]) -> None:
        """Keep these, too."""
        self._kept += packets
        self._bytes += sum(len(packet.data) for packet in packets)
        if self._bytes > self._most_bytes:
            self._shed()

    def take(self) -> tuple[Packet, ...]:
        """All that are kept; none are afterwards."""
        packets, self._kept, self._bytes = tuple(self._kept), [], 0
        return packets

    def _shed(self) -> None:
        """Let go of the oldest half, up to a keyframe, so that what is left can be played."""
        half = len(self._kept) // 2
        first = next((i for i in range(half, len(self._kept)) if self._kept[i].is_keyframe), len(self._kept))
        log.warning("packets_shed", camera=self._camera, packets=first)
        self._kept = self._kept[first:]
        self._bytes = sum(len(packet.data) for packet in self._kept)
