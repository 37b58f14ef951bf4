"""Opens a live address again and again: read until it breaks, wait (longer each time, with jitter), once more."""

import random
from collections.abc import Callable

import av
from av.container import InputContainer

from edge.clock import Clock
from edge.sources.address import Address
from edge.sources.demux import NoVideoError
from edge.sources.tally import Tally

OPEN_S, READ_S = 10.0, 5.0
"""A camera that does not answer, or falls silent, for this long is offline."""
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
"""Between attempts: doubles from the first to the longest, ± half by chance, so that cameras behind one switch do not
all come back in one instant."""
NAP_S = 0.2


class Connections:
    """The life of one live stream's reader. ``forever`` belongs to its thread and never raises.

    ``read`` takes an open container to its end; what it counts in ``tally`` as a frame tells whether it went well.
    """

    def __init__(
        self,
        address: Address,
        clock: Clock,
        tally: Tally,
        is_over: Callable[[], bool],
        read: Callable[[InputContainer], None],
        chance: random.Random | None = None,
        open_s: float = OPEN_S,
    ) -> None:
        self._address = address
        self._clock = clock
        self._tally = tally
        self._is_over = is_over
        self._read = read
        self._open_s = open_s
        self._chance = chance or random.Random()  # noqa: S311 — spreads reconnects, guards nothing

    def forever(self) -> None:
        """Connect, read until it breaks, wait, again; until it is over."""
        wait_s = FIRST_WAIT_S
        while not self._is_over():
            before = self._tally.read().frames
            error = self._once()
            if self._is_over():
                return
            self._tally.offline(error)
            wait_s = FIRST_WAIT_S if self._tally.read().frames > before else min(wait_s * 2, LONGEST_WAIT_S)
            self._pause(wait_s * self._chance.uniform(0.5, 1.5))
            self._tally.reconnecting()

    def _once(self) -> str:
        """One connection, to its end. Returns why it ended."""
        address = self._address
        try:
            with av.open(
                address.url,
                format=address.format,
                options=address.options,
                timeout=(self._open_s, READ_S),
                metadata_errors="ignore",
            ) as container:
                self._read(container)
        except (av.FFmpegError, OSError) as error:
            return f"no picture: {error.strerror or type(error).__name__}; check its power, network and address"
        except NoVideoError as error:
            return f"no picture: {error}"
        return "no picture: the camera closed the connection"

    def _pause(self, seconds: float) -> None:
        until_s = self._clock.mono_s() + seconds
        while not self._is_over() and self._clock.mono_s() < until_s:
            self._clock.sleep(NAP_S)
