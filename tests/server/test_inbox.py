"""What the broker hands over is read without ever raising, and every refusal has its reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import codec, topics
from contract.event import Phase
from contract.receipt import Refusal
from server.inbox import Delivery, read
from tests.support.intake import raw
from tests.support.messages import Story, deliver, heartbeat, status

EVENT = Story().tell(sequence=7)


def changed(**fields: object) -> bytes:
    """EVENT with fields of its envelope replaced."""
    return json.dumps({**json.loads(codec.encode(EVENT)), **fields}).encode()


REFUSED = [
    (raw(b"\xff\xd8\xff\xe0"), Refusal.NOT_JSON, None, None, "a picture is no message"),
    (raw(b""), Refusal.NOT_JSON, None, None, "nothing"),
    (raw(b"{" * 70_000), Refusal.TOO_LARGE, None, None, "over 64 KiB, whatever is in it"),
    (raw(b"[1, 2]"), Refusal.INVALID, None, None, "JSON, but no object"),
    (raw(changed(type="vn.anninh.event.v9")), Refusal.UNKNOWN_VERSION, EVENT.id, 7, "an edge that is too new"),
    (raw(changed(data={})), Refusal.INVALID, EVENT.id, 7, "no data"),
    (raw(changed(source="anninh:hoa-thuan")), Refusal.INVALID, EVENT.id, 7, "a source that names no edge"),
    (raw(changed(time="0001-01-01T00:00:00+14:00")), Refusal.INVALID, EVENT.id, 7, "before the year 1 in UTC"),
    (raw(changed(source="anninh:hoa-thuan/khom9/kho-sau")), Refusal.TOPIC_MISMATCH, EVENT.id, 7, "another edge's"),
    (raw(changed(source="anninh:hoa-thuan/khom4")), Refusal.TOPIC_MISMATCH, EVENT.id, 7, "an event of no camera"),
    (raw(codec.encode(EVENT), "health"), Refusal.TOPIC_MISMATCH, EVENT.id, 7, "an event among the heartbeats"),
    (raw(codec.encode(heartbeat())), Refusal.TOPIC_MISMATCH, "khom4.1", None, "a heartbeat among the events"),
    (Delivery(topic="frigate/events", payload=b"{}"), Refusal.TOPIC_MISMATCH, None, None, "not our topic"),
]


@pytest.mark.parametrize(
    ("delivery", "reason", "message_id", "sequence"), [row[:4] for row in REFUSED], ids=[row[4] for row in REFUSED]
)
def test_what_cannot_be_believed_is_refused_with_its_reason(
    delivery: Delivery, reason: Refusal, message_id: str | None, sequence: int | None
) -> None:
    letter = read(delivery)
    assert letter.news is None
    assert letter.refused is not None
    assert (letter.refused.reason, letter.refused.message_id) == (reason, message_id)
    assert letter.sequence == sequence


@pytest.mark.parametrize("message", [EVENT, Story().tell(Phase.CLOSED, revision=3), heartbeat(), status("online")])
def test_what_an_edge_sends_is_read(message: codec.Message) -> None:
    letter = read(deliver(message))  # type: ignore[arg-type]
    assert letter.refused is None
    assert letter.news == message


@given(
    payload=st.binary(max_size=300),
    topic=st.one_of(st.text(max_size=80), st.just(topics.build("hoa-thuan", "khom4", "event"))),
)
def test_no_bytes_on_any_topic_make_reading_raise(payload: bytes, topic: str) -> None:
    letter = read(Delivery(topic=topic, payload=payload))
    assert (letter.news is None) == (letter.refused is not None)
