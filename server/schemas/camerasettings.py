"""What a camera looks for: zones, lines, masks and rules, and what became of them at its edge."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from contract.drawing import Drawing
from contract.names import Sha256
from server.schemas.base import NO_NUL, Schema

Standing = Literal["file", "sent", "in_force", "refused"]
"""file: nothing was ever sent, the edge's own file holds · sent: the edge has not answered yet · in_force · refused"""

_EXAMPLE: JsonDict = {
    "version": 2,
    "why": "Dời vùng ra khỏi vỉa hè",
    "drawing": {
        "zones": {"san": {"label": "Sân kho", "points": [[0.1, 0.5], [0.9, 0.5], [0.9, 1.0], [0.1, 1.0]]}},
        "rules": [{"name": "san-dem", "kind": "intrusion", "zone": "san", "hours": "22:00-05:00", "severity": "high"}],
    },
}
Text = Annotated[str, StringConstraints(strip_whitespace=True, pattern=NO_NUL)]


class CameraSettingsIn(BaseModel):
    """``version``: the one you looked at. ``drawing`` null: back to what the edge's own file says."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _EXAMPLE})

    version: int = Field(ge=0, le=2**31 - 2)
    drawing: Drawing | None
    why: Annotated[Text, Field(max_length=300)] = ""


class CameraSettingsOut(Schema):
    """The settings that were sent last, or those that the edge said it has; what came of them."""

    camera_id: int
    version: int
    """To be named when it is changed; 0: nothing was ever sent."""
    standing: Standing
    drawing: Drawing
    """Of ``version``; what the edge told where that is 0, or is the way back to its file."""
    is_from_file: bool
    in_force_version: int | None
    in_force_since: datetime | None
    refused: str
    """Why, where it was refused."""
    edge: str
    edge_is_heard: bool
    is_calibrated: bool
    is_told: bool
    """Has the edge ever said what it has? An editor that starts from nothing would take its rules away."""
    made_by: str
    made_at: datetime | None
    why: str


class CameraVersionOut(Schema):
    """One version in the history."""

    version: int
    made_by: str
    made_at: datetime
    why: str
    zones: int
    rules: int
    is_from_file: bool


class CameraFactsIn(BaseModel):
    """What officers record of a camera. ``version``: the one you looked at. Empty label or unit: as its edge says."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "version": 0,
                "label": "Kho sau, cổng phụ",
                "unit": "Khóm 4",
                "purpose": "Giữ gìn an ninh, trật tự tại kho theo Kế hoạch số 12.",
                "notice_posted_on": "2026-01-15",
                "notice_place": "Trụ điện trước cổng phụ",
            }
        },
    )

    version: int = Field(ge=0, le=2**31 - 2)
    label: Annotated[Text, Field(max_length=200)] = ""
    unit: Annotated[Text, Field(max_length=200)] = ""
    purpose: Annotated[Text, Field(max_length=2000)] = ""
    notice_posted_on: date | None = None
    notice_place: Annotated[Text, Field(max_length=300)] = ""
    notice_photo_sha256: Sha256 | None = None


class CameraFactsOut(Schema):
    """What officers recorded of a camera."""

    camera_id: int
    version: int
    label: str
    unit: str
    purpose: str
    notice_posted_on: date | None
    notice_place: str
    notice_photo_sha256: str | None
    in_service: bool
    retired_at: datetime | None


class CameraServiceIn(BaseModel):
    """Put a camera out of service, or back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"in_service": False, "why": "Đã tháo"}})

    in_service: bool
    why: Annotated[Text, Field(max_length=300)] = ""


class DayUp(Schema):
    """One day of a camera. ``share``: 0..1 of it with pictures, so far; null: it was not in service."""

    day: date
    share: float | None


class RuleDay(Schema):
    """What one rule of a camera told in the last 24 hours."""

    rule_name: str
    rule_kind: str
    place: str
    events: int
    pictures: tuple[tuple[str, str], ...]
    """Incident code and picture, newest first, a few."""
