"""Numbers and instants as Vietnamese officers write them: 05 vụ, 1.234,5, 02:14 12/03."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal, format_percent

MINUTE_S = 60
HOUR_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """Surface forms for one language, in the site's zone, at the instant the page is made."""

    language: str
    zone: ZoneInfo
    now: datetime
    gettext: Callable[[str], str]

    def count(self, number: float) -> str:
        """A count of cases: padded to two digits below ten in Vietnamese ("05 vụ"), plain in other languages."""
        if self.language == "vi" and number == int(number) and 0 <= number < 10:
            return f"{int(number):02d}"
        return self.number(number)

    def number(self, number: float) -> str:
        """At most two decimals, with the language's own signs."""
        return format_decimal(number, format="#,##0.##", locale=self.language)

    def percent(self, share: float) -> str:
        """A share 0..1 in whole per cent; never rounded up to a hundred."""
        shown = min(share, 0.99) if share < 1.0 else share
        return format_percent(shown, format="#,##0%", locale=self.language)

    def moment(self, at: datetime) -> str:
        """The hour today, day and hour this year, else the whole date."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone)
        if local.date() == today.date():
            return f"{local:%H:%M}"
        if local.year == today.year:
            return f"{local:%H:%M %d/%m}"
        return f"{local:%H:%M %d/%m/%Y}"

    def clock(self, at: datetime) -> str:
        """Hours, minutes and seconds."""
        return f"{at.astimezone(self.zone):%H:%M:%S}"

    def exact(self, at: datetime) -> str:
        """Everything, for the tool tip and for print."""
        return f"{at.astimezone(self.zone):%H:%M:%S %d/%m/%Y}"

    def day(self, day: date) -> str:
        """A calendar day."""
        return f"{day:%d/%m/%Y}"

    def size(self, count: float) -> str:
        """Bytes in the unit that fits, of 10^3: 1,2 GB."""
        for unit in ("B", "KB", "MB", "GB"):
            if abs(count) < 1000:
                return f"{self.number(round(count, 1))} {unit}"
            count /= 1000
        return f"{self.number(round(count, 1))} TB"

    def duration(self, seconds: float) -> str:
        """Seconds in words, to two units."""
        whole = max(0, round(seconds))
        if whole < MINUTE_S:
            return self.gettext("%(s)s giây") % {"s": whole}
        if whole < HOUR_S:
            return self.gettext("%(m)s phút %(s)s giây") % {"m": whole // MINUTE_S, "s": whole % MINUTE_S}
        return self.gettext("%(h)s giờ %(m)s phút") % {"h": whole // HOUR_S, "m": whole % HOUR_S // MINUTE_S}
