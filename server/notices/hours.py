"""A span of hours of the local day, which may run past midnight."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From ``begin`` up to ``end``, in minutes after local midnight; 22:00–05:00 runs past midnight. Never empty:
    where both are the same it is the whole day."""

    begin: int
    end: int

    def contain(self, at: datetime, zone: ZoneInfo) -> bool:
        """Is it within these hours at that instant?"""
        local = at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end

    def over(self, at: datetime, zone: ZoneInfo) -> datetime:
        """The first instant from ``at`` on that is not within these hours; ``at`` itself where it is not.

        Hours that fill the day are never over: they would silence for ever, so they silence nothing.
        """
        if self.begin == self.end or not self.contain(at, zone):
            return at
        local = at.astimezone(zone)
        day = local.date()
        if local.hour * 60 + local.minute >= self.end:
            day += timedelta(days=1)
        return datetime.combine(day, time(self.end // 60, self.end % 60), zone).astimezone(UTC)


def hours(begin: int | None, end: int | None) -> Hours | None:
    """The hours that two columns name, None where they name none."""
    return None if begin is None or end is None else Hours(begin=begin % DAY_MIN, end=end % DAY_MIN)
