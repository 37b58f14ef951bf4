"""Notifications: channels, rules, and the outbox."""

from datetime import datetime

from server.notices.values import Kind, Occasion, State
from server.schemas.base import Schema


class ChannelOut(Schema):
    """A channel. ``address`` is what may be shown of it; the address itself is never given out again.

    ``quiet_from``, ``quiet_to``: minutes after local midnight.
    """

    id: int
    name: str
    kind: Kind
    address: str
    username: str | None
    language: str
    with_picture: bool
    quiet_from: int | None
    quiet_to: int | None
    urgent_breaks_quiet: bool
    enabled: bool


class NewChannel(Schema):
    """A channel that was made. ``secret``: what a webhook's signatures are checked with; shown now and never again."""

    channel: ChannelOut
    secret: str | None


class NoticeRuleOut(Schema):
    """A rule. ``hours_from``, ``hours_to``: minutes after local midnight."""

    id: int
    name: str
    occasion: Occasion
    severity: str
    units: tuple[str, ...]
    rule_kinds: tuple[str, ...]
    hours_from: int | None
    hours_to: int | None
    after_min: int
    every_min: int
    with_trial: bool
    role: str | None
    channel_ids: tuple[int, ...]
    enabled: bool


class NoticeMessageOut(Schema):
    """A message of the outbox. ``items``: how many incidents or cameras it tells. ``rule`` is None for a test."""

    id: int
    uid: str
    channel: str
    rule: str | None
    occasion: str
    state: State
    items: int
    created_at: datetime
    due_at: datetime
    attempts: int
    error: str
    text: str
    sent_at: datetime | None
