"""The envelope of every message: CloudEvents 1.0, structured JSON mode (https://cloudevents.io, MQTT binding)."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from contract.instant import Instant


class Value(BaseModel):
    """A frozen part of a message. Unknown fields are ignored: a newer edge of the same major version is welcome.
    Numbers are finite (JSON has no other)."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Envelope(Value):
    """CloudEvents attributes; ``source`` + ``id`` is the idempotency key."""

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(min_length=1, max_length=128)
    source: str = Field(pattern=r"^anninh:[a-z0-9_/-]{1,200}$")
    type: str
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
