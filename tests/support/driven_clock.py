"""A clock that only moves when somebody sleeps on it, or when a test says so."""

from datetime import UTC, datetime, timedelta


class DrivenClock:
    """See ``edge.clock.Clock``. ``slept_s``: everything that was waited for."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)) -> None:
        self._at = at
        self._mono_s = 1000.0
        self.slept_s = 0.0

    def now(self) -> datetime:
        return self._at

    def mono_s(self) -> float:
        return self._mono_s

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds
        self.pass_s(seconds)

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self._at += timedelta(seconds=seconds)
        self._mono_s += seconds
