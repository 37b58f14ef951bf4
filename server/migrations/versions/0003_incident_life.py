"""The life of an incident beyond its verdict: where it comes from, whom it concerns, until when, with what end."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CATEGORIES = {
    "urban_order": (
        "pavement_encroachment",
        "road_encroachment",
        "illegal_parking",
        "parked_motorbikes",
        "vending",
    ),
    "environment": ("object_left",),
    "social_order": ("intrusion", "loitering", "crowd", "fight", "bike_theft"),
    "traffic": ("wrong_way", "racing", "speeding"),
    "fire": ("fire", "smoke"),
}


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
    op.create_index("ix_audit_subject", "audit", ["subject", "id"])
    _tell_what_cameras_know()


def _tell_what_cameras_know() -> None:
    """Incidents of before have their camera's unit, and the category that their rule's kind has today."""
    of_camera = "SELECT cameras.unit FROM cameras WHERE cameras.id = incidents.camera_id"
    op.execute(f"UPDATE incidents SET unit = COALESCE(({of_camera}), '')")  # noqa: S608
    incidents = sa.table("incidents", sa.column("rule_kind"), sa.column("category"))
    for category, kinds in CATEGORIES.items():
        op.execute(incidents.update().where(incidents.c.rule_kind.in_(kinds)).values(category=category))
