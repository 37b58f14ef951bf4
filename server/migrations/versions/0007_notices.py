"""Whom to tell of what: channels, notification rules, their outbox; what other systems are told."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _at(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "notice_channels",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("shown", sa.String(length=300), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("with_picture", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("urgent_breaks_quiet", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        _at("created_at"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_notice_channels_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_channels"),
    )
    op.create_table(
        "notice_rules",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("occasion", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("rule_kinds", sa.JSON(), nullable=False),
        sa.Column("hours_from", sa.Integer(), nullable=True),
        sa.Column("hours_to", sa.Integer(), nullable=True),
        sa.Column("after_min", sa.Integer(), nullable=False),
        sa.Column("every_min", sa.Integer(), nullable=False),
        sa.Column("with_trial", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=True),
        sa.Column("channel_ids", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        _at("since_at"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_rules"),
    )
    _outbox()
    op.create_table(
        "notice_marks",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("row_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_notice_marks"),
    )
    op.create_table(
        "publications",
        sa.Column("id", KEY, nullable=False),
        sa.Column("incident_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        _at("created_at"),
        _at("sent_at", nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_publications_incident_id_incidents"),
        sa.PrimaryKeyConstraint("id", name="pk_publications"),
        sa.UniqueConstraint("incident_id", "version", name="uq_publications_incident_id_version"),
    )
    op.create_index("ix_publications_waiting", "publications", ["sent_at", "id"])


def _outbox() -> None:
    op.create_table(
        "notice_messages",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("channel_id", KEY, nullable=False),
        sa.Column("rule_id", KEY, nullable=True),
        sa.Column("occasion", sa.String(length=16), nullable=False),
        sa.Column("group_key", sa.String(length=220), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        _at("created_at"),
        _at("due_at"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _at("sent_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["notice_channels.id"], name="fk_notice_messages_channel_id_notice_channels"
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["notice_rules.id"], name="fk_notice_messages_rule_id_notice_rules"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_messages"),
        sa.UniqueConstraint("uid", name="uq_notice_messages_uid"),
    )
    op.create_index("ix_notice_messages_due", "notice_messages", ["state", "due_at"])
    op.create_index("ix_notice_messages_group", "notice_messages", ["rule_id", "channel_id", "group_key", "id"])
    op.create_table(
        "notice_items",
        sa.Column("id", KEY, nullable=False),
        sa.Column("message_id", KEY, nullable=False),
        sa.Column("rule_id", KEY, nullable=False),
        sa.Column("channel_id", KEY, nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("incident_id", KEY, nullable=True),
        sa.Column("camera_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["notice_messages.id"], name="fk_notice_items_message_id_notice_messages"
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["notice_rules.id"], name="fk_notice_items_rule_id_notice_rules"),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["notice_channels.id"], name="fk_notice_items_channel_id_notice_channels"
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_notice_items_incident_id_incidents"),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_notice_items_camera_id_cameras"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_items"),
        sa.UniqueConstraint("rule_id", "channel_id", "about", name="uq_notice_items_rule_id_channel_id_about"),
    )
    op.create_index("ix_notice_items_message", "notice_items", ["message_id"])
