"""What the API and the pages show: pydantic values, made by server.store, read by api/ and ui/ alike."""

from server.schemas.accounts import AccountOut, NewPassword, SessionOut, UserOut
from server.schemas.base import NO_NUL, Problem, Result, Role, Schema
from server.schemas.cameras import CameraOut
from server.schemas.casework import (
    AssignIn,
    DeedOut,
    ExtendIn,
    LinkIn,
    MergeIn,
    SnoozeIn,
    SnoozeOut,
    SplitIn,
    UnitEnd,
    UnitIn,
    UnitOut,
)
from server.schemas.criteria import CriterionDetail, CriterionOut, PeriodOut, Scoreboard
from server.schemas.edges import DeadLetterOut, DeadLetterPage, EdgeOut, EdgeToken
from server.schemas.entries import EntryIn, FactsIn
from server.schemas.incidents import (
    EventOut,
    EvidenceOut,
    IncidentDetail,
    IncidentOut,
    IncidentPage,
    LinkOut,
    ReasonOut,
    SubjectOut,
    VerdictIn,
    VerdictOut,
)

__all__ = [
    "NO_NUL",
    "AccountOut",
    "AssignIn",
    "CameraOut",
    "CriterionDetail",
    "CriterionOut",
    "DeadLetterOut",
    "DeadLetterPage",
    "DeedOut",
    "EdgeOut",
    "EdgeToken",
    "EntryIn",
    "EventOut",
    "EvidenceOut",
    "ExtendIn",
    "FactsIn",
    "IncidentDetail",
    "IncidentOut",
    "IncidentPage",
    "LinkIn",
    "LinkOut",
    "MergeIn",
    "NewPassword",
    "PeriodOut",
    "Problem",
    "ReasonOut",
    "Result",
    "Role",
    "Schema",
    "Scoreboard",
    "SessionOut",
    "SnoozeIn",
    "SnoozeOut",
    "SplitIn",
    "SubjectOut",
    "UnitEnd",
    "UnitIn",
    "UnitOut",
    "UserOut",
    "VerdictIn",
    "VerdictOut",
]
