"""A database that is locked or away: the batch is not half written, and is taken whole when it is back."""

import sqlite3
from pathlib import Path

import pytest

from server.database import Database
from server.ingest import DatabaseUnavailableError, Ingest
from server.live import Live
from server.metrics import Metrics
from server.tables import DeadLetter, EventRow
from tests.support.intake import DrivenClock, Intake, raw, site_settings
from tests.support.messages import Story, deliver
from tests.support.process import free_port


def test_a_batch_that_meets_a_locked_database_is_taken_whole_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "anninh.db"
    database = Database(f"sqlite:///{path}", busy_s=0.1)
    database.migrate()
    intake = Intake(database).know()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnavailableError, match="locked"):
        intake.take(*Story().life(), raw(b"no json"))
    other.execute("COMMIT")
    other.close()
    assert intake.rows(EventRow) == []
    assert len(intake.take(*Story().life(), raw(b"no json")).accepted) == 3
    assert [letter.times for letter in intake.rows(DeadLetter)] == [1]
    database.close()


def test_a_database_that_does_not_answer_is_not_the_messages_fault() -> None:
    database = Database(f"postgresql+psycopg://anninh@127.0.0.1:{free_port()}/anninh")
    ingest = Ingest(site_settings(), database=database, clock=DrivenClock(), live=Live(), metrics=Metrics())
    with pytest.raises(DatabaseUnavailableError, match="postgresql"):
        ingest.take([deliver(Story().tell())])
    database.close()


def test_a_database_without_tables_is_not_the_messages_fault(empty_database: Database) -> None:
    ingest = Ingest(site_settings(), database=empty_database, clock=DrivenClock(), live=Live(), metrics=Metrics())
    with pytest.raises(DatabaseUnavailableError):
        ingest.take([deliver(Story().tell())])
