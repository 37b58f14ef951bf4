"""What a camera's pictures are worth, and how far its own clock is off."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cameras") as table:
        table.add_column(sa.Column("picture", sa.String(length=16), nullable=True))
        table.add_column(sa.Column("clock_offset_ms", sa.BigInteger(), nullable=True))
