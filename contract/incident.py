"""What the server tells other systems of an incident: that officers confirmed it, how it was handled, or that it is
taken back. Never of one that waits for a verdict, is on trial or an exercise; no names, no pictures."""

from typing import Final, Literal

from pydantic import Field

from contract.envelope import Envelope, Value
from contract.event import Severity
from contract.instant import Instant
from contract.names import Count, Label, Ordinal

INCIDENT_TYPE: Final = "vn.anninh.incident.v1"


class IncidentData(Value):
    """``counted`` false: what was told of this code before no longer holds (undone, merged into another)."""

    code: str = Field(min_length=1, max_length=32)
    """What officers call it: AN-2026-000412."""
    version: Ordinal
    """Of several messages with one code, the highest holds."""
    counted: bool
    state: str = Field(min_length=1, max_length=16)
    """confirmed | reminded | pledged | penalised | transferred | resolved | closed; where it is not counted, any."""
    source: str = Field(min_length=1, max_length=16)
    """camera, or how it was entered by hand: tip | denunciation | petition | feedback | official"""
    category: str = Field(default="", max_length=16)
    """The ministry's category, empty while it has none."""
    rule: str = Field(default="", max_length=64)
    """The kind of the rule that saw it, e.g. intrusion; empty when entered by hand."""
    severity: Severity
    unit: Label = ""
    """Khóm or ấp."""
    place: Label = ""
    camera: str | None = Field(default=None, max_length=210)
    """The camera's CloudEvents source, None when entered by hand."""
    occurred_at: Instant
    suspects: Count = 0
    victims: Count = 0
    """Persons, as counts."""


class IncidentMessage(Envelope):
    """Server → whoever listens, QoS 1, not retained. ``id`` = code + "." + version; ``source`` = ``anninh:{site}``."""

    type: Literal["vn.anninh.incident.v1"] = INCIDENT_TYPE
    data: IncidentData


def message_id(code: str, version: int) -> str:
    """The id of what is told of an incident at a version."""
    return f"{code}.{version}"
