"""Whom to tell of what: channels, rules, the outbox of messages, and what other systems are told over MQTT."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Key, Table


class NoticeChannel(Table):
    """A way to reach somebody: an address that apprise understands, or a signed webhook."""

    __tablename__ = "notice_channels"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    """server.notices.values.Kind: apprise | webhook"""
    sealed: Mapped[str] = mapped_column(Text)
    """Its address, and a webhook's signing secret, encrypted with the key of ``notices.key_file``."""
    shown: Mapped[str] = mapped_column(String(300))
    """What may be shown of the address: no user, password, token or path."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Whose it is; None: the ward's. A person's channel is silent while their account is disabled."""
    language: Mapped[str] = mapped_column(String(8), default="vi")
    with_picture: Mapped[bool] = mapped_column(default=False)
    """Pictures leave the house only where an admin said so."""
    quiet_from: Mapped[int | None]
    """Minutes after local midnight; None: no quiet hours. They may run past midnight."""
    quiet_to: Mapped[int | None]
    urgent_breaks_quiet: Mapped[bool] = mapped_column(default=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class NoticeRule(Table):
    """Which change is told to which channels."""

    __tablename__ = "notice_rules"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    occasion: Mapped[str] = mapped_column(String(16))
    """server.notices.values.Occasion: opened | confirmed | unclaimed | camera"""
    severity: Mapped[str] = mapped_column(String(16))
    """The lowest that is told."""
    units: Mapped[list[str]] = mapped_column(JSON)
    """Khóm and ấp; empty: all."""
    rule_kinds: Mapped[list[str]] = mapped_column(JSON)
    """Empty: all."""
    hours_from: Mapped[int | None]
    """Minutes after local midnight between which the incident began; None: at any hour. May run past midnight."""
    hours_to: Mapped[int | None]
    after_min: Mapped[int] = mapped_column(default=0)
    """Minutes that an incident waits unclaimed, or a camera is down, before it is told."""
    every_min: Mapped[int] = mapped_column(default=10)
    """At most one message a camera in so many minutes; what comes meanwhile is gathered into the next."""
    with_trial: Mapped[bool] = mapped_column(default=False)
    """Also tell what is on trial or an exercise."""
    role: Mapped[str | None] = mapped_column(String(16))
    """To the channels of everybody with this role."""
    channel_ids: Mapped[list[int]] = mapped_column(JSON)
    """To these channels."""
    enabled: Mapped[bool] = mapped_column(default=True)
    since_at: Mapped[datetime]
    """Made, or switched on, then: what happened before is not told."""


class NoticeMessage(Table):
    """The outbox: one message to one channel. At least once: a receiver knows a repeat by ``uid``."""

    __tablename__ = "notice_messages"
    __table_args__ = (
        Index("ix_notice_messages_due", "state", "due_at"),
        Index("ix_notice_messages_group", "rule_id", "channel_id", "group_key", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    """Travels in the message, the same at each attempt."""
    channel_id: Mapped[int] = mapped_column(ForeignKey("notice_channels.id"))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("notice_rules.id"))
    """None: somebody tests the channel."""
    occasion: Mapped[str] = mapped_column(String(16))
    group_key: Mapped[str] = mapped_column(String(220))
    """What is gathered into one message: a camera's incidents, a unit's cameras."""
    state: Mapped[str] = mapped_column(String(16))
    """server.notices.values.State: queued | sending | sent | failed | dropped"""
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """Not before: quiet hours, gathering, or the wait after a failure. While sending: when it is taken for lost."""
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")
    """Why the latest attempt failed, without secrets."""
    text: Mapped[str] = mapped_column(Text, default="")
    """What was sent, as it was sent."""
    sent_at: Mapped[datetime | None]


class NoticeItem(Table):
    """What a message tells: unique, so that nothing is told twice whatever happens."""

    __tablename__ = "notice_items"
    __table_args__ = (
        UniqueConstraint("rule_id", "channel_id", "about"),
        Index("ix_notice_items_message", "message_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("notice_messages.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("notice_rules.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("notice_channels.id"))
    about: Mapped[str] = mapped_column(String(80))
    """``incident-7``, or ``camera-3-`` and the instant since which it is down."""
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    camera_id: Mapped[int | None] = mapped_column(ForeignKey("cameras.id"))


class NoticeMark(Table):
    """How far a journal has been read; what comes after is read again after a restart."""

    __tablename__ = "notice_marks"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    row_id: Mapped[int] = mapped_column(Key)


class Publication(Table):
    """An incident that was, or is to be, told to other systems over MQTT."""

    __tablename__ = "publications"
    __table_args__ = (
        UniqueConstraint("incident_id", "version"),
        Index("ix_publications_waiting", "sent_at", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    version: Mapped[int]
    """The incident's version that it tells."""
    counted: Mapped[bool]
    """False: it takes back what was told before."""
    message: Mapped[dict[str, Any]]
    """contract.incident.IncidentMessage, whole."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """When the broker had it; None: it waits."""
