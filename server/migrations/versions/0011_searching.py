"""Words of incidents for searching, and indices that answer more of a search themselves."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_WORDS = 400
_CHUNK = 1000


def upgrade() -> None:
    op.add_column("incidents", sa.Column("words", sa.String(_WORDS), nullable=False, server_default=""))
    _fill()
    for name in ("worded", "kind", "occurred_at"):
        op.drop_index(f"ix_incidents_{name}", "incidents")
    op.create_index("ix_incidents_occurred_at", "incidents", ["occurred_at", "id"])
    op.create_index("ix_incidents_kind", "incidents", ["rule_kind", "occurred_at", "id", "state", "mode", "status"])
    for name, columns, condition in (
        ("worded", ["occurred_at", "id", "words"], "words <> ''"),
        ("trial", ["occurred_at", "id", "rule_kind", "rule_name"], "mode = 'trial'"),
        ("drill", ["status", "occurred_at"], "status <> 'actual'"),
    ):
        where = sa.text(condition)
        op.create_index(f"ix_incidents_{name}", "incidents", columns, sqlite_where=where, postgresql_where=where)


def _fill() -> None:
    """Of those that have a title or an official number: few, as officers type them."""
    connection = op.get_bind()
    incidents = sa.table("incidents", *map(sa.column, ("id", "title", "official_number", "words")))
    of_row = incidents.c.id == sa.bindparam("of_id")
    rows = connection.execute(
        sa.select(incidents.c.id, incidents.c.title, incidents.c.official_number)
        .where(sa.or_(incidents.c.title != "", incidents.c.official_number != ""))
        .order_by(incidents.c.id)
    ).all()
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        words = [{"of_id": id_, "to": _plain(f"{title}\n{number}")} for id_, title, number in part]
        connection.execute(sa.update(incidents).where(of_row).values(words=sa.bindparam("to")), words)


def _plain(text: str) -> str:
    """As the server makes them in this version."""
    return "".join(map(_bare, unicodedata.normalize("NFC", text)))[:_WORDS]


def _bare(letter: str) -> str:
    lower = "d" if letter in "đĐ" else unicodedata.normalize("NFD", letter)[0].lower()
    return lower if len(lower) == 1 else letter
