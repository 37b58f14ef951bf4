"""What the rules of notification speak of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.notices.hours import Hours
from server.role import Role


class Kind(StrEnum):
    """How a channel reaches somebody."""

    APPRISE = "apprise"
    """An address of the library apprise: e-mail, Telegram, …"""
    WEBHOOK = "webhook"
    """A signed HTTP request to another system."""


class Occasion(StrEnum):
    """What happened that may be told."""

    OPENED = "opened"
    """An incident is new."""
    CONFIRMED = "confirmed"
    UNCLAIMED = "unclaimed"
    """Nobody has claimed it for so many minutes: escalation."""
    CAMERA = "camera"
    """A camera gives no pictures for so many minutes."""


class State(StrEnum):
    """Where a message is."""

    QUEUED = "queued"
    SENDING = "sending"
    """In somebody's hands until ``due_at``; then it was lost with them and is tried again."""
    SENT = "sent"
    FAILED = "failed"
    """Given up; ``error`` says why."""
    DROPPED = "dropped"
    """There was nothing left to tell: dismissed, claimed, or the camera came back before it was sent."""


SEVERITIES = ("low", "medium", "high", "urgent")
"""Lowest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, switched on. What its fields mean: server.tables.notices.NoticeRule."""

    id: int
    occasion: Occasion
    severity: str
    units: frozenset[str]
    rule_kinds: frozenset[str]
    hours: Hours | None
    after: timedelta
    every: timedelta
    with_trial: bool
    role: Role | None
    channel_ids: frozenset[int]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel, switched on. ``role`` is its owner's, None for one of the ward."""

    id: int
    kind: Kind
    role: Role | None
    quiet: Hours | None
    urgent_breaks_quiet: bool
    cameras: frozenset[int] | None = None
    """The only ones its owner may see; None: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What happened, as the rules look at it: an incident or a camera that is down. ``at``: when it became so here;
    ``began_at``: when it began out there."""

    about: str
    """Names it for ever: the same is told once."""
    occasion: Occasion
    severity: str
    unit: str
    rule_kind: str
    is_trial: bool
    """On trial, or an exercise or test."""
    began_at: datetime
    at: datetime
    group: str
    """What it is gathered with: its camera, or for a camera its khóm."""
    incident_id: int | None = None
    camera_id: int | None = None
