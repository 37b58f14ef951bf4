"""What officers set for a camera: zones, rules, notice sign, purpose."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("cameras") as table:
        for name in ("label_is_ours", "unit_is_ours"):
            table.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        for name, size in (("purpose", 2000), ("notice_place", 300), ("config_refused", 500)):
            table.add_column(sa.Column(name, sa.String(length=size), nullable=False, server_default=""))
        table.add_column(sa.Column("notice_posted_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("notice_photo_sha256", sa.String(length=64), nullable=True))
        for name in ("facts_version", "sent_version"):
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        for name in ("config_version", "config_refused_version"):
            table.add_column(sa.Column(name, sa.Integer(), nullable=True))
        table.add_column(sa.Column("config_since", WHEN, nullable=True))
        table.add_column(sa.Column("told", sa.JSON(), nullable=True))
    op.create_table(
        "camera_settings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("camera_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("drawing", sa.JSON(), nullable=True),
        sa.Column("made_by", KEY, nullable=True),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_camera_settings"),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_camera_settings_camera_id_cameras"),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name="fk_camera_settings_made_by_users"),
        sa.UniqueConstraint("camera_id", "version", name="uq_camera_settings_camera_id_version"),
    )
