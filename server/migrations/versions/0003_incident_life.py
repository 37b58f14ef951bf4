"""The life of an incident beyond its verdict: where it comes from, whom it concerns, until when, with what end."""

import hashlib
from datetime import UTC

import rfc8785
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
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
        for name in ("due_at", "extended_at", "confirmed_at", "handled_at", "closed_at", "snoozed_until"):
            table.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("assigned_to", KEY, nullable=True))
        table.add_column(sa.Column("merged_into", KEY, nullable=True))
        table.create_foreign_key("fk_incidents_assigned_to_users", "users", ["assigned_to"], ["id"])
        table.create_foreign_key("fk_incidents_merged_into_incidents", "incidents", ["merged_into"], ["id"])
    for name, column in (("merged_into", "merged_into"), ("snoozed", "snoozed_until")):
        few = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_incidents_{name}", "incidents", [column], sqlite_where=few, postgresql_where=few)
    _tell_what_cameras_know()
    _casework()
    _chain_the_audit()


def _casework() -> None:
    op.create_table(
        "incident_links",
        sa.Column("id", KEY, nullable=False),
        sa.Column("one_id", KEY, nullable=False),
        sa.Column("other_id", KEY, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("linked_by", KEY, nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["one_id"], ["incidents.id"], name="fk_incident_links_one_id_incidents"),
        sa.ForeignKeyConstraint(["other_id"], ["incidents.id"], name="fk_incident_links_other_id_incidents"),
        sa.ForeignKeyConstraint(["linked_by"], ["users.id"], name="fk_incident_links_linked_by_users"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_links"),
        sa.UniqueConstraint("one_id", "other_id", name="uq_incident_links_one_id_other_id"),
    )
    op.create_index("ix_incident_links_other", "incident_links", ["other_id"])
    op.create_table(
        "snoozes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("camera_id", KEY, nullable=False),
        sa.Column("rule_name", sa.String(length=64), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("snoozed_by", KEY, nullable=False),
        sa.Column("snoozed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_snoozes_camera_id_cameras"),
        sa.ForeignKeyConstraint(["snoozed_by"], ["users.id"], name="fk_snoozes_snoozed_by_users"),
        sa.PrimaryKeyConstraint("id", name="pk_snoozes"),
    )
    op.create_index("ix_snoozes_until", "snoozes", ["until_at"])
    op.create_table(
        "units",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["successor_id"], ["units.id"], name="fk_units_successor_id_units"),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
    )
    op.create_index("ix_units_name", "units", ["name"])


def _chain_the_audit() -> None:
    """Rows of before are sealed as they are found."""
    op.create_index("ix_audit_subject", "audit", ["subject", "id"])
    with op.batch_alter_table("audit") as table:
        for name in ("previous", "sha256"):
            table.add_column(sa.Column(name, sa.String(length=64), nullable=False, server_default=""))
    audit = sa.table(
        "audit",
        sa.column("id"),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("user_id"),
        sa.column("action"),
        sa.column("subject"),
        sa.column("detail", sa.JSON()),
        sa.column("previous"),
        sa.column("sha256"),
    )
    previous, connection = "", op.get_bind()
    for row in connection.execute(sa.select(audit).order_by(audit.c.id)).all():
        at = row.at.replace(tzinfo=UTC) if row.at.tzinfo is None else row.at.astimezone(UTC)
        said = [at.isoformat(), row.user_id, row.action, row.subject, row.detail, previous]
        sealed = hashlib.sha256(rfc8785.dumps(said)).hexdigest()
        connection.execute(audit.update().where(audit.c.id == row.id).values(previous=previous, sha256=sealed))
        previous = sealed


def _tell_what_cameras_know() -> None:
    """Incidents of before have their camera's unit, and the category that their rule's kind has today."""
    of_camera = "SELECT cameras.unit FROM cameras WHERE cameras.id = incidents.camera_id"
    op.execute(f"UPDATE incidents SET unit = COALESCE(({of_camera}), '')")  # noqa: S608
    incidents = sa.table("incidents", sa.column("rule_kind"), sa.column("category"))
    for category, kinds in CATEGORIES.items():
        op.execute(incidents.update().where(incidents.c.rule_kind.in_(kinds)).values(category=category))
