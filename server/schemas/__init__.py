"""What the API and the pages show: pydantic values, made by server.store, read by api/ and ui/ alike."""

from server.schemas.accounts import AccountOut, NewPassword, SessionOut, UserOut
from server.schemas.base import NO_NUL, Problem, Result, Role, Schema
from server.schemas.cameras import CameraOut
from server.schemas.criteria import CriterionDetail, CriterionOut, PeriodOut, Scoreboard
from server.schemas.desk import (
    DayOut,
    PlanOut,
    SavedFilterIn,
    SavedFilterOut,
    SpotIn,
    SpotOut,
    SuggestionOut,
    TallyOut,
)
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

__all__ = [
    "NO_NUL",
    "AccountOut",
    "CameraOut",
    "CriterionDetail",
    "CriterionOut",
    "DayOut",
    "DeadLetterOut",
    "DeadLetterPage",
    "EdgeOut",
    "EdgeToken",
    "EventOut",
    "EvidenceOut",
    "IncidentDetail",
    "IncidentOut",
    "IncidentPage",
    "NewPassword",
    "PeriodOut",
    "PlanOut",
    "Problem",
    "ReasonOut",
    "Result",
    "Role",
    "SavedFilterIn",
    "SavedFilterOut",
    "Schema",
    "Scoreboard",
    "SessionOut",
    "SpotIn",
    "SpotOut",
    "SubjectOut",
    "SuggestionOut",
    "TallyOut",
    "UserOut",
    "VerdictIn",
    "VerdictOut",
]
