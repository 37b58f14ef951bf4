"""Pure: how long an alert may wait for an officer, by its severity."""

from datetime import datetime, timedelta
from typing import Final

from contract.event import Severity

OVERDUE_AFTER: Final = {
    Severity.URGENT: timedelta(minutes=5),
    Severity.HIGH: timedelta(minutes=15),
    Severity.MEDIUM: timedelta(hours=1),
    Severity.LOW: timedelta(hours=8),
}
"""After this an alert that waits is "quá giờ". A fire is looked at while it burns; what is low may wait for a shift."""


def overdue_since(severity: str, now: datetime) -> datetime:
    """What began before this and still waits is overdue. A severity of tomorrow's edge waits as long as a low one."""
    known = Severity(severity) if severity in set(Severity) else Severity.LOW
    return now - OVERDUE_AFTER[known]


def is_overdue(severity: str, occurred_at: datetime, now: datetime) -> bool:
    """Whether it waits longer than it should."""
    return occurred_at < overdue_since(severity, now)
