"""The database, every column explained: SQLAlchemy 2 typed tables, a file a noun; the same on SQLite and PostgreSQL."""

from server.tables.base import HIGHEST_KEY, JsonText, Key, Table, UtcDateTime
from server.tables.cameras import CameraHour, CameraRow
from server.tables.desk import PlanRow, PlanSpotRow, SavedFilterRow
from server.tables.edges import DeadLetter, EdgeRow, SequenceGap
from server.tables.events import EventRevision, EventRow, EvidenceRow
from server.tables.incidents import IncidentCounter, IncidentRow, VerdictRow
from server.tables.people import AuditRow, SessionRow, UserRow

__all__ = [
    "HIGHEST_KEY",
    "AuditRow",
    "CameraHour",
    "CameraRow",
    "DeadLetter",
    "EdgeRow",
    "EventRevision",
    "EventRow",
    "EvidenceRow",
    "IncidentCounter",
    "IncidentRow",
    "JsonText",
    "Key",
    "PlanRow",
    "PlanSpotRow",
    "SavedFilterRow",
    "SequenceGap",
    "SessionRow",
    "Table",
    "UserRow",
    "UtcDateTime",
    "VerdictRow",
]
