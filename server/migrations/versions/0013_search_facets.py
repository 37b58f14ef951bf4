"""Indices in which a search finds all that its tokens ask of an incident, so that it reads the rows of a page only."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_FACETS = (
    *("rule_kind", "rule_name", "severity", "state", "category", "source", "mode", "status"),
    *("unit", "camera_id", "assigned_to", "claimed_by", "claimed_at"),
)


def upgrade() -> None:
    for name, led_by in (
        ("state", ["state"]),
        ("kind", ["rule_kind"]),
        ("camera", ["camera_id"]),
        ("unit", ["unit"]),
    ):
        op.drop_index(f"ix_incidents_{name}", "incidents")
        op.create_index(f"ix_incidents_{name}", "incidents", _columns(led_by))
    for name, led_by, condition in (
        ("category", ["category"], "category <> ''"),
        ("source", ["source"], "source <> 'camera'"),
        ("assigned", ["assigned_to"], "assigned_to IS NOT NULL"),
        ("trial", [], "mode = 'trial'"),
    ):
        op.drop_index(f"ix_incidents_{name}", "incidents")
        _partial(name, _columns(led_by), condition)
    op.create_index("ix_incidents_severity", "incidents", _columns(["severity"]))
    _partial("unhandled", _columns([], "due_at", "handled_at"), "handled_at IS NULL AND due_at IS NOT NULL")


def _columns(led_by: list[str], *more: str) -> list[str]:
    return [*led_by, "occurred_at", "id", *more, *(facet for facet in _FACETS if facet not in led_by)]


def _partial(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(f"ix_incidents_{name}", "incidents", columns, sqlite_where=where, postgresql_where=where)
