"""Where time comes from. Stages read time from the frame; everything else is handed a Clock."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells time and waits. Tests give one that they drive."""

    def now(self) -> datetime:
        """The wall clock: aware, UTC."""
        ...

    def mono_s(self) -> float:
        """Seconds that only grow, from an unknown start."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def mono_s(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
