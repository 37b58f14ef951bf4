"""What the server may ask of an edge."""

from typing import Annotated, Final, Literal

from pydantic import Field

from contract.envelope import Envelope, Value
from contract.names import Count, Slug

COMMAND_TYPE: Final = "vn.anninh.command.v1"


class Resend(Value):
    """Send again now what is still in the outbox with these sequence numbers (inclusive)."""

    command: Literal["resend"] = "resend"
    first: Count
    last: Count


class TakePicture(Value):
    """Upload the camera's latest picture as evidence-free preview."""

    command: Literal["picture"] = "picture"
    camera: Slug


class Command(Envelope):
    """Server → edge, QoS 1."""

    type: Literal["vn.anninh.command.v1"] = COMMAND_TYPE
    data: Annotated[Resend | TakePicture, Field(discriminator="command")]
