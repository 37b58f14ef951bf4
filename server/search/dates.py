"""Days, months and years as officers write them, and the instants they span."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from server.search.words import fold

_TODAY: Final = {"today": 0, "homnay": 0, "yesterday": 1, "homqua": 1}
_DAYS_AGO: Final = re.compile(r"(\d{1,4})\s*(?:d|days?|ngay)", re.ASCII)
_ISO: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_LOCAL: Final = re.compile(r"(?:(?:(\d{1,2})[/.])?(\d{1,2})[/.])(\d{4})", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


def canonical(text: str) -> str | None:
    """One way to write it: 2026-03-02, 2026-03, 2026, today, yesterday, 7d; None: it is no date.

    Understood: 2/3/2026, 3/2026, hôm nay, hôm qua, 7 ngày (ago).
    """
    if (back := _TODAY.get(fold(text))) is not None:
        return ("today", "yesterday")[back]
    if found := _DAYS_AGO.fullmatch(fold(text)):
        return f"{int(found[1])}d"
    if found := _ISO.fullmatch(text.strip()):
        year, month, day = found[1], found[2], found[3]
    elif found := _LOCAL.fullmatch(text.strip()):
        day, month, year = found[1], found[2], found[3]
    else:
        return None
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join([year, *(f"{int(part):02d}" for part in (month, day) if part)])


def span(value: str, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """The instants [start, end) of a canonical date in the site's zone; ``now`` for those that depend on it."""
    first, after = _days(value, now.astimezone(zone).date())
    return _midnight(first, zone), _midnight(after, zone)


def _days(value: str, today: date) -> tuple[date, date]:
    """The first day, and the first one after."""
    back = {"today": 0, "yesterday": 1}.get(value)
    if value.endswith("d"):
        back = int(value[:-1])
    if back is not None:
        day = today - timedelta(days=back)
        return day, day + timedelta(days=1)
    parts = [int(part) for part in value.split("-")]
    if len(parts) == 3:
        day = date(*parts)
        return day, day + timedelta(days=1)
    if len(parts) == 2:
        year, month = parts
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    return date(parts[0], 1, 1), date(parts[0] + 1, 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
