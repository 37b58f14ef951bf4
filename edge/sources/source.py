"""What every source is, wherever its pictures come from and whichever process decodes them."""

from collections.abc import Generator
from typing import Protocol

from edge.sources.tally import Counters
from edge.values import Frame


class Source(Protocol):
    """A camera or recording. ``frames`` belongs to one thread, the camera's worker; the rest may be used by any."""

    def frames(self) -> Generator[Frame, None, None]:
        """Every frame until the source ends, ``stop`` is set, or it is closed: that lets go of the camera.

        Never raises because of what the source does.
        """
        ...

    def rest(self, is_resting: bool) -> None:
        """While ``is_resting``, pictures that no other picture needs (non-reference frames) are not decoded.

        Nothing else changes: their packets come with the next frame, stamps stay what they are. Takes effect within a
        few frames; a source without such pictures does nothing.
        """
        ...

    @property
    def counters(self) -> Counters:
        """State (connecting, online, offline, finished), frames, drops, reconnects, seconds up, error: a snapshot."""
        ...

    @property
    def duration_s(self) -> float | None:
        """How long a recording's header says it is; None while unknown and for what has no end."""
        ...


class Wrapped:
    """A source around another one, of which it says what that one says; ``frames`` and ``rest`` are to be given."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def counters(self) -> Counters:
        return self._source.counters

    @property
    def duration_s(self) -> float | None:
        return self._source.duration_s
