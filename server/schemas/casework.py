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

    version: Version
    to: str | None = Field(max_length=64, pattern=NO_NUL, examples=["tran.b"])
    note: Note = ""


class ExtendIn(_In):
    """More time, once; ``note``: why."""

    version: Version
    note: Why


class MergeIn(_In):
    """It becomes part of the incident ``into``."""

    version: Version
    into: Code
    note: Note = ""


class SplitIn(_In):
    """It becomes one of its own again."""

    version: Version
    note: Note = ""


class LinkIn(_In):
    """Another incident that it has to do with."""

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

    name: UnitName
    kind: Literal["khom", "ap", "phuong"]
    valid_from: date
    replaces: tuple[int, ...] = Field(default=(), max_length=50)


class UnitEnd(_In):
    """A unit that is no more from that day on; ``successor``: the id of the one that it became part of."""

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
