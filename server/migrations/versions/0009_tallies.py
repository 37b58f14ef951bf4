"""Tallies of incidents and camera hours by day and month, and the triggers that say which days changed.

Tallies are made by the server in the background; until then figures come from the rows themselves. A later migration
that copies ``incidents`` or ``camera_hours`` on SQLite (batch mode) must make their triggers again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_SUMS = ("cases", "handled", "in_time", "late", "suspects", "victims", "deaths", "injured", "began", "ended")
_BEARING = (
    *("status", "mode", "state", "occurred_at", "rule_kind", "rule_name", "category", "source", "camera_assisted"),
    *("handled_at", "due_at", "suspects", "victims", "deaths", "injured"),
)
"""Columns of an incident that tallies are made of."""


def upgrade() -> None:
    _marks()
    _tallies()
    handled, late = "handled_at IS NOT NULL", "handled_at IS NULL AND due_at IS NOT NULL"
    op.create_index(
        *("ix_incidents_handled", "incidents", ["handled_at"]),
        sqlite_where=sa.text(handled),
        postgresql_where=sa.text(handled),
    )
    op.create_index(
        *("ix_incidents_due", "incidents"),
        ["due_at", "state", "status", "mode", "occurred_at"],
        sqlite_where=sa.text(late),
        postgresql_where=sa.text(late),
    )
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def _marks() -> None:
    op.create_table(
        "tally_calendar",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("cut_day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tally_calendar"),
    )
    op.create_table(
        "tally_marks",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("hour_at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tally_marks"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tally_marks_what_hour_at", "tally_marks", ["what", "hour_at"])


def _tallies() -> None:
    op.create_table(
        "tally_kinds",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("rule_kind", sa.String(64), nullable=False),
        sa.Column("rule_name", sa.String(64), nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("camera_assisted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tally_kinds"),
        sa.UniqueConstraint(
            *("rule_kind", "rule_name", "category", "source", "camera_assisted"),
            name="uq_tally_kinds_kind",
        ),
    )
    op.create_table(
        "tallies",
        *_span(),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("kind_id", _KEY, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _SUMS),
        sa.PrimaryKeyConstraint("span", "start_at", "is_counted", "kind_id", name="pk_tallies"),
        sa.ForeignKeyConstraint(["kind_id"], ["tally_kinds.id"], name="fk_tallies_kind_id_tally_kinds"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally_clears",
        *_span(),
        sa.Column("kind_id", _KEY, nullable=False),
        sa.Column("lasted", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("span", "start_at", "kind_id", name="pk_tally_clears"),
        sa.ForeignKeyConstraint(["kind_id"], ["tally_kinds.id"], name="fk_tally_clears_kind_id_tally_kinds"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "camera_tallies",
        *_span(),
        sa.Column("camera_id", _KEY, nullable=False),
        sa.Column("up_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("span", "start_at", "camera_id", name="pk_camera_tallies"),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_camera_tallies_camera_id_cameras"),
        sqlite_with_rowid=False,
    )


def _span() -> tuple[sa.Column[str], sa.Column[object]]:
    return sa.Column("span", sa.String(5), nullable=False), sa.Column("start_at", _AT, nullable=False)


def _sqlite() -> list[str]:
    """One writer at a time: an hour is marked once."""

    def mark(what: str, instant: str) -> str:
        hour = f"substr({instant}, 1, 13) || ':00:00.000000'"
        return (
            f"INSERT INTO tally_marks (what, hour_at) SELECT '{what}', {hour} WHERE {instant} IS NOT NULL AND "  # noqa: S608
            f"NOT EXISTS (SELECT 1 FROM tally_marks WHERE what = '{what}' AND hour_at = {hour});"
        )

    def trigger(table: str, event: str, marks: str, change: str = "") -> str:
        of, when = (f"OF {', '.join(_BEARING)}", f"WHEN {change}") if change else ("", "")
        return f"CREATE TRIGGER tr_{table}_{event.lower()}_marks AFTER {event} {of} ON {table} {when} BEGIN {marks} END"

    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _BEARING)
    of = {row: mark("incident", f"{row}.occurred_at") + mark("incident", f"{row}.handled_at") for row in ("OLD", "NEW")}
    camera = {row: mark("camera", f"{row}.hour_at") for row in ("OLD", "NEW")}
    return [
        trigger("incidents", "INSERT", of["NEW"]),
        trigger("incidents", "UPDATE", of["OLD"] + of["NEW"], changed),
        trigger("incidents", "DELETE", of["OLD"]),
        trigger("camera_hours", "INSERT", camera["NEW"]),
        trigger("camera_hours", "UPDATE", camera["OLD"] + camera["NEW"]),
        trigger("camera_hours", "DELETE", camera["OLD"]),
    ]


def _postgresql() -> list[str]:
    """A batch of inserts pays once (a statement's trigger); an update that no tally is made of pays a comparison."""

    def function(name: str, marks: str) -> str:
        return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {marks} RETURN NULL; END $$"

    def hours(what: str, *instants: str) -> str:
        """Marks of these instants, each ``EXPRESSION`` or ``EXPRESSION FROM table``."""
        each = " UNION ".join(f"SELECT date_trunc('hour', {instant}" for instant in instants)
        return f"INSERT INTO tally_marks (what, hour_at) SELECT '{what}', at FROM ({each}) AS hours (at) WHERE at IS NOT NULL;"  # noqa: S608, E501

    def touched(column: str) -> str:
        return f"{column}, 'UTC') FROM touched"

    def trigger(table: str, event: str, rows: str) -> str:
        name = f"tr_{table}_{event.lower()}_{rows.lower()}_marks"
        calls = {"incidents": "anninh_mark_incidents", "camera_hours": "anninh_mark_camera_hours"}[table]
        return (
            f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {rows} TABLE AS touched "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {calls}()"
        )

    columns = ("OLD.occurred_at", "NEW.occurred_at", "OLD.handled_at", "NEW.handled_at")
    old, new = (", ".join(f"{row}.{name}" for name in _BEARING) for row in ("OLD", "NEW"))
    return [
        function("anninh_mark_incidents", hours("incident", touched("occurred_at"), touched("handled_at"))),
        function("anninh_mark_incident", hours("incident", *(f"{column}, 'UTC')" for column in columns))),
        function("anninh_mark_camera_hours", hours("camera", touched("hour_at"))),
        trigger("incidents", "INSERT", "NEW"),
        trigger("incidents", "DELETE", "OLD"),
        "CREATE TRIGGER tr_incidents_update_marks AFTER UPDATE ON incidents FOR EACH ROW "
        f"WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION anninh_mark_incident()",
        trigger("camera_hours", "INSERT", "NEW"),
        trigger("camera_hours", "UPDATE", "OLD"),
        trigger("camera_hours", "UPDATE", "NEW"),
        trigger("camera_hours", "DELETE", "OLD"),
    ]
