"""Channels and rules of notification: rows, as the courier and as the pages need them."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.notices.hours import hours
from server.notices.values import Channel, Kind, Occasion, Rule
from server.schemas import ChannelOut, NoticeRuleOut
from server.store import rights
from server.store.errors import InvalidError, NotFoundError
from server.tables import NoticeChannel, NoticeItem, NoticeMessage, NoticeRule, UserRow

MOST = 200
"""Channels, and rules, that there may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What is switched on."""

    rules: tuple[Rule, ...]
    channels: tuple[Channel, ...]


def book(session: Session) -> Book:
    """The rules and channels that are switched on; a person's channel only while their account is."""
    rules = session.scalars(select(NoticeRule).where(NoticeRule.enabled).order_by(NoticeRule.id))
    channels = session.execute(
        select(NoticeChannel, UserRow)
        .outerjoin(UserRow, UserRow.id == NoticeChannel.user_id)
        .where(NoticeChannel.enabled)
        .order_by(NoticeChannel.id)
    )
    return Book(
        rules=tuple(_rule(row) for row in rules),
        channels=tuple(
            _channel(session, row, user) for row, user in channels if user is None or user.disabled_at is None
        ),
    )


def channels(session: Session) -> tuple[ChannelOut, ...]:
    """Every channel, by name; never its address."""
    rows = session.execute(
        select(NoticeChannel, UserRow.username)
        .outerjoin(UserRow, UserRow.id == NoticeChannel.user_id)
        .order_by(NoticeChannel.name, NoticeChannel.id)
    )
    return tuple(channel_out(row, username) for row, username in rows)


def rules(session: Session) -> tuple[NoticeRuleOut, ...]:
    """Every rule, by name."""
    rows = session.scalars(select(NoticeRule).order_by(NoticeRule.name, NoticeRule.id))
    return tuple(NoticeRuleOut.model_validate(row, from_attributes=True) for row in rows)


def channel(session: Session, channel_id: int) -> NoticeChannel:
    """One channel's row. Raises NotFoundError."""
    row = session.get(NoticeChannel, channel_id)
    if row is None:
        raise NotFoundError("Không có kênh này. / There is no such channel.")
    return row


def rule(session: Session, rule_id: int) -> NoticeRule:
    """One rule's row. Raises NotFoundError."""
    row = session.get(NoticeRule, rule_id)
    if row is None:
        raise NotFoundError("Không có quy tắc này. / There is no such rule.")
    return row


def owner_id(session: Session, username: str | None) -> int | None:
    """The account whose a channel is. Raises InvalidError for one that there is not."""
    if username is None:
        return None
    found = session.scalar(select(UserRow.id).where(UserRow.username == username))
    if found is None:
        raise InvalidError(f"Không có tài khoản {username}. / There is no account {username}.")
    return found


def check_channels(session: Session, channel_ids: list[int]) -> None:
    """Raises InvalidError when one of them is none."""
    known = set(session.scalars(select(NoticeChannel.id).where(NoticeChannel.id.in_(channel_ids))))
    missing = [each for each in channel_ids if each not in known]
    if missing:
        raise InvalidError(f"Không có kênh {missing}. / There are no channels {missing}.")


def add(session: Session, row: NoticeChannel | NoticeRule) -> None:
    """Keep a new one. Raises InvalidError beyond ``MOST``."""
    if len(session.scalars(select(type(row).id)).all()) >= MOST:
        raise InvalidError(f"Nhiều nhất {MOST}. / At most {MOST}.")
    session.add(row)
    session.flush()


def remove(session: Session, row: NoticeChannel | NoticeRule) -> None:
    """Delete it with its messages; the audit keeps that it was."""
    is_channel = isinstance(row, NoticeChannel)
    items = NoticeItem.channel_id if is_channel else NoticeItem.rule_id
    messages = NoticeMessage.channel_id if is_channel else NoticeMessage.rule_id
    session.execute(delete(NoticeItem).where(items == row.id))
    session.execute(delete(NoticeMessage).where(messages == row.id))
    session.delete(row)
    if is_channel:
        for each in session.scalars(select(NoticeRule)):
            if row.id in each.channel_ids:
                each.channel_ids = [kept for kept in each.channel_ids if kept != row.id]
    session.flush()


def channel_out(row: NoticeChannel, username: str | None) -> ChannelOut:
    """The channel as it may be shown."""
    return ChannelOut(
        id=row.id,
        name=row.name,
        kind=Kind(row.kind),
        address=row.shown,
        username=username,
        language=row.language,
        with_picture=row.with_picture,
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        urgent_breaks_quiet=row.urgent_breaks_quiet,
        enabled=row.enabled,
    )


def _rule(row: NoticeRule) -> Rule:
    return Rule(
        id=row.id,
        occasion=Occasion(row.occasion),
        severity=row.severity,
        units=frozenset(row.units),
        rule_kinds=frozenset(row.rule_kinds),
        hours=hours(row.hours_from, row.hours_to),
        after=timedelta(minutes=row.after_min),
        every=timedelta(minutes=row.every_min),
        with_trial=row.with_trial,
        role=row.role,  # type: ignore[arg-type]
        channel_ids=frozenset(row.channel_ids),
        since=row.since_at,
    )


def _channel(session: Session, row: NoticeChannel, user: UserRow | None) -> Channel:
    sight = rights.sight_of(session, user) if user is not None else None
    return Channel(
        id=row.id,
        kind=Kind(row.kind),
        role=user.role if user is not None else None,  # type: ignore[arg-type]
        cameras=sight.cameras if sight is not None else None,
        quiet=hours(row.quiet_from, row.quiet_to),
        urgent_breaks_quiet=row.urgent_breaks_quiet,
    )
