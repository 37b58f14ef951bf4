"""Rows past the ORM: what is written is what is read back, a fault is SQLAlchemy's fault, on either database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic_core import to_json
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.database import Database, is_down
from server.store import bulk, edges
from server.tables import EdgeRow, EventRevision, IncidentRow, SequenceGap
from tests.support.messages import BEGIN

HARD = "tab\t, line\n, back\\slash, \\N, 'single' \"double\", %s %(x)s ?, :name, {curly}, đường Lê Lợi, 🚓"
COLUMNS = ("source", "message_id", "event_id", "revision", "sequence", "received_at", "message")


def revision(number: int, text: str = HARD, at: datetime = BEGIN) -> bulk.Row:
    return (text[:200], f"{number}", "e", number, 2**53 - 1, at, to_json({"text": text, "number": number}).decode())


def test_what_is_written_is_read_back(database: Database) -> None:
    abroad = BEGIN.astimezone(timezone(timedelta(hours=7))) + timedelta(microseconds=123456)
    with database.transaction() as session:
        bulk.insert(session, EventRevision, COLUMNS, [revision(1), revision(2, "ngắn", abroad)])
    with database.read() as session:
        first, second = session.scalars(select(EventRevision).order_by(EventRevision.revision)).all()
    assert (first.source, first.message) == (HARD, {"text": HARD, "number": 1})
    assert (first.sequence, first.received_at) == (2**53 - 1, BEGIN)
    assert second.received_at == abroad
    assert second.received_at.tzinfo is UTC


def test_an_instant_compares_with_those_that_sqlalchemy_wrote(database: Database) -> None:
    at = [BEGIN + timedelta(microseconds=each) for each in (0, 1, 999_999, 1_000_000)]
    with database.transaction() as session:
        edges.register(session, "ward", "box", BEGIN)
        edge_id = session.scalars(select(EdgeRow.id)).one()
        session.add_all(SequenceGap(edge_id=edge_id, number=number, noticed_at=each) for number, each in enumerate(at))
        session.flush()
        bulk.insert(
            session, SequenceGap, ("edge_id", "number", "noticed_at"), [(edge_id, 10 + n, at[n]) for n in range(4)]
        )
        for number, each in enumerate(at):
            wanted = select(SequenceGap.number).where(SequenceGap.noticed_at == each).order_by(SequenceGap.number)
            assert session.scalars(wanted).all() == [number, 10 + number]


def test_what_is_not_named_gets_its_default_or_stays_as_it_is(database: Database) -> None:
    with database.transaction() as session:
        first, second = bulk.next_ids(session, IncidentRow, 2)
        columns = ("id", "code", "site", "camera_id", "rule_kind", "rule_name", "place", "severity", "mode", "status")
        rest = ("state", "occurred_at", "last_seen_at", "created_at", "due_at")
        values = ("s", None, "k", "r", "p", "low", "active", "actual", "new", BEGIN, BEGIN, BEGIN, None)
        rows = [(first, "A", *values), (second, "B", *values)]
        bulk.insert(session, IncidentRow, (*columns, *rest), rows)
        later = BEGIN + timedelta(hours=1)
        bulk.update(session, IncidentRow, ("id", "last_seen_at", "version", "due_at"), [(first, later, 7, later)])
        (third,) = bulk.next_ids(session, IncidentRow, 1)
        assert first < second < third
    with database.read() as session:
        changed, kept = session.scalars(select(IncidentRow).order_by(IncidentRow.id)).all()
    assert (changed.last_seen_at, changed.version, changed.due_at) == (later, 7, later)
    assert (kept.last_seen_at, kept.version, kept.due_at) == (BEGIN, 1, None)
    assert (kept.source, kept.suspects, kept.camera_assisted, kept.title) == ("camera", 0, False, "")


def test_a_document_is_replaced_whole(database: Database) -> None:
    with database.transaction() as session:
        bulk.insert(session, EventRevision, COLUMNS, [revision(1, "a"), revision(2, "b")])
        new = to_json({"text": HARD, "deep": [{"a": None}, 1.5]}).decode()
        bulk.update(session, EventRevision, ("message_id", "message", "revision"), [("1", new, 9)])
    with database.read() as session:
        found = session.execute(select(EventRevision.message, EventRevision.revision).order_by(EventRevision.id)).all()
    assert [tuple(each) for each in found] == [
        ({"text": HARD, "deep": [{"a": None}, 1.5]}, 9),
        ({"text": "b", "number": 2}, 2),
    ]


def test_nothing_to_write_writes_nothing(database: Database) -> None:
    with database.transaction() as session:
        bulk.insert(session, EventRevision, COLUMNS, [])
        bulk.update(session, EventRevision, COLUMNS, [])
        assert session.scalars(select(EventRevision)).all() == []


def test_a_row_that_is_there_already_is_refused_as_by_sqlalchemy_and_nothing_stays(database: Database) -> None:
    def write() -> None:
        with database.transaction() as session:
            edges.register(session, "ward", "box", BEGIN)
            bulk.insert(session, EventRevision, COLUMNS, [revision(1), revision(1)])

    with pytest.raises(IntegrityError) as caught:
        write()
    assert not is_down(caught.value)
    with database.read() as session:
        assert session.scalars(select(EdgeRow)).all() == []
    with database.transaction() as session:
        bulk.insert(session, EventRevision, COLUMNS, [revision(1)])
