"""What the API and the pages show: pydantic values, made by server.store, read by api/ and ui/ alike."""

from server.schemas.accounts import AccountOut, NewPassword, SessionOut, UserOut
from server.schemas.base import NO_NUL, Problem, Role, Schema
from server.schemas.cameras import CameraOut
from server.schemas.camerasettings import CameraFactsIn, CameraFactsOut, CameraServiceIn, CameraSettingsIn, CameraSettingsOut, CameraVersionOut, DayUp, RuleDay, Standing
from server.schemas.casework import AssignIn, DeedOut, ExtendIn, LinkIn, MergeIn, SnoozeIn, SnoozeOut, SplitIn, UnitEnd, UnitIn, UnitOut
from server.schemas.criteria import AdjustIn, ChangeOut, CheckOut, CriterionDetail, CriterionEntryDecision, CriterionEntryIn, CriterionEntryOut, CriterionFileOut, CriterionOut, MergerIn, MergerOut, PeriodOut, RevisionOut, RuleVersionOut, Scoreboard, WhatIf
from server.schemas.desk import DayOut, PlanOut, SavedFilterIn, SavedFilterOut, SpotIn, SpotOut, SuggestionOut, TallyOut
from server.schemas.edges import DeadLetterOut, DeadLetterPage, EdgeOut, EdgeToken
from server.schemas.entries import EntryIn, FactsIn
from server.schemas.incidents import EventOut, EvidenceOut, IncidentDetail, IncidentOut, IncidentPage, LinkOut, ReasonOut, SubjectOut, VerdictIn, VerdictOut
from server.schemas.keeping import DeletionOut, DeletionPage, HoldIn, HoldOut, RetentionOut, RetentionRule
from server.schemas.rights import RightsIn, RightsOut

__all__ = ["AccountOut", "AdjustIn", "AssignIn", "CameraFactsIn", "CameraFactsOut", "CameraOut", "CameraServiceIn", "CameraSettingsIn", "CameraSettingsOut", "CameraVersionOut", "ChangeOut", "CheckOut", "CriterionDetail", "CriterionEntryDecision", "CriterionEntryIn", "CriterionEntryOut", "CriterionFileOut", "CriterionOut", "DayOut", "DayUp", "DeadLetterOut", "DeadLetterPage", "DeedOut", "DeletionOut", "DeletionPage", "EdgeOut", "EdgeToken", "EntryIn", "EventOut", "EvidenceOut", "ExtendIn", "FactsIn", "HoldIn", "HoldOut", "IncidentDetail", "IncidentOut", "IncidentPage", "LinkIn", "LinkOut", "MergeIn", "MergerIn", "MergerOut", "NO_NUL", "NewPassword", "PeriodOut", "PlanOut", "Problem", "ReasonOut", "RetentionOut", "RetentionRule", "RevisionOut", "RightsIn", "RightsOut", "Role", "RuleDay", "RuleVersionOut", "SavedFilterIn", "SavedFilterOut", "Schema", "Scoreboard", "SessionOut", "SnoozeIn", "SnoozeOut", "SplitIn", "SpotIn", "SpotOut", "Standing", "SubjectOut", "SuggestionOut", "TallyOut", "UnitEnd", "UnitIn", "UnitOut", "UserOut", "VerdictIn", "VerdictOut", "WhatIf",]
