"""PostgreSQL is stopped and started again under a server that works: it waits, says 503, and loses nothing."""

import threading
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from server.database import Database, is_down
from server.ingest import DatabaseUnavailableError
from server.store import bulk
from server.tables import EdgeRow, EventRevision, EventRow
from tests.support.intake import DrivenClock, Intake
from tests.support.messages import BEGIN, Story
from tests.support.office import open_office
from tests.support.postgres import Postgres
from tests.support.process import wait_until


@pytest.mark.postgres
def test_a_restart_of_postgresql_loses_nothing_and_is_no_error_of_ours(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    folder.mkdir()
    server = Postgres(folder)
    server.start()
    try:
        with open_office(tmp_path, server.with_tables()) as office:
            services = office.services
            intake = Intake(
                services.database, clock=DrivenClock(), live=services.live, settings=services.settings
            ).know()
            desk = office.desk("anna", "officer")
            refused, enough = threading.Event(), threading.Event()
            sent: list[str] = []

            def send() -> None:
                for number in count():
                    life = Story(number=number, at_s=number, place=f"p{number}").life(1 + 3 * number)
                    while len(sent) == number:
                        try:
                            sent.append(intake.take(*life).accepted[0])
                        except DatabaseUnavailableError:
                            refused.set()
                        if enough.wait(0.02):
                            return

            sender = threading.Thread(target=send)
            sender.start()
            wait_until(lambda: desk.get("/api/v1/review").json(), "the first incidents")
            server.crash()
            assert refused.wait(10)
            answers = [desk.get(path) for path in ("/api/v1/review", "/review", "/healthz")]
            assert [answer.status_code for answer in answers] == [503, 503, 503]
            assert answers[0].headers["retry-after"] == "5"
            before = len(sent)
            server.resume()
            wait_until(lambda: len(sent) > before, "ingest to go on")
            enough.set()
            sender.join(20)
            assert sorted(f"{row.id}.1" for row in intake.rows(EventRow)) == sorted(sent)
            assert desk.get("/review").status_code == 200
    finally:
        server.stop()


@pytest.mark.postgres
def test_postgresql_that_dies_under_a_copy_is_down_and_its_next_one_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    folder.mkdir()
    server = Postgres(folder)
    server.start()
    database = Database(server.database())
    columns = ("source", "message_id", "event_id", "revision", "sequence", "received_at", "message")

    def write(*, crash: bool) -> None:
        with database.transaction() as session:
            session.scalars(select(EdgeRow)).all()
            if crash:
                server.crash()
            rows = [("anninh:a/b/c", f"{number}", "e", 1, number, BEGIN, "{}") for number in range(2000)]
            bulk.insert(session, EventRevision, columns, rows)

    try:
        database.migrate()
        with pytest.raises(OperationalError) as caught:
            write(crash=True)
        assert is_down(caught.value)
        server.resume()
        write(crash=False)
    finally:
        database.close()
        server.stop()
