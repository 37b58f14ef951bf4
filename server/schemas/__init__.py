"""What the API and the pages show: pydantic values, made by server.store, read by api/ and ui/ alike."""

from server.schemas.accounts import AccountOut, NewPassword, SessionOut, UserOut
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
from server.schemas.review import (
    MOST_ALIKE,
    AroundOut,
    BarOut,
    DismissalsIn,
    DismissalsOut,
    DismissedOut,
    GapOut,
    LeftOut,
    LookedAt,
)

__all__ = [
    "MOST_ALIKE",
    "NO_NUL",
    "AccountOut",
    "AroundOut",
    "BarOut",
    "CameraOut",
    "CriterionDetail",
    "CriterionOut",
    "DeadLetterOut",
    "DeadLetterPage",
    "DismissalsIn",
    "DismissalsOut",
    "DismissedOut",
    "EdgeOut",
    "EdgeToken",
    "EventOut",
    "EvidenceOut",
    "GapOut",
    "IncidentDetail",
    "IncidentOut",
    "IncidentPage",
    "LeftOut",
    "LookedAt",
    "NewPassword",
    "PeriodOut",
    "Problem",
    "ReasonOut",
    "Result",
    "Role",
    "Schema",
    "Scoreboard",
    "SessionOut",
    "SubjectOut",
    "UserOut",
    "VerdictIn",
    "VerdictOut",
]
