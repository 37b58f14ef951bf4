"""Which matter goes to whom, and not before when."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from server.notices.values import SEVERITIES, Channel, Matter, Occasion, Rule

STALE: Final = timedelta(hours=12)
"""What began so long before it came here is no news to wake somebody for: an old recording, an edge long cut off."""


def concerns(rule: Rule, matter: Matter, now: datetime, zone: ZoneInfo) -> bool:
    """Does the rule tell this matter now?"""
    if matter.occasion is not rule.occasion or matter.at < rule.since:
        return False
    if SEVERITIES.index(matter.severity) < SEVERITIES.index(rule.severity):
        return False
    if matter.is_trial and not rule.with_trial:
        return False
    if rule.units and matter.unit not in rule.units:
        return False
    if rule.rule_kinds and matter.rule_kind not in rule.rule_kinds:
        return False
    if rule.hours is not None and not rule.hours.contain(matter.began_at, zone):
        return False
    if waits(rule) and now - matter.at < rule.after:
        return False
    return rule.occasion not in {Occasion.OPENED, Occasion.UNCLAIMED} or matter.at - matter.began_at < STALE


def waits(rule: Rule) -> bool:
    """Does it tell only what has lasted ``after``?"""
    return rule.occasion in {Occasion.UNCLAIMED, Occasion.CAMERA}


def recipients(rule: Rule, channels: Iterable[Channel]) -> tuple[Channel, ...]:
    """The channels it names, and those of everybody with its role; each once."""
    return tuple(
        channel
        for channel in channels
        if channel.id in rule.channel_ids or (rule.role is not None and channel.role == rule.role)
    )


def may_know(channel: Channel, matter: Matter) -> bool:
    """May the channel's owner see that camera? What has no camera, only who may see everything."""
    return channel.cameras is None or matter.camera_id in channel.cameras


def due_at(
    rule: Rule, channel: Channel, severity: str, now: datetime, last_at: datetime | None, zone: ZoneInfo
) -> datetime:
    """When a message may go: not too soon after the one before of its group (``last_at``), not in quiet hours."""
    at = now if last_at is None else max(now, last_at + rule.every)
    breaks = channel.urgent_breaks_quiet and severity == "urgent"
    return at if channel.quiet is None or breaks else channel.quiet.over(at, zone)
