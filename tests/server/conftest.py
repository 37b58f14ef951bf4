"""Databases for the server's tests: everything that stores runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.database import Database
from tests.support.intake import Intake
from tests.support.postgres import Postgres


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A new database without tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'anninh.db'}"
    else:
        server = request.getfixturevalue("postgres")
        assert isinstance(server, Postgres)
        url = server.database()
    database = Database(url, pool_size=2)
    yield database
    database.close()


@pytest.fixture
def database(empty_database: Database) -> Database:
    """A new database with its tables."""
    empty_database.migrate()
    return empty_database


@pytest.fixture
def intake(database: Database) -> Intake:
    """An ingest that knows one edge and one camera."""
    return Intake(database).know()
