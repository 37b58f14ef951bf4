"""What every value of the API is made of."""

from pydantic import BaseModel, ConfigDict

from server import role
from server.criteria import judge

Role = role.Role
Result = judge.Result
NO_NUL = "^[^\\x00]*$"
"""A text without U+0000, for which PostgreSQL has no room."""


class Schema(BaseModel):
    """A frozen value of the API."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Problem(BaseModel):
    """RFC 9457 problem+json: a safe sentence for the officer; the cause is in the log."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
