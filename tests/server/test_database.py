"""The engine's promises: the same tables by migration and by metadata, atomic writes, readers that never wait."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select, text

from server.database import Database
from server.store import cameraunits, edges, placements
from server.store.settling import EPOCH
from server.tables import CameraTally, EdgeRow, IncidentRow, Table, TallyRow, TallyStamp, words_of
from tests.support.messages import BEGIN
from tests.support.needs import ROOT

_OLD_INCIDENT = (
    "INSERT INTO incidents (id, code, site, rule_kind, rule_name, place, place_label, severity, mode, status, state, "
    "occurred_at, last_seen_at, created_at, version, title, official_number) VALUES (:id, 'AN-' || CAST(:id AS TEXT), "
    "'hoa-thuan', '', '', '', '', 'low', 'active', 'actual', 'new', :at, :at, :at, 1, :title, :official)"
)
_OLD_EDGE = (
    "INSERT INTO edges (id, site, name, token_sha256, created_at, session, status, sequence) "
    "VALUES (1, 'hoa-thuan', 'khom4', '0', :at, 0, 'online', 0)"
)
_OLD_CAMERA = (
    "INSERT INTO cameras (id, edge_id, name, label, unit, state, created_at, session, up_s, purpose, notice_place) "
    "VALUES (:id, 1, 'camera-' || CAST(:id AS TEXT), '', :unit, 'online', :at, 0, 0, '', '')"
)


def test_migrations_make_exactly_the_tables_that_the_code_describes(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_an_upgrade_makes_the_words_of_what_was_written_before(empty_database: Database) -> None:
    titles = {1: ("Mất XE  máy", "12/TB"), 2: ("", "Đ-7"), 3: ("", ""), 4: ("Tha\u0302y", "")}
    with empty_database.engine.begin() as connection:
        upgrade(connection, "0009")
        for number, (title, official) in titles.items():
            connection.execute(text(_OLD_INCIDENT), {"id": number, "title": title, "official": official, "at": BEGIN})
    empty_database.migrate()
    with empty_database.read() as session:
        found = dict(session.execute(select(IncidentRow.id, IncidentRow.words)).all())
    assert found == {number: words_of(*each) for number, each in titles.items()}
    assert (found[1], found[3], found[4]) == ("mat xe  may\n12/tb", "", "thay\n")


def test_an_upgrade_keeps_where_cameras_belong(empty_database: Database) -> None:
    with empty_database.engine.begin() as connection:
        upgrade(connection, "0009")
        connection.execute(text(_OLD_EDGE), {"at": BEGIN})
        for number, unit in ((1, "Khóm 4"), (2, "")):
            connection.execute(text(_OLD_CAMERA), {"id": number, "unit": unit, "at": BEGIN})
    empty_database.migrate()
    with empty_database.read() as session:
        assert cameraunits.before(session, BEGIN) == {}
        assert cameraunits.before(session, BEGIN + timedelta(seconds=1)) == {1: "Khóm 4"}


def test_an_upgrade_gives_every_tally_its_stamp(empty_database: Database) -> None:
    """A tally without one would be taken for none at all."""
    ends = [BEGIN + timedelta(days=number) for number in range(3)]
    with empty_database.engine.begin() as connection:
        upgrade(connection, "0011")
        connection.execute(text(_OLD_EDGE), {"at": BEGIN})
        connection.execute(text(_OLD_CAMERA), {"id": 1, "unit": "", "at": BEGIN})
        connection.execute(
            text("INSERT INTO tally_kinds VALUES (1, 'fire', 'fire', 'fire', 'camera', :no)"), {"no": False}
        )
        for span, at, counted in (("day", 0, True), ("day", 0, False), ("day", 1, True), ("month", 0, True)):
            values = {"span": span, "at": ends[at], "counted": counted}
            connection.execute(
                text("INSERT INTO tallies VALUES (:span, :at, :counted, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)"), values
            )
        values = {"span": "day", "at": ends[2]}
        connection.execute(text("INSERT INTO camera_tallies VALUES (:span, :at, 1, 60)"), values)
    empty_database.migrate()
    with empty_database.read() as session:
        found = session.execute(select(TallyStamp.span, TallyStamp.what, TallyStamp.start_at, TallyStamp.stamp)).all()
        named = {(span, what, start_at) for span, what, start_at, _ in found}
        of_incidents = {(row.span, "incident", row.start_at) for row in session.scalars(select(TallyRow))}
        of_cameras = {(row.span, "camera", row.start_at) for row in session.scalars(select(CameraTally))}
    assert named == of_incidents | of_cameras | {("kinds", "incident", EPOCH)}
    assert len(found) == len({stamp for *_, stamp in found}) == 5


def upgrade(connection: Connection, revision: str) -> None:
    """The tables as they were in this revision."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "server" / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_migrating_again_changes_nothing(database: Database) -> None:
    before = inspect(database.engine).get_table_names()
    database.migrate()
    assert inspect(database.engine).get_table_names() == before


def test_two_servers_that_start_at_once_both_find_the_tables(empty_database: Database) -> None:
    failures: list[BaseException] = []

    def migrate() -> None:
        try:
            empty_database.migrate()
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=migrate) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as session:
            edges.register(session, "ward", "box", BEGIN)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(EdgeRow)) == 0


def test_a_reader_sees_one_moment_and_waits_for_no_writer(database: Database) -> None:
    with database.read() as reading:
        before = reading.scalar(select(func.count()).select_from(EdgeRow))
        with database.transaction() as session:
            edges.register(session, "ward", "box", BEGIN)
        assert reading.scalar(select(func.count()).select_from(EdgeRow)) == before == 0
    with database.read() as reading:
        assert reading.scalar(select(func.count()).select_from(EdgeRow)) == 1


def test_incident_numbers_are_unique_and_without_holes_whoever_asks(database: Database) -> None:
    given: list[int] = []

    def ask() -> None:
        for _ in range(10):
            with database.transaction() as session:
                given.extend(placements.next_numbers(session, 2026, 3))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(1, 91))


def test_a_new_year_counts_from_one(database: Database) -> None:
    with database.transaction() as session:
        assert list(placements.next_numbers(session, 2026, 2)) == [1, 2]
        assert list(placements.next_numbers(session, 2027, 1)) == [1]


def test_sqlite_survives_power_cuts_and_checks_references(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'anninh.db'}")
    database.migrate()
    with database.read() as session:
        values = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.close()
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_the_password_is_never_in_the_name_that_is_logged(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    database = Database("postgresql+psycopg://anninh@db/anninh", password_file=tmp_path / "password")
    assert "hunter2" not in database.name
    assert database.engine.url.password == "hunter2"


def test_a_database_in_memory_is_refused_with_the_cure() -> None:
    with pytest.raises(ValueError, match="needs a file"):
        Database("sqlite://")


def test_a_database_of_the_newest_version_is_known_by_the_last_migrations_file_name(empty_database: Database) -> None:
    """So a start need not load Alembic; its own record of the newest version is the same."""
    empty_database.migrate()
    scripts = ScriptDirectory(str(ROOT / "server" / "migrations"))
    with empty_database.read() as session:
        (version,) = session.scalars(text("SELECT version_num FROM alembic_version"))
    assert version == scripts.get_current_head()
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")
