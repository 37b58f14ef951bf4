"""What an officer writes about an incident: one entered by hand, and the facts of any."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from contract.names import Slug
from server.schemas.base import NO_NUL

HandSource = Literal["tip", "denunciation", "petition", "feedback", "official"]
CategoryCode = Literal["", "social_order", "economic", "environment", "drugs", "traffic", "fire", "urban_order"]
SeverityCode = Literal["low", "medium", "high", "urgent"]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=NO_NUL)]
Unit = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_NUL)]
OfficialNumber = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, pattern=NO_NUL)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=NO_NUL)]
Heads = Annotated[int, Field(ge=0, le=100_000)]
"""Persons, as a count."""
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""The incident's version that the officer looked at: 409 when it has changed since."""


class EntryIn(BaseModel):
    """An incident to enter by hand. ``occurred_at`` decides the period it counts in.

    ``official`` figures are confirmed at once, everything else waits for a verdict. Persons are counts: no names.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "source": "tip",
                "title": "Mất trộm xe máy tại nhà trọ",
                "category": "social_order",
                "unit": "Khóm 4",
                "occurred_at": "2026-03-01T21:30:00+07:00",
                "official_number": "12/TB-2026",
                "suspects": 1,
                "victims": 1,
            }
        },
    )

    source: HandSource
    title: Title
    occurred_at: AwareDatetime
    category: CategoryCode | None = Field(default=None, description="Left out: as the rule's kind has it.")
    rule_kind: Slug = Field(default="reported", description="The kind of rule it is about, when there is one.")
    unit: Unit = ""
    official_number: OfficialNumber = ""
    suspects: Heads = 0
    victims: Heads = 0
    deaths: Heads = 0
    injured: Heads = 0
    camera_assisted: bool = False
    is_complex: bool = False
    severity: SeverityCode = "medium"
    status: Literal["actual", "exercise"] = "actual"
    note: Note = ""


class FactsIn(BaseModel):
    """Facts to change; what is left out stays. ``note``: why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"version": 3, "suspects": 2}})

    version: Version
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=NO_NUL)] | None = None
    category: CategoryCode | None = None
    unit: Unit | None = None
    official_number: OfficialNumber | None = None
    suspects: Heads | None = None
    victims: Heads | None = None
    deaths: Heads | None = None
    injured: Heads | None = None
    camera_assisted: bool | None = None
    is_complex: bool | None = None
    note: Note = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.facts():
            raise ValueError("name at least one fact to change")
        return self

    def facts(self) -> dict[str, str | int | bool]:
        """What is to be changed, by column."""
        return self.model_dump(exclude={"version", "note"}, exclude_none=True)
