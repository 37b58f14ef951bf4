"""A stamp for every tally: what a server has read of it, it need not read again while the stamp stands."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tally_stamps",
        sa.Column("span", sa.String(5), nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("span", "what", "start_at", name="pk_tally_stamps"),
        sqlite_with_rowid=False,
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    stamp = "random()" if is_sqlite else "('x' || substr(md5(gen_random_uuid()::text), 1, 16))::bit(64)::bigint"
    epoch = "'1970-01-01 00:00:00.000000'" if is_sqlite else "TIMESTAMPTZ '1970-01-01 00:00:00Z'"
    into = "INSERT INTO tally_stamps (span, what, start_at, stamp)"
    for what, table in (("incident", "tallies"), ("camera", "camera_tallies")):
        made = f"(SELECT DISTINCT span, start_at FROM {table}) AS made"  # noqa: S608
        op.execute(f"{into} SELECT span, '{what}', start_at, {stamp} FROM {made}")  # noqa: S608
    op.execute(f"{into} SELECT 'kinds', 'incident', {epoch}, {stamp}")
