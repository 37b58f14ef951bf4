"""When a source whose decoder died may try again, and when it is left alone for a while. Pure."""

from collections import deque
from dataclasses import dataclass

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
WINDOW_S = 600.0
MOST = 5
"""So many crashes within ``WINDOW_S`` are no accident: each costs a restart, a gap, and lines in the log."""
QUARANTINE_S = 1200.0
"""Long enough to be no burden, short enough that a camera whose fault has passed is back before an officer must act."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Wait ``wait_s`` (before jitter) until the next attempt; ``crashes``: how many there were within the window."""

    wait_s: float
    crashes: int
    is_quarantined: bool


class Crashes:
    """Counts the crashes of one source. A source that was quarantined goes back at its next crash, unless it ran for
    ``WINDOW_S`` in between."""

    def __init__(self) -> None:
        self._at_s: deque[float] = deque(maxlen=MOST)
        self._free_at_s: float | None = None

    def update(self, now_s: float) -> Rest:
        """The source crashed at ``now_s`` of a clock that only grows."""
        while self._at_s and now_s - self._at_s[0] > WINDOW_S:
            self._at_s.popleft()
        self._at_s.append(now_s)
        count = len(self._at_s)
        relapses = self._free_at_s is not None and now_s - self._free_at_s < WINDOW_S
        if count >= MOST or relapses:
            self._free_at_s = now_s + QUARANTINE_S
            return Rest(QUARANTINE_S, count, True)
        return Rest(min(FIRST_WAIT_S * 2 ** (count - 1), LONGEST_WAIT_S), count, False)
