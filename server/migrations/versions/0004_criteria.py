"""What officers enter for criteria, frozen periods and their revisions, and mergers of wards."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
COUNTING = (
    *("status", "mode", "state", "occurred_at", "rule_kind", "rule_name", "category", "source"),
    *("camera_assisted", "handled_at", "due_at", "suspects", "victims", "deaths", "injured"),
)


def upgrade() -> None:
    op.drop_index("ix_incidents_counting", table_name="incidents")
    op.create_index("ix_incidents_counting", "incidents", list(COUNTING))
    op.create_table(
        "criterion_entries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("entered_by", KEY, nullable=False),
        sa.Column("entered_at", AT, nullable=False),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entered_by"], ["users.id"], name=op.f("fk_criterion_entries_entered_by_users")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_criterion_entries_decided_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_entries")),
    )
    op.create_index("ix_criterion_entries_of", "criterion_entries", ["code", "period", "state"])
    op.create_table(
        "entry_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("bytes", KEY, nullable=False),
        sa.Column("stored_by", KEY, nullable=False),
        sa.Column("stored_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["stored_by"], ["users.id"], name=op.f("fk_entry_files_stored_by_users")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_entry_files")),
    )
    _results()
    op.create_table(
        "mergers",
        sa.Column("id", KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", KEY, nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_mergers_made_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mergers")),
        sa.UniqueConstraint("day", name=op.f("uq_mergers_day")),
    )


def _results() -> None:
    op.create_table(
        "frozen_results",
        sa.Column("id", KEY, nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("baseline", sa.Float(), nullable=True),
        sa.Column("definition_sha256", sa.String(length=64), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("counted", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_by", KEY, nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_frozen_results_made_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_results")),
        sa.UniqueConstraint("period", "code", "revision", name=op.f("uq_frozen_results_period_code_revision")),
    )
