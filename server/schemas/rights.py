"""Which cameras an account may see."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.schemas.base import NO_NUL, Schema

_CameraId = Annotated[int, Field(ge=1, le=2**63 - 1)]
_Unit = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]


class RightsOut(Schema):
    """``is_limited`` False: sees everything, whatever the lists say. An admin always does."""

    username: str
    is_limited: bool
    cameras: tuple[int, ...]
    """Ids of cameras."""
    units: tuple[str, ...]
    """Khóm or ấp: all cameras of it, and what was entered by hand in it."""


class RightsIn(BaseModel):
    """The rights to have from now on: they replace those there were."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"is_limited": True, "cameras": [1, 2], "units": ["Khóm 4"]}}
    )

    is_limited: bool
    cameras: tuple[_CameraId, ...] = Field(default=(), max_length=2000)
    units: tuple[_Unit, ...] = Field(default=(), max_length=200)
