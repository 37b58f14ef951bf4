"""The receipt: the server says which messages it has committed, which it refused and why, which it wants again."""

from enum import StrEnum
from typing import Final, Literal

from pydantic import Field

from contract.envelope import Envelope, Value
from contract.names import Count

RECEIPT_TYPE: Final = "vn.anninh.receipt.v1"


class Refusal(StrEnum):
    """Why a message was not accepted. Each goes to the dead-letter table under this name."""

    NOT_JSON = "not_json"
    TOO_LARGE = "too_large"
    UNKNOWN_VERSION = "unknown_version"
    INVALID = "invalid"
    TOPIC_MISMATCH = "topic_mismatch"
    UNKNOWN_EDGE = "unknown_edge"
    UNKNOWN_CAMERA = "unknown_camera"


class Refused(Value):
    """One refused message: the edge stops resending it and logs the reason."""

    id: str = Field(max_length=128)
    reason: Refusal
    detail: str = Field(default="", max_length=500)


class ReceiptData(Value):
    """``accepted``: message ids that are committed. ``resend``: inclusive ranges of sequence numbers never seen."""

    accepted: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    resend: tuple[tuple[Count, Count], ...] = ()


class Receipt(Envelope):
    """Server → edge, QoS 1. Only a receipt lets the edge forget a message."""

    type: Literal["vn.anninh.receipt.v1"] = RECEIPT_TYPE
    data: ReceiptData
