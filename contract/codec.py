"""Bytes ↔ message: size limit, version, canonical form (RFC 8785)."""

from typing import Any

import rfc8785
from pydantic import ValidationError
from pydantic_core import from_json

from contract.command import COMMAND_TYPE, Command
from contract.configuration import CONFIG_TYPE, SETTINGS_TYPE, CameraSettingsTold, Config
from contract.envelope import Envelope
from contract.event import EVENT_TYPE, Event
from contract.health import HEALTH_TYPE, STATUS_TYPE, Health, StatusMessage
from contract.incident import INCIDENT_TYPE, IncidentMessage
from contract.receipt import RECEIPT_TYPE, Receipt, Refusal

MAX_BYTES = 64 * 1024
"""The largest message. Pictures and clips never travel in one; they go by hash over HTTP."""

Message = Event | Receipt | Health | StatusMessage | Command | Config | CameraSettingsTold | IncidentMessage

_TYPES: dict[str, type[Message]] = {
    EVENT_TYPE: Event,
    RECEIPT_TYPE: Receipt,
    HEALTH_TYPE: Health,
    STATUS_TYPE: StatusMessage,
    COMMAND_TYPE: Command,
    CONFIG_TYPE: Config,
    SETTINGS_TYPE: CameraSettingsTold,
    INCIDENT_TYPE: IncidentMessage,
}


class ContractError(ValueError):
    """A message that is refused. ``message_id`` is the sender's id where one could be read, else None."""

    def __init__(self, reason: Refusal, detail: str, message_id: str | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.message_id = message_id


def encode(message: Envelope) -> bytes:
    """The canonical bytes of a message. Raises ContractError: over ``MAX_BYTES``, or where JSON has no such value."""
    try:
        payload = rfc8785.dumps(message.model_dump(mode="json"))
    except rfc8785.CanonicalizationError as error:
        raise ContractError(Refusal.INVALID, str(error), message.id) from error
    if len(payload) > MAX_BYTES:
        raise ContractError(Refusal.TOO_LARGE, f"{len(payload)} bytes, the limit is {MAX_BYTES}", message.id)
    return payload


def decode(payload: bytes) -> Message:
    """The message in ``payload``. Raises ContractError with the reason it is refused."""
    if len(payload) > MAX_BYTES:
        raise ContractError(Refusal.TOO_LARGE, f"{len(payload)} bytes, the limit is {MAX_BYTES}")
    try:
        document: Any = from_json(payload, allow_inf_nan=False)
    except ValueError as error:
        raise ContractError(Refusal.NOT_JSON, str(error)[:300]) from error
    if not isinstance(document, dict):
        raise ContractError(Refusal.INVALID, f"a JSON object is expected, this is a {type(document).__name__}")
    given = document.get("id")
    message_id = given if isinstance(given, str) and 0 < len(given) <= 128 else None
    kind = document.get("type")
    model = _TYPES.get(kind) if isinstance(kind, str) else None
    if model is None:
        known = ", ".join(sorted(_TYPES))
        raise ContractError(Refusal.UNKNOWN_VERSION, f"type {str(kind)[:80]!r}; this side speaks {known}", message_id)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "message"
        raise ContractError(Refusal.INVALID, f"{where}: {first['msg']}"[:500], message_id) from error
