"""Pure: until when an incident must be handled, and how late it is. Days by the site's calendar; no clock.

Twenty days, two months when it is complex, and one extension of two months that a supervisor grants (domain.md).
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final
from zoneinfo import ZoneInfo

DAYS: Final = 20
MONTHS_WHEN_COMPLEX: Final = 2
MONTHS_OF_EXTENSION: Final = 2
_DAY: Final = timedelta(days=1)


def due_at(began_at: datetime, zone: ZoneInfo, *, is_complex: bool, is_extended: bool) -> datetime:
    """When the time that began then is over: the same hour of the last day."""
    due = _later(began_at, MONTHS_WHEN_COMPLEX, zone) if is_complex else began_at + DAYS * _DAY
    return _later(due, MONTHS_OF_EXTENSION, zone) if is_extended else due.astimezone(UTC)


def days_left(due: datetime, now: datetime) -> int:
    """Days until then, begun ones whole; negative: days that it is late, begun ones whole. 0: due at this instant."""
    span = (due - now) / _DAY
    return ceil(span) if span > 0 else -ceil(-span)


def _later(at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same day of a later month, or its last day when it has none."""
    local = at.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    month += 1
    day = min(local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day).astimezone(UTC)
