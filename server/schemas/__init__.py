"""What the API and the pages show: pydantic values, made by server.store, read by api/ and ui/ alike."""

from server.schemas.accounts import AccountOut, NewPassword, SessionOut, UserOut
from server.schemas.audit import AuditOut, AuditPage
from server.schemas.base import NO_NUL, Problem, Result, Role, Schema
from server.schemas.cameras import CameraOut
from server.schemas.criteria import CriterionDetail, CriterionOut, PeriodOut, Scoreboard
from server.schemas.edges import DeadLetterOut, DeadLetterPage, EdgeOut, EdgeToken
from server.schemas.incidents import (
    EventOut,
    EvidenceOut,
    IncidentDetail,
    IncidentOut,
    IncidentPage,
    ReasonOut,
    SubjectOut,
    VerdictIn,
    VerdictOut,
)
from server.schemas.keeping import DeletionOut, DeletionPage, HoldIn, HoldOut, RetentionOut, RetentionRule
from server.schemas.rights import RightsIn, RightsOut
from server.schemas.system import SystemEdge, SystemOut

__all__ = [
    "NO_NUL",
    "AccountOut",
    "AuditOut",
    "AuditPage",
    "CameraOut",
    "CriterionDetail",
    "CriterionOut",
    "DeadLetterOut",
    "DeadLetterPage",
    "DeletionOut",
    "DeletionPage",
    "EdgeOut",
    "EdgeToken",
    "EventOut",
    "EvidenceOut",
    "HoldIn",
    "HoldOut",
    "IncidentDetail",
    "IncidentOut",
    "IncidentPage",
    "NewPassword",
    "PeriodOut",
    "Problem",
    "ReasonOut",
    "Result",
    "RetentionOut",
    "RetentionRule",
    "RightsIn",
    "RightsOut",
    "Role",
    "Schema",
    "Scoreboard",
    "SessionOut",
    "SubjectOut",
    "SystemEdge",
    "SystemOut",
    "UserOut",
    "VerdictIn",
    "VerdictOut",
]
