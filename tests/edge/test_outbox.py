"""The journal: numbers never repeat, rows leave only by receipt, a crash forgets nothing."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract import codec
from contract.event import Event, Evidence, Phase
from contract.receipt import Refusal, Refused
from edge.flight import FIRST_WAIT_S, JITTER, LONGEST_WAIT_S, Flight
from edge.outbox import Outbox, OutboxError
from edge.supervisor import closed_orphan
from tests.support.events import a_change

CLIP = Evidence(kind="clip", sha256="c1" * 32, bytes=10, media_type="video/mp4")
PICTURE = Evidence(kind="picture", sha256="a2" * 32, bytes=5, media_type="image/jpeg")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    with opened(path) as journal:
        yield journal


def opened(path: Path) -> Outbox:
    return Outbox(path, site="hoa-thuan", edge="khom4")


def sequences(outbox: Outbox, now_s: float = 0.0, window: int = 100) -> list[int]:
    return [row.sequence for row in outbox.due(now_s, window)]


def test_what_was_put_is_the_contracts_message(outbox: Outbox) -> None:
    change = a_change(1)
    outbox.put(change)
    (row,) = outbox.due(0.0, 10)
    event = codec.decode(row.payload)
    assert isinstance(event, Event)
    assert (event.id, event.sequence, event.source) == (row.id, "1", "anninh:hoa-thuan/khom4/kho-sau")
    assert event.data == change.data


def test_the_same_change_gives_the_same_bytes(tmp_path: Path) -> None:
    payloads = []
    for name in ("one.db", "two.db"):
        with opened(tmp_path / name) as outbox:
            outbox.put(a_change(1))
            payloads.append(outbox.due(0.0, 10)[0].payload)
    assert payloads[0] == payloads[1]


def test_sequence_numbers_never_repeat(path: Path) -> None:
    with opened(path) as outbox:
        outbox.put(a_change(1))
        outbox.put(a_change(2))
        outbox.receipted([row.id for row in outbox.due(0.0, 10)])
        assert outbox.depth().messages == 0
    with opened(path) as outbox:
        outbox.put(a_change(3))
        assert sequences(outbox) == [3]


def test_a_session_has_a_higher_number_than_the_one_before(path: Path) -> None:
    with opened(path) as first:
        assert first.session == 1
    with opened(path) as second:
        assert second.session == 2


def test_the_same_revision_is_not_queued_twice(outbox: Outbox) -> None:
    outbox.put(a_change(1))
    outbox.put(a_change(1))
    assert sequences(outbox) == [1]


def test_a_recording_analysed_again_after_a_crash_says_only_what_is_new(path: Path) -> None:
    """Told to the server and receipted: opened, then closed without its clip. The second telling closes with it."""
    closing = a_change(1, phase=Phase.CLOSED, revision=2, evidence=(PICTURE, CLIP))
    with opened(path) as outbox:
        outbox.put(a_change(1))
        (orphan,) = outbox.open_events()
        outbox.put(closed_orphan(orphan))
        outbox.receipted([row.id for row in outbox.due(0.0, 10)])
    with opened(path) as outbox:
        outbox.put(a_change(1))
        assert (outbox.depth().messages, outbox.open_events()) == (0, [])
        outbox.put(closing)
        (row,) = outbox.due(0.0, 10)
        event = codec.decode(row.payload)
        assert isinstance(event, Event)
        assert (event.data.revision, event.data.phase, event.sequence) == (3, Phase.CLOSED, "3")
        assert event.data.evidence == (PICTURE, CLIP)
        assert [job.sha256 for job in outbox.evidence()] == [PICTURE.sha256, CLIP.sha256]


def test_a_recording_analysed_again_to_the_same_end_says_nothing(path: Path) -> None:
    story = (a_change(1), a_change(1, phase=Phase.CLOSED, revision=2, evidence=(PICTURE, CLIP)))
    with opened(path) as outbox:
        for change in story:
            outbox.put(change)
        outbox.receipted([row.id for row in outbox.due(0.0, 10)])
        for job in outbox.evidence():
            outbox.evidence_done(job.sha256)
    with opened(path) as outbox:
        for change in story:
            outbox.put(change)
        assert outbox.depth().messages == outbox.depth().evidence == 0


def test_what_was_sent_is_not_due_until_its_receipt_is_late(outbox: Outbox) -> None:
    outbox.put(a_change(1))
    assert sequences(outbox, now_s=0.0) == [1]
    assert sequences(outbox, now_s=FIRST_WAIT_S - 0.1) == []
    assert sequences(outbox, now_s=FIRST_WAIT_S * (1 + JITTER)) == [1]


def test_the_window_bounds_what_is_without_a_receipt(outbox: Outbox) -> None:
    for number in range(5):
        outbox.put(a_change(number))
    first = outbox.due(0.0, 3)
    assert [row.sequence for row in first] == [1, 2, 3]
    assert sequences(outbox, window=3) == []
    outbox.receipted([first[0].id])
    assert sequences(outbox, window=3) == [4]


def test_a_new_connection_sends_everything_again_in_order(outbox: Outbox) -> None:
    for number in range(3):
        outbox.put(a_change(number))
    assert sequences(outbox) == [1, 2, 3]
    outbox.resend_all()
    assert sequences(outbox) == [1, 2, 3]


def test_the_server_gets_a_range_again_at_once(outbox: Outbox) -> None:
    for number in range(4):
        outbox.put(a_change(number))
    assert sequences(outbox) == [1, 2, 3, 4]
    outbox.resend(2, 3)
    assert sequences(outbox) == [2, 3]


def test_a_refused_message_is_kept_aside_with_its_reason(path: Path, outbox: Outbox) -> None:
    outbox.put(a_change(1))
    (row,) = outbox.due(0.0, 10)
    outbox.receipted((), (Refused(id=row.id, reason=Refusal.UNKNOWN_CAMERA, detail="no such camera"),))
    assert outbox.depth().messages == 0
    with sqlite3.connect(path) as connection:
        kept = connection.execute("SELECT id, sequence, reason, detail FROM refused").fetchall()
    connection.close()
    assert kept == [(row.id, 1, "unknown_camera", "no such camera")]


def test_a_receipt_for_something_unknown_is_harmless(outbox: Outbox) -> None:
    assert outbox.receipted(["nobody.1"], (Refused(id="nobody.2", reason=Refusal.INVALID),)) == 0


def test_evidence_is_queued_with_its_event_and_once(outbox: Outbox) -> None:
    outbox.put(a_change(1, evidence=(PICTURE,)))
    outbox.evidence_done(PICTURE.sha256 or "")
    outbox.put(a_change(1, revision=2, phase=Phase.CLOSED, evidence=(PICTURE, CLIP)))
    assert [job.sha256 for job in outbox.evidence()] == [CLIP.sha256], "the picture of revision 1 is there already"


def test_evidence_that_was_given_up_is_not_tried_again(outbox: Outbox) -> None:
    outbox.put(a_change(1, evidence=(PICTURE,)))
    outbox.evidence_failed(PICTURE.sha256 or "", conflict=True)
    assert (outbox.evidence()[0].attempts, outbox.evidence()[0].conflicts) == (1, 1)
    outbox.evidence_failed(PICTURE.sha256 or "", error="broken")
    assert (outbox.evidence(), outbox.depth().evidence) == ([], 0)


def test_an_event_is_open_until_it_is_closed(path: Path) -> None:
    with opened(path) as outbox:
        outbox.put(a_change(1))
        outbox.put(a_change(1, revision=2, phase=Phase.UPDATED))
        outbox.put(a_change(2))
        outbox.put(a_change(2, revision=2, phase=Phase.CLOSED))
    with opened(path) as outbox:
        assert outbox.open_events() == [a_change(1, revision=2, phase=Phase.UPDATED)]


def test_what_a_crash_left_open_is_closed_when_it_was_last_seen(path: Path) -> None:
    with opened(path) as outbox:
        outbox.put(a_change(1, evidence=(PICTURE,)))
    with opened(path) as outbox:
        (orphan,) = outbox.open_events()
        outbox.put(closed_orphan(orphan))
        assert outbox.open_events() == []
        last = codec.decode(outbox.due(0.0, 10)[-1].payload)
    assert isinstance(last, Event)
    assert (last.data.phase, last.data.revision, last.data.ended_at) == (Phase.CLOSED, 2, orphan.data.last_seen_at)
    assert last.data.evidence[0] == PICTURE
    assert last.data.evidence[1].missing == "the edge was restarted while the event was open"


def put_until_it_fails(outbox: Outbox) -> tuple[int, str]:
    """The number of the change that was not kept, and why."""
    for number in range(1000):
        try:
            outbox.put(a_change(number))
        except OutboxError as error:
            return number, str(error)
    raise AssertionError("the disk was never full")


def test_a_full_disk_is_an_error_and_what_was_to_be_put_can_be_put_again(outbox: Outbox) -> None:
    connection = outbox._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    number, error = put_until_it_fails(outbox)
    assert "is the disk full" in error
    connection.execute("PRAGMA max_page_count = 100000")
    outbox.put(a_change(number))
    assert sequences(outbox, window=10_000) == list(range(1, number + 2)), "no number was used up, none is missing"


def test_a_journal_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "outbox.db").write_bytes(b"this is not a database" * 500)
    with pytest.raises(OutboxError, match=r"outbox\.db"):
        opened(tmp_path / "outbox.db")


def test_put_survives_the_end_of_the_process_without_a_close(path: Path) -> None:
    left_open = opened(path)
    left_open.put(a_change(1))
    with sqlite3.connect(path) as reader:
        assert reader.execute("SELECT count(*) FROM message").fetchone() == (1,)
    reader.close()
    left_open.close()


def test_waits_grow_and_are_bounded() -> None:
    flight, now_s = Flight(random.Random(7)), 0.0
    waits = []
    for _ in range(8):
        flight.sent([1], now_s)
        due_s = flight.next_due_s()
        assert due_s is not None
        waits.append(due_s - now_s)
        now_s = due_s
    assert all(FIRST_WAIT_S <= wait <= LONGEST_WAIT_S * (1 + JITTER) for wait in waits)
    assert waits[3] > waits[0] * 4
    flight.landed([1])
    assert flight.next_due_s() is None


def test_waiting_ends_with_a_change_even_if_it_came_before_the_wait(outbox: Outbox) -> None:
    seen = outbox.wait(-1, 0.0)
    outbox.put(a_change(1))
    assert outbox.wait(seen, 60.0) != seen
