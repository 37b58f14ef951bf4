"""How long evidence is kept and what was deleted; who may see which camera; writes that may be repeated."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = sa.DateTime(timezone=True)
    op.add_column("users", sa.Column("is_limited", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("evidence", sa.Column("deleted_at", instant, nullable=True))
    op.add_column("evidence", sa.Column("deleted_rule", sa.String(16), nullable=False, server_default=""))
    _rights_and_holds(key, instant)
    _deletions(key, instant)
    op.create_table(
        "replays",
        sa.Column("id", key, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("user_id", key, nullable=False),
        sa.Column("route", sa.String(300), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_replays"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_replays_user_id_users"),
        sa.UniqueConstraint("user_id", "route", "key", name="uq_replays_user_id_route_key"),
    )
    op.create_index("ix_replays_at", "replays", ["at"])
    op.create_table(
        "criteria_versions",
        sa.Column("id", key, nullable=False),
        sa.Column("saved_at", instant, nullable=False),
        sa.Column("saved_by", key, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_criteria_versions"),
        sa.ForeignKeyConstraint(["saved_by"], ["users.id"], name="fk_criteria_versions_saved_by_users"),
    )


def _rights_and_holds(key: sa.types.TypeEngine[int], instant: sa.DateTime) -> None:
    op.create_table(
        "rights",
        sa.Column("id", key, nullable=False),
        sa.Column("user_id", key, nullable=False),
        sa.Column("camera_id", key, nullable=True),
        sa.Column("unit", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rights"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_rights_user_id_users"),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_rights_camera_id_cameras"),
    )
    op.create_index("ix_rights_user_id", "rights", ["user_id"])
    op.create_table(
        "holds",
        sa.Column("incident_id", key, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("held_by", key, nullable=False),
        sa.Column("held_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", name="pk_holds"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_holds_incident_id_incidents"),
        sa.ForeignKeyConstraint(["held_by"], ["users.id"], name="fk_holds_held_by_users"),
    )


def _deletions(key: sa.types.TypeEngine[int], instant: sa.DateTime) -> None:
    op.create_table(
        "deletions",
        sa.Column("id", key, nullable=False),
        sa.Column("deleted_at", instant, nullable=False),
        sa.Column("removed_at", instant, nullable=True),
        sa.Column("rule", sa.String(16), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", key, nullable=False),
        sa.Column("incident_code", sa.String(32), nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deletions"),
    )
    op.create_index("ix_deletions_deleted_at", "deletions", ["deleted_at"])
    op.create_index("ix_deletions_sha256", "deletions", ["sha256"])
    op.create_index("ix_deletions_removed_at", "deletions", ["removed_at"])
