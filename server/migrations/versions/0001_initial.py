"""The first tables: edges and cameras, events and incidents, officers and their verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    _people()
    _edges()
    _incidents()
    _events()


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", KEY, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("password_is_one_time", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("disabled_at", WHEN, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("username", name="uq_users_username"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("expires_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_sessions"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id_users"),
    )
    op.create_table(
        "audit",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_audit_user_id_users"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])


def _edges() -> None:
    op.create_table(
        "edges",
        sa.Column("id", KEY, nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("heartbeat_at", WHEN, nullable=True),
        sa.Column("health", sa.JSON(), nullable=True),
        sa.Column("sequence", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_edges"),
        sa.UniqueConstraint("site", "name", name="uq_edges_site_name"),
        sa.UniqueConstraint("token_sha256", name="uq_edges_token_sha256"),
    )
    op.create_table(
        "sequence_gaps",
        sa.Column("id", KEY, nullable=False),
        sa.Column("edge_id", KEY, nullable=False),
        sa.Column("number", KEY, nullable=False),
        sa.Column("noticed_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sequence_gaps"),
        sa.ForeignKeyConstraint(["edge_id"], ["edges.id"], name="fk_sequence_gaps_edge_id_edges"),
        sa.UniqueConstraint("edge_id", "number", name="uq_sequence_gaps_edge_id_number"),
    )
    op.create_table(
        "cameras",
        sa.Column("id", KEY, nullable=False),
        sa.Column("edge_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("last_frame_at", WHEN, nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("retired_at", WHEN, nullable=True),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("up_s", sa.Float(), nullable=False),
        sa.Column("credited_at", WHEN, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cameras"),
        sa.ForeignKeyConstraint(["edge_id"], ["edges.id"], name="fk_cameras_edge_id_edges"),
        sa.UniqueConstraint("edge_id", "name", name="uq_cameras_edge_id_name"),
    )
    op.create_table(
        "camera_hours",
        sa.Column("camera_id", KEY, nullable=False),
        sa.Column("hour_at", WHEN, nullable=False),
        sa.Column("up_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("camera_id", "hour_at", name="pk_camera_hours"),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_camera_hours_camera_id_cameras"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", KEY, nullable=False),
        sa.Column("received_at", WHEN, nullable=False),
        sa.Column("topic", sa.String(length=300), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("payload_bytes", KEY, nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("accepted_at", WHEN, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letters"),
        sa.UniqueConstraint("payload_sha256", "topic", "reason", name="uq_dead_letters_payload_sha256_topic_reason"),
    )
    op.create_index("ix_dead_letters_reason", "dead_letters", ["reason"])
    op.create_index("ix_dead_letters_received_at", "dead_letters", ["received_at"])


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("camera_id", KEY, nullable=True),
        sa.Column("rule_kind", sa.String(length=64), nullable=False),
        sa.Column("rule_name", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("place_label", sa.String(length=200), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("occurred_at", WHEN, nullable=False),
        sa.Column("last_seen_at", WHEN, nullable=False),
        sa.Column("claimed_by", KEY, nullable=True),
        sa.Column("claimed_at", WHEN, nullable=True),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_incidents_camera_id_cameras"),
        sa.ForeignKeyConstraint(["claimed_by"], ["users.id"], name="fk_incidents_claimed_by_users"),
        sa.UniqueConstraint("code", name="uq_incidents_code"),
    )
    op.create_index(
        "ix_incidents_counting", "incidents", ["status", "mode", "occurred_at", "state", "rule_kind", "rule_name"]
    )
    op.create_index("ix_incidents_occurred_at", "incidents", ["occurred_at"])
    op.create_index("ix_incidents_place", "incidents", ["camera_id", "rule_name", "place", "last_seen_at"])
    op.create_index("ix_incidents_queue", "incidents", ["severity", "state", "occurred_at"])
    op.create_index("ix_incidents_state", "incidents", ["state", "occurred_at"])
    op.create_table(
        "incident_counters",
        sa.Column("year", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_incident_counters"),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("incident_id", KEY, nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("move", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", sa.JSON(), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=False),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("decided_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verdicts"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_verdicts_incident_id_incidents"),
        sa.ForeignKeyConstraint(["officer_id"], ["users.id"], name="fk_verdicts_officer_id_users"),
    )
    op.create_index("ix_verdicts_incident", "verdicts", ["incident_id"])


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("camera_id", KEY, nullable=False),
        sa.Column("incident_id", KEY, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("rule_kind", sa.String(length=64), nullable=False),
        sa.Column("rule_name", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("started_at", WHEN, nullable=False),
        sa.Column("last_seen_at", WHEN, nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("received_at", WHEN, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_events_camera_id_cameras"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_events_incident_id_incidents"),
    )
    op.create_index("ix_events_incident", "events", ["incident_id"])
    op.create_index("ix_events_started_at", "events", ["started_at"])
    op.create_table(
        "event_revisions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("source", sa.String(length=210), nullable=False),
        sa.Column("message_id", sa.String(length=128), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", KEY, nullable=False),
        sa.Column("received_at", WHEN, nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_revisions"),
        sa.UniqueConstraint("source", "message_id", name="uq_event_revisions_source_message_id"),
    )
    op.create_index("ix_event_revisions_event", "event_revisions", ["event_id"])
    op.create_table(
        "evidence",
        sa.Column("id", KEY, nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", KEY, nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("started_at", WHEN, nullable=True),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("stored_at", WHEN, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_evidence_event_id_events"),
        sa.UniqueConstraint("event_id", "sha256", name="uq_evidence_event_id_sha256"),
    )
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"])
