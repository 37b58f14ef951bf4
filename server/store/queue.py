"""The review's queue in figures."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.event import Severity
from server.tables import IncidentRow
from server.urgency import overdue_since
from server.verdict import WAITING


def overdue_count(session: Session, now: datetime) -> int:
    """How many wait for longer than their severity allows: one walk along an index a severity."""
    found = (
        session.scalar(
            select(func.count())
            .select_from(IncidentRow)
            .where(
                IncidentRow.severity == severity,
                IncidentRow.state.in_(sorted(WAITING)),
                IncidentRow.occurred_at < overdue_since(severity, now),
            )
        )
        for severity in Severity
    )
    return sum(each or 0 for each in found)
