"""Where time comes from: whoever needs it is handed a Clock."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells time. Tests give one that they drive."""

    def now(self) -> datetime:
        """The wall clock: aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)
