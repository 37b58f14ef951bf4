"""Pure: how long evidence is kept. No database, no disk, no clock.

Law 91/2025/QH15, art. 32: footage is deleted when it is no longer needed; Circular 67/2024: nothing that police hold is
deleted arbitrarily. So an officer's word keeps: a hold for ever, a confirmation until the file closes and a year on.
What nobody confirmed goes by age, and by need of room never before ``early_after``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from server.verdict import State


class Rule(StrEnum):
    """Why something was deleted."""

    UNREVIEWED = "unreviewed"
    """Nobody judged it in time."""
    DISMISSED = "dismissed"
    """An officer dismissed it, or the edge took it back."""
    CLOSED = "closed"
    """It was confirmed, its file is closed, and the time after that is over."""
    DISK = "disk"
    """There was no room; it was unreviewed or dismissed."""
    AUDIT = "audit"
    """Old rows of the audit and of the record of deletions."""


_EXPENDABLE: Final = frozenset({Rule.UNREVIEWED, Rule.DISMISSED})
"""What may go early when the disk is full."""
_NOBODY_S: Final = frozenset({State.NEW, State.CLAIMED})
_GONE: Final = frozenset({State.DISMISSED, State.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The site's values."""

    unreviewed: timedelta = timedelta(days=30)
    dismissed: timedelta = timedelta(days=7)
    closed: timedelta = timedelta(days=365)
    early_after: timedelta = timedelta(days=3)
    """However full the disk is, nothing goes before this."""
    audit: timedelta = timedelta(days=1826)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one event's evidence hangs on. ``state`` None: no incident was made of the event."""

    stored_at: datetime
    state: State | None
    decided_at: datetime | None = None
    """When its incident was last decided."""
    closed_at: datetime | None = None
    is_held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """From when on it may be deleted, and by which rule. ``since``: what the time is counted from."""

    rule: Rule
    since: datetime
    at: datetime


def due(kept: Kept, policy: Policy) -> Due | None:
    """When this may go; None: an officer keeps it."""
    if kept.is_held:
        return None
    # from the last thing that was done with it: an old verdict that is taken back today begins the time anew, and so
    # does what arrives after the verdict (a slow line)
    touched_at = max(kept.decided_at or kept.stored_at, kept.stored_at)
    if kept.state is None or kept.state in _NOBODY_S:
        return _after(Rule.UNREVIEWED, touched_at, policy.unreviewed)
    if kept.state in _GONE:
        return _after(Rule.DISMISSED, touched_at, policy.dismissed)
    if kept.state is State.CLOSED and (closed_at := kept.closed_at or kept.decided_at) is not None:
        return _after(Rule.CLOSED, closed_at, policy.closed)
    return None


def last_due(parts: list[Due | None]) -> Due | None:
    """When a file that several events share may go: with the last of them, never while one of them is kept."""
    whole = [part for part in parts if part is not None]
    return max(whole, key=lambda part: part.at) if whole and len(whole) == len(parts) else None


def may_go_early(found: Due, stored_at: datetime, policy: Policy, now: datetime) -> bool:
    """May it go before its time, for want of room?"""
    return found.rule in _EXPENDABLE and stored_at + policy.early_after <= now


def first_to_go(found: Due) -> tuple[int, datetime]:
    """Sorts what may go early: what was judged worthless first, then the oldest."""
    return (0 if found.rule is Rule.DISMISSED else 1, found.since)


def why(rule: Rule, policy: Policy) -> str:
    """The reason as it is put on record, Vietnamese / English, with the figure that held then."""
    days = {
        Rule.UNREVIEWED: policy.unreviewed,
        Rule.DISMISSED: policy.dismissed,
        Rule.CLOSED: policy.closed,
        Rule.DISK: policy.early_after,
        Rule.AUDIT: policy.audit,
    }[rule].days
    vi, en = _SENTENCES[rule]
    return f"{vi.format(days=days)} / {en.format(days=days)}"


_SENTENCES: Final = {
    Rule.UNREVIEWED: ("Quá {days} ngày không ai duyệt.", "Nobody reviewed it within {days} days."),
    Rule.DISMISSED: ("Đã loại bỏ quá {days} ngày.", "It was dismissed more than {days} days before."),
    Rule.CLOSED: ("Hồ sơ đã đóng quá {days} ngày.", "The file was closed more than {days} days before."),
    Rule.DISK: (
        "Ổ đĩa hết chỗ; chưa được xác nhận và đã giữ trên {days} ngày.",
        "The disk was full; it was not confirmed, and had been kept for more than {days} days.",
    ),
    Rule.AUDIT: ("Nhật ký cũ hơn {days} ngày.", "Log entries older than {days} days."),
}


def _after(rule: Rule, since: datetime, span: timedelta) -> Due:
    return Due(rule=rule, since=since, at=since + span)
