"""Which khóm or ấp each camera belonged to, and since when."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "camera_units",
        sa.Column("id", key, nullable=False),
        sa.Column("camera_id", key, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_camera_units"),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_camera_units_camera_id_cameras"),
    )
    op.create_index("ix_camera_units_camera_id_since", "camera_units", ["camera_id", "since"])
    # what is known: where each belongs now
    op.execute(
        "INSERT INTO camera_units (camera_id, since, unit) SELECT id, created_at, unit FROM cameras WHERE unit <> ''"
    )
