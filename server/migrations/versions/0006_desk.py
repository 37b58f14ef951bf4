"""What officers keep at their desk: saved filters, the ward's plan; and the indices that a search walks along."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    _filters()
    _plan()
    for name, columns, condition in (
        ("camera", ["camera_id", "occurred_at"], None),
        ("kind", ["rule_kind", "occurred_at"], None),
        ("rule", ["rule_name", "rule_kind", "occurred_at"], None),
        ("unit", ["unit", "occurred_at"], None),
        ("label", ["place_label", "occurred_at"], "place_label <> ''"),
        ("category", ["category", "occurred_at"], "category <> ''"),
        ("source", ["source", "occurred_at"], "source <> 'camera'"),
        ("assigned", ["assigned_to", "occurred_at"], "assigned_to IS NOT NULL"),
        ("claimed", ["claimed_by", "occurred_at"], "claimed_by IS NOT NULL"),
        ("number", ["official_number", "occurred_at"], "official_number <> ''"),
        ("worded", ["occurred_at"], "title <> '' OR official_number <> ''"),
    ):
        where = sa.text(condition) if condition else None
        op.create_index(f"ix_incidents_{name}", "incidents", columns, sqlite_where=where, postgresql_where=where)


def _filters() -> None:
    op.create_table(
        "saved_filters",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filters"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_saved_filters_user_id_users"),
        sa.UniqueConstraint("user_id", "name", name="uq_saved_filters_user_id_name"),
    )


def _plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", KEY, nullable=False),
        sa.Column("uploaded_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name="fk_plan_uploaded_by_users"),
    )
    op.create_table(
        "plan_spots",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("x", sa.Float(), nullable=False),
        sa.Column("y", sa.Float(), nullable=False),
        sa.Column("placed_by", KEY, nullable=False),
        sa.Column("placed_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_plan_spots"),
        sa.ForeignKeyConstraint(["placed_by"], ["users.id"], name="fk_plan_spots_placed_by_users"),
    )
