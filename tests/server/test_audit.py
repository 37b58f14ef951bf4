"""The audit log: sealed row by row, whoever writes at once; an altered row is found."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from server.database import Database
from server.store import audit
from server.tables import AuditRow
from tests.support.office import NOON

EACH = 10
WRITERS = 8


def write(database: Database, *actions: str) -> None:
    """One transaction that appends these."""
    with database.transaction() as session:
        for number, action in enumerate(actions):
            detail: dict[str, str | int | float | bool | None] = {"số": number, "share": 0.5, "why": None, "on": True}
            audit.record(
                session, NOON + timedelta(microseconds=number), user_id=None, action=action, subject="a", detail=detail
            )


def broken(database: Database) -> int | None:
    with database.read() as session:
        return audit.verify(session).broken


def test_rows_follow_each_other_across_transactions(database: Database) -> None:
    write(database, "one", "two")
    write(database, "three")
    with database.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
        chain = audit.verify(session)
    assert [row.action for row in rows] == ["one", "two", "three"]
    assert [row.previous for row in rows] == ["", rows[0].sha256, rows[1].sha256]
    assert (chain.rows, chain.head, chain.broken) == (3, rows[2].sha256, None)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "dismiss"),
        ("subject", "b"),
        ("detail", {"số": 0}),
        ("at", NOON + timedelta(seconds=1)),
        ("sha256", "0" * 64),
    ],
)
def test_the_first_altered_row_is_named(database: Database, column: str, value: object) -> None:
    write(database, "one", "two", "three")
    with database.transaction() as session:
        ids = session.scalars(select(AuditRow.id).order_by(AuditRow.id)).all()
        session.execute(update(AuditRow).where(AuditRow.id == ids[1]).values({column: value}))
    assert broken(database) == ids[1]


def test_who_seals_an_altered_row_anew_breaks_the_next_one(database: Database) -> None:
    write(database, "one", "two", "three")
    with database.transaction() as session:
        two, three = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()[1:]
        two.action = "other"
        two.sha256 = audit.seal(two, two.previous)
    assert broken(database) == three.id


def test_a_row_that_was_taken_out_is_missed(database: Database) -> None:
    write(database, "one", "two", "three")
    with database.transaction() as session:
        ids = session.scalars(select(AuditRow.id).order_by(AuditRow.id)).all()
        session.execute(delete(AuditRow).where(AuditRow.id == ids[1]))
    assert broken(database) == ids[2]


def test_what_is_rolled_back_was_never_said(database: Database) -> None:
    write(database, "one")
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(database)
    write(database, "two")
    with database.read() as session:
        assert session.scalars(select(AuditRow.action).order_by(AuditRow.id)).all() == ["one", "two"]
    assert broken(database) is None


def test_many_who_write_at_once_make_one_chain(database: Database) -> None:
    start = threading.Barrier(WRITERS)

    def run(number: int) -> None:
        start.wait()
        for turn in range(EACH):
            write(database, f"{number}.{turn}.a", f"{number}.{turn}.b")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        chain = audit.verify(session)
        actions = session.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    assert (chain.rows, chain.broken) == (WRITERS * EACH * 2, None)
    assert all(two == one[:-1] + "b" for one, two in zip(actions[::2], actions[1::2], strict=True))


def _write_and_fail(database: Database) -> None:
    with database.transaction() as session:
        audit.record(session, NOON, user_id=None, action="never")
        raise ZeroDivisionError
