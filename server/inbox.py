"""First stop of a message: what did the broker deliver, and may it be believed so far? Pure: bytes in, a Letter out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic_core import from_json

from contract import codec, topics
from contract.codec import ContractError
from contract.configuration import CameraSettingsTold
from contract.event import Event, EventData
from contract.health import Health, StatusMessage
from contract.receipt import Refusal

News = Event | Health | StatusMessage | CameraSettingsTold
_HIGHEST = 2**53 - 1
"""No edge ever counts that far, and JSON holds no larger integer exactly: such a number is somebody's error."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""A UUIDv7 counts from here (RFC 9562, 5.7): an event that began before has no id."""
AHEAD = timedelta(days=2)
"""How far an edge's clock may be ahead of the server's: a wrong date and a wrong zone together."""
_SPEAKS: dict[str, type[News]] = {
    "event": Event,
    "settings": CameraSettingsTold,
    "health": Health,
    "status": StatusMessage,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message as the broker delivered it. ``mid`` and ``connection`` name it when it is acknowledged."""

    topic: str
    payload: bytes
    mid: int = 0
    qos: int = 0
    connection: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A delivery that was read. ``refused`` says why it can't be accepted; ``news`` is None then.

    ``topic`` is None when even that is not ours. ``sequence`` is the event's number, where it could be read.
    """

    delivery: Delivery
    topic: topics.Topic | None
    news: News | None = None
    source: topics.Source | None = None
    refused: ContractError | None = None
    sequence: int | None = None


def untimely(data: EventData, now: datetime) -> str | None:
    """Why an event's times can't be right, None when they can.

    An edge whose clock is some hours off is believed, and so is a recording of years ago. A time that no clock of ours
    can have shown would stand first in every list for ever, hold every later event of its place, or, at the ends of the
    calendar, have no instant in the site's zone for a page to show.
    """
    evidence = [instant for part in data.evidence for instant in (part.at, part.started_at, part.ended_at)]
    for instant in (data.started_at, data.last_seen_at, data.ended_at, *evidence):
        if instant is not None and not is_possible(instant, now):
            return f"{instant.isoformat()} lies days ahead or before 1970: set the edge's clock, or its --start-at"
    return None


def is_possible(instant: datetime, now: datetime) -> bool:
    """Whether a camera can have seen something then."""
    return EARLIEST <= instant <= now + AHEAD


def read(delivery: Delivery) -> Letter:
    """Take a delivery apart. Never raises: what is wrong with it is in ``refused``."""
    try:
        topic = topics.parse(delivery.topic)
    except ValueError as error:
        wrong = ContractError(Refusal.TOPIC_MISMATCH, str(error))
        return Letter(delivery=delivery, topic=None, refused=wrong)
    try:
        message = codec.decode(delivery.payload)
        source = topics.parse_source(message.source)
        news = _agrees(topic, source, message)
    except ContractError as error:
        return Letter(delivery=delivery, topic=topic, refused=error, sequence=_sequence(delivery.payload))
    except (ValueError, OverflowError) as error:  # a source that is not ours; an instant before the year 1 in UTC
        wrong = ContractError(Refusal.INVALID, str(error)[:500], _text(delivery.payload, "id"))
        return Letter(delivery=delivery, topic=topic, refused=wrong, sequence=_sequence(delivery.payload))
    sequence = _number(news.sequence) if isinstance(news, Event) else None
    return Letter(delivery=delivery, topic=topic, news=news, source=source, sequence=sequence)


def _agrees(topic: topics.Topic, source: topics.Source, message: codec.Message) -> News:
    """The message, when it may come on this topic. Raises ContractError (topic_mismatch)."""
    expected = _SPEAKS.get(topic.channel)
    if (source.site, source.edge) != (topic.site, topic.edge):
        said = f"source is {message.source!r}, the topic is {topic.site}/{topic.edge}'s"
    elif expected is None or not isinstance(message, expected):
        said = f"{message.type} does not belong on the channel {topic.channel!r}"
    elif isinstance(message, Event | CameraSettingsTold) != (source.camera is not None):
        said = f"source {message.source!r}: an event or settings name their camera, a heartbeat or status only its edge"
    else:
        return message
    raise ContractError(Refusal.TOPIC_MISMATCH, said[:500], message.id)


def _sequence(payload: bytes) -> int | None:
    found = _text(payload, "sequence")
    return _number(found) if found and found.isascii() and found.isdigit() and len(found) <= 18 else None


def _number(text: str) -> int | None:
    """A sequence number, when a receipt can name it."""
    number = int(text)
    return number if number <= _HIGHEST else None


def _text(payload: bytes, field: str) -> str | None:
    """A field of a message that was refused, when it is a text of at most 128 characters."""
    if len(payload) > codec.MAX_BYTES:
        return None
    try:
        document = from_json(payload)
    except ValueError:
        return None
    found = document.get(field) if isinstance(document, dict) else None
    return found if isinstance(found, str) and 0 < len(found) <= 128 else None
