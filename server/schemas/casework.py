"""What officers do to an incident beside judging it, rules that are silent for a while, the ward's units."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from contract.names import Slug
from server.schemas.base import NO_NUL, Schema
from server.schemas.entries import Note, Version

Code = Annotated[str, StringConstraints(pattern=r"^AN-\d{4}-\d{6,}$")]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=NO_NUL)]
UnitName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_NUL)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AssignIn(_In):
    """Who handles it: a user name, or null for nobody."""

    model_config = ConfigDict(json_schema_extra={"example": {"version": 3, "to": "tran.b", "note": ""}})

    version: Version
    to: str | None = Field(max_length=64, pattern=NO_NUL, examples=["tran.b"])
    note: Note = ""


class ExtendIn(_In):
    """More time, once; ``note``: why."""

    model_config = ConfigDict(json_schema_extra={"example": {"version": 3, "note": "chờ kết quả giám định"}})

    version: Version
    note: Why


class MergeIn(_In):
    """It becomes part of the incident ``into``."""

    model_config = ConfigDict(json_schema_extra={"example": {"version": 1, "into": "AN-2026-000412", "note": ""}})

    version: Version
    into: Code
    note: Note = ""


class SplitIn(_In):
    """It becomes one of its own again."""

    model_config = ConfigDict(json_schema_extra={"example": {"version": 2, "note": ""}})

    version: Version
    note: Note = ""


class LinkIn(_In):
    """Another incident that it has to do with."""

    model_config = ConfigDict(json_schema_extra={"example": {"to": "AN-2026-000412", "note": ""}})

    to: Code
    note: Note = ""


class DeedOut(Schema):
    """A row of the audit log: who did what, and from what to what. ``who`` empty: the system itself."""

    at: datetime
    who: str
    action: str
    detail: dict[str, Any]


class SnoozeIn(_In):
    """A rule on a camera to be silent until then, at most 7 days ahead; ``note``: why."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"camera": 1, "rule_name": "kho-dem", "until": "2026-03-03T05:00:00Z", "note": "sửa mái kho"}
        }
    )

    camera: int = Field(ge=1, le=2**63 - 1)
    rule_name: Slug
    until: AwareDatetime
    note: Why


class SnoozeOut(Schema):
    """A rule that is silent. ``incidents``: how many it kept out of the review queue so far."""

    id: int
    camera: int
    camera_label: str
    rule_name: str
    until: datetime
    note: str
    by: str
    incidents: int


class UnitIn(_In):
    """A unit to add. ``replaces``: ids of the units whose place it takes from ``valid_from`` on: one for a rename,
    several for a merger."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "Khóm 4", "kind": "khom", "valid_from": "2025-07-01"}}
    )

    name: UnitName
    kind: Literal["khom", "ap", "phuong"]
    valid_from: date
    replaces: tuple[Annotated[int, Field(ge=1, le=2**63 - 1)], ...] = Field(default=(), max_length=50)


class UnitEnd(_In):
    """A unit that is no more from that day on; ``successor``: the id of the one that it became part of."""

    model_config = ConfigDict(json_schema_extra={"example": {"valid_to": "2025-07-01"}})

    valid_to: date
    successor: int | None = Field(default=None, ge=1, le=2**63 - 1)


class UnitOut(Schema):
    """A khóm, ấp or ward under one name, from ``valid_from`` to the day before ``valid_to``."""

    id: int
    name: str
    kind: Literal["khom", "ap", "phuong"]
    valid_from: date
    valid_to: date | None
    successor: int | None
