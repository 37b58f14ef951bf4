"""The life of an incident beyond its verdict: where it comes from, whom it concerns, until when, with what end."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("incidents") as table:
        for name, size in (("category", 16), ("unit", 200), ("title", 300), ("official_number", 64)):
            table.add_column(sa.Column(name, sa.String(length=size), nullable=False, server_default=""))
        table.add_column(sa.Column("source", sa.String(length=16), nullable=False, server_default="camera"))
        for name in ("suspects", "victims", "deaths", "injured"):
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        for name in ("camera_assisted", "is_complex"):
            table.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in ("due_at", "extended_at", "confirmed_at", "handled_at", "closed_at"):
            table.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
        table.add_column(sa.Column("assigned_to", key, nullable=True))
        table.add_column(sa.Column("merged_into", key, nullable=True))
        table.create_foreign_key("fk_incidents_assigned_to_users", "users", ["assigned_to"], ["id"])
        table.create_foreign_key("fk_incidents_merged_into_incidents", "incidents", ["merged_into"], ["id"])
