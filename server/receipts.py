"""Pure: what an edge is told of a batch, in as many receipts as their size asks for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from pydantic_core import to_json

from contract import codec, topics
from contract.receipt import Receipt, ReceiptData, Refused

_ROOM_BYTES = codec.MAX_BYTES - 1024
"""What is left for ids and reasons beside the envelope."""


@dataclass(slots=True, kw_only=True)
class Reply:
    """What one edge is to be told. Filled while a batch is written; sent only after its commit."""

    site: str
    edge: str
    accepted: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    resend: list[tuple[int, int]] = field(default_factory=list)

    @property
    def topic(self) -> str:
        """Where the edge listens."""
        return topics.build(self.site, self.edge, "receipt")


def pack(reply: Reply, now: datetime) -> Iterator[bytes]:
    """The reply as encoded receipts, none larger than a message may be; nothing when there is nothing to tell."""
    accepted: list[str] = []
    refused: list[Refused] = []
    resend: list[tuple[int, int]] = []
    size = 0
    items: list[str | Refused | tuple[int, int]] = [*reply.accepted, *reply.refused, *reply.resend]
    for item in items:
        item_bytes = _size(item)
        if size + item_bytes > _ROOM_BYTES:
            yield _encode(reply, accepted, refused, resend, now)
            accepted, refused, resend, size = [], [], [], 0
        size += item_bytes
        if isinstance(item, str):
            accepted.append(item)
        elif isinstance(item, Refused):
            refused.append(item)
        else:
            resend.append(item)
    if accepted or refused or resend:
        yield _encode(reply, accepted, refused, resend, now)


def _size(item: str | Refused | tuple[int, int]) -> int:
    return len(to_json(item)) + 1


def _encode(
    reply: Reply, accepted: list[str], refused: list[Refused], resend: list[tuple[int, int]], now: datetime
) -> bytes:
    data = ReceiptData(accepted=tuple(accepted), refused=tuple(refused), resend=tuple(resend))
    source = topics.source(reply.site, "server")
    return codec.encode(Receipt(id=str(uuid4()), source=source, time=now, data=data))
