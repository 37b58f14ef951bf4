"""The database, every column explained: SQLAlchemy 2 typed tables, a file a noun; alike on SQLite and PostgreSQL."""

from server.tables.base import HIGHEST_KEY, Table, UtcDateTime
from server.tables.cameras import CameraHour, CameraRow, CameraSettingsRow, CameraUnitRow
from server.tables.casework import LinkRow, SnoozeRow, UnitRow
from server.tables.criteria import CriterionEntryRow, CriterionFileRow, FrozenRow, MergerRow
from server.tables.desk import PlanRow, PlanSpotRow, SavedFilterRow
from server.tables.edges import DeadLetter, EdgeRow, SequenceGap
from server.tables.events import EventRevision, EventRow, EvidenceRow
from server.tables.incidents import IncidentCounter, IncidentRow, VerdictRow, words_of
from server.tables.keeping import CriteriaVersion, DeletionRow, HoldRow, ReplayRow, RightRow
from server.tables.notices import NoticeChannel, NoticeItem, NoticeMark, NoticeMessage, NoticeRule, Publication
from server.tables.people import AuditRow, SessionRow, UserRow
from server.tables.tallies import CameraTally, TallyCalendar, TallyClears, TallyKind, TallyMark, TallyRow, TallyStamp

__all__ = [
    "HIGHEST_KEY",
    "AuditRow",
    "CameraHour",
    "CameraRow",
    "CameraSettingsRow",
    "CameraTally",
    "CameraUnitRow",
    "CriteriaVersion",
    "CriterionEntryRow",
    "CriterionFileRow",
    "DeadLetter",
    "DeletionRow",
    "EdgeRow",
    "EventRevision",
    "EventRow",
    "EvidenceRow",
    "FrozenRow",
    "HoldRow",
    "IncidentCounter",
    "IncidentRow",
    "LinkRow",
    "MergerRow",
    "NoticeChannel",
    "NoticeItem",
    "NoticeMark",
    "NoticeMessage",
    "NoticeRule",
    "PlanRow",
    "PlanSpotRow",
    "Publication",
    "ReplayRow",
    "RightRow",
    "SavedFilterRow",
    "SequenceGap",
    "SessionRow",
    "SnoozeRow",
    "Table",
    "TallyCalendar",
    "TallyClears",
    "TallyKind",
    "TallyMark",
    "TallyRow",
    "TallyStamp",
    "UnitRow",
    "UserRow",
    "UtcDateTime",
    "VerdictRow",
    "words_of",
]
