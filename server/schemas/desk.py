"""What an officer keeps and sees around the list of incidents: saved filters, days, the ward's plan."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from server.schemas.base import NO_NUL, Schema


class SuggestionOut(Schema):
    """A way to go on typing. ``text``: the whole search with it."""

    text: str
    token: str
    about: str


class DayOut(Schema):
    """How many incidents of a search a day has: confirmed (counted), waiting for a verdict, and all."""

    day: date
    confirmed: int
    waiting: int
    total: int


class TallyOut(Schema):
    """How many incidents of a search a camera or unit has. ``name``: the camera's id, or the unit's name."""

    kind: str
    name: str
    confirmed: int
    waiting: int
    total: int


class SavedFilterOut(Schema):
    """A search under a name. ``is_mine``: the one who asks keeps it."""

    id: int
    name: str
    query: str
    is_shared: bool
    is_mine: bool
    owner: str


class SavedFilterIn(BaseModel):
    """A filter to keep. Only supervisors share one with everybody."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"name": "Khóm 4 chờ duyệt", "query": "state:waiting khóm:4"}}
    )

    name: str = Field(min_length=1, max_length=80, pattern=NO_NUL)
    query: str = Field(min_length=1, max_length=500, pattern=NO_NUL)
    is_shared: bool = False


class SpotOut(Schema):
    """Where a camera or unit lies. ``x``, ``y``: 0..1 of the picture from its left upper corner."""

    kind: str
    name: str
    x: float
    y: float


class PlanOut(Schema):
    """The ward's plan: its picture, if one was uploaded, and what lies where on it."""

    picture_url: str | None
    width: int
    height: int
    uploaded_at: datetime | None
    spots: tuple[SpotOut, ...]


class SpotIn(BaseModel):
    """Put a camera (by its id) or unit (by its name) somewhere on the plan."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"kind": "camera", "name": "3", "x": 0.25, "y": 0.5}}
    )

    kind: Literal["camera", "unit"]
    name: str = Field(min_length=1, max_length=200, pattern=NO_NUL)
    x: float = Field(ge=0.0, le=1.0, allow_inf_nan=False)
    y: float = Field(ge=0.0, le=1.0, allow_inf_nan=False)
