"""Bytes ↔ message: the same for ever, and never anything but a message or a reason."""

import json
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from contract import codec
from contract.event import Event, EventData, Phase
from contract.receipt import Refusal
from tests.contract.messages import MESSAGES, PICTURE, event

GOLDEN = Path(codec.__file__).parent / "golden"
OPENED = MESSAGES["event-v1-opened"]


def document(name: str = "event-v1-opened") -> dict[str, object]:
    read: dict[str, object] = json.loads(codec.encode(MESSAGES[name]))
    return read


def refusal(payload: bytes) -> codec.ContractError:
    with pytest.raises(codec.ContractError) as caught:
        codec.decode(payload)
    return caught.value


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_message_survives_the_round_trip(name: str) -> None:
    payload = codec.encode(MESSAGES[name])
    assert codec.decode(payload) == MESSAGES[name]
    assert codec.encode(codec.decode(payload)) == payload


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_golden_message_is_read_for_ever(path: Path) -> None:
    message = codec.decode(path.read_bytes())
    assert message == MESSAGES[path.stem]
    assert codec.encode(message) == rfc8785.dumps(json.loads(path.read_bytes())), "its canonical bytes have changed"


def test_every_message_has_its_golden_file() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(MESSAGES)


def test_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    shuffled = json.dumps(dict(reversed(list(document().items()))), indent=2).encode()
    assert codec.encode(codec.decode(shuffled)) == codec.encode(OPENED)


def test_a_field_that_a_newer_edge_adds_is_ignored() -> None:
    newer = {**document(), "signature": "later"}
    assert codec.decode(json.dumps(newer).encode()) == OPENED


def test_a_message_over_the_limit_is_refused_on_both_ends() -> None:
    assert refusal(b" " * (codec.MAX_BYTES + 1)).reason is Refusal.TOO_LARGE
    subject = event(Phase.OPENED, 1, (), 3.2).data.subjects[0]
    # Only what was not validated can grow this large: 64 subjects and 32 pieces of evidence stay below the limit.
    data = EventData.model_construct(**{**dict(OPENED.data), "subjects": (subject,) * 1000})
    with pytest.raises(codec.ContractError, match="too_large"):
        codec.encode(Event.model_construct(**{**dict(OPENED), "data": data}))


def test_the_largest_valid_event_is_under_the_limit() -> None:
    subject = OPENED.data.subjects[0].model_copy(update={"class_name": "x" * 64})  # type: ignore[union-attr]
    missing = PICTURE.model_copy(update={"missing": "ế" * 500})
    data = OPENED.data.model_copy(update={"subjects": (subject,) * 64, "evidence": (missing,) * 32})
    assert len(codec.encode(OPENED.model_copy(update={"data": data}))) < codec.MAX_BYTES + 20_000


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\xff\xfe{", Refusal.NOT_JSON),
        (b"", Refusal.NOT_JSON),
        (b"{", Refusal.NOT_JSON),
        (b'{"a": NaN}', Refusal.NOT_JSON),
        (b"[1]", Refusal.INVALID),
        (b"null", Refusal.INVALID),
        (b"{}", Refusal.UNKNOWN_VERSION),
        (b'{"type": "vn.anninh.event.v2", "id": "x.1"}', Refusal.UNKNOWN_VERSION),
        (b'{"type": 7}', Refusal.UNKNOWN_VERSION),
        (b'{"type": "vn.anninh.event.v1"}', Refusal.INVALID),
        (b"[" * 5000, Refusal.NOT_JSON),
    ],
)
def test_what_is_no_message_is_refused_with_its_reason(payload: bytes, reason: Refusal) -> None:
    assert refusal(payload).reason is reason


def test_a_refusal_names_the_message_where_it_can() -> None:
    error = refusal(b'{"type": "vn.anninh.event.v2", "id": "abc.1"}')
    assert error.message_id == "abc.1"
    assert "vn.anninh.event.v1" in error.detail, "it says which versions this side speaks"


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("id",), "0.1", "id is"),
        (("specversion",), "0.3", "specversion"),
        (("source",), "elsewhere", "source"),
        (("time",), "2026-03-02T19:14:04", "time"),
        (("sequence",), "-1", "sequence"),
        (("data", "revision"), 0, "data.revision"),
        (("data", "ended_at"), "2026-03-02T19:20:00Z", "ended_at goes with phase closed"),
        (("data", "last_seen_at"), "2026-03-02T19:00:00Z", "last_seen_at lies before"),
        (("data", "phase"), "closed", "ended_at goes with"),
        (("data", "rule", "version"), "short", "data.rule.version"),
        (("data", "place", "name"), "Kho sau", "data.place.name"),
        (("data", "evidence", 0, "sha256"), None, "neither its sha256"),
        (("data", "subjects", 0, "box", 2), 1.2, "data.subjects.0.box.2"),
        (("data", "subjects", 0, "dwell_s"), 1e999, "JSON"),
        (("data", "subjects", 0, "track"), 2**53, "data.subjects.0.track"),
        (("data", "revision"), 2**31, "data.revision"),
        (("time",), "9999-12-31T23:59:59-10:00", "outside the years"),
        (("time",), "0001-01-01T00:00:00+10:00", "outside the years"),
        (("time",), 1772478844, "not a number"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_and_named(
    path: tuple[str | int, ...], value: object, where: str
) -> None:
    read = document()
    part = read
    for key in path[:-1]:
        part = part[key]  # type: ignore[index, assignment]
    part[path[-1]] = value  # type: ignore[index]
    error = refusal(json.dumps(read).encode())
    assert error.reason in (Refusal.INVALID, Refusal.NOT_JSON)
    assert where in str(error) or error.reason is Refusal.NOT_JSON


def test_a_number_that_json_does_not_have_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="finite"):
        event(Phase.OPENED, 1, (), 3.2).data.subjects[0].model_validate(
            {"track": 1, "class": "person", "score": 0.5, "box": (0, 0, 1, 1), "dwell_s": float("inf")}
        )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


def decoded_or_refused(payload: bytes) -> None:
    try:
        message = codec.decode(payload)
    except codec.ContractError:
        return
    assert codec.decode(codec.encode(message)) == message


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(payload: bytes) -> None:
    decoded_or_refused(payload)


@given(json_values)
def test_any_json_is_decoded_or_refused(value: object) -> None:
    decoded_or_refused(json.dumps(value).encode())


@settings(max_examples=300)
@given(st.sampled_from(sorted(MESSAGES)), st.data())
def test_a_message_with_one_value_changed_is_decoded_or_refused(name: str, data: st.DataObject) -> None:
    read = document(name)
    part: object = read
    while isinstance(part, dict | list) and part:
        key = data.draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
        if not isinstance(part[key], dict | list) or data.draw(st.booleans()):
            part[key] = data.draw(json_values)
            break
        part = part[key]
    decoded_or_refused(json.dumps(read).encode())


@settings(max_examples=200)
@given(st.sampled_from(sorted(MESSAGES)), st.integers(0, 2000), st.binary(min_size=1, max_size=3))
def test_a_message_with_some_bytes_changed_is_decoded_or_refused(name: str, at: int, noise: bytes) -> None:
    payload = codec.encode(MESSAGES[name])
    at %= len(payload)
    decoded_or_refused(payload[:at] + noise + payload[at + len(noise) :])
