"""UUIDv7 (RFC 9562, 5.7) that is the same for the same event, however often a recording is analysed."""

import hashlib
from datetime import datetime
from uuid import UUID


def event_uuid(started_at: datetime, *parts: str) -> UUID:
    """A UUIDv7: 48 bits of Unix milliseconds of ``started_at``, the other bits from the SHA-256 of ``parts``.

    Give what makes the event itself: source, rule, place, first subject. Analysing a recording twice, or an edge that
    replays it after a crash, then gives the same id, and the server counts it once.
    """
    millis = int(started_at.timestamp() * 1000)
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    low = int.from_bytes(digest[:10], "big")
    value = (millis & ((1 << 48) - 1)) << 80 | low
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
