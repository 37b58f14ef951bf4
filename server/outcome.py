"""What a batch came to: who is told what, once it is committed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic_core import from_json

from contract.event import Event
from contract.receipt import Refusal, Refused
from server.inbox import Letter
from server.receipts import Reply
from server.store.deadletters import Refusing


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Filled while a batch is written; thrown away when its transaction fails."""

    replies: dict[tuple[str, str], Reply] = field(default_factory=dict)
    """By site and edge."""
    refusals: list[Refusing] = field(default_factory=list)
    incidents: dict[int, tuple[str, str, int]] = field(default_factory=dict)
    """Code, state and version of each incident that changed, by id."""
    cameras: dict[int, str] = field(default_factory=dict)
    """State of each camera whose state changed, by id."""
    behind: set[int] = field(default_factory=set)
    """Edges that have not got what was set for their cameras."""
    incidents_made: int = 0
    repeated: int = 0
    bears_on_criteria: bool = False
    """An incident is new, or changed its state."""

    def reply(self, site: str, edge: str) -> Reply:
        """What this edge is told."""
        reply = self.replies.get((site, edge))
        if reply is None:
            reply = self.replies[site, edge] = Reply(site=site, edge=edge)
        return reply

    def accept(self, letter: Letter) -> None:
        """The letter's event is committed, now or before."""
        if letter.topic is not None and isinstance(letter.news, Event):
            self.reply(letter.topic.site, letter.topic.edge).accepted.append(letter.news.id)

    def refuse(self, letter: Letter, reason: Refusal, detail: str) -> None:
        """The letter goes to the dead letters, and its edge is told when it can be told which one it was."""
        delivery = letter.delivery
        self.refusals.append(Refusing(topic=delivery.topic, payload=delivery.payload, reason=reason, detail=detail))
        if letter.news is not None:
            message_id: str | None = letter.news.id
        else:
            message_id = letter.refused.message_id if letter.refused else None
        if letter.topic is not None and message_id is not None:
            told = Refused(id=message_id, reason=reason, detail=detail[:500])
            self.reply(letter.topic.site, letter.topic.edge).refused.append(told)

    def withhold(self, left_out: Sequence[Refusing]) -> None:
        """Don't tell an edge of refused events that were to wait here for their camera and are not kept here.

        It keeps what it is not told of, and sends it again.
        """
        payloads = {refusal.payload for refusal in left_out if refusal.reason is Refusal.UNKNOWN_CAMERA}
        if payloads:
            ids = {str(message_id) for payload in payloads if (message_id := from_json(payload).get("id"))}
            for reply in self.replies.values():
                reply.refused = [told for told in reply.refused if told.id not in ids]
