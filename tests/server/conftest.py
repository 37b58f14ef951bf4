"""Databases for the server's tests: everything that stores runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.database import Database
from tests.support.intake import Intake
from tests.support.postgres import Postgres
from tests.support.sqlite import with_tables

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A new database without tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server = request.getfixturevalue("postgres")
        assert isinstance(server, Postgres)
        url = server.database()
    yield from _opened(url)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a new database with its tables."""
    if request.param == "sqlite":
        return with_tables(tmp_path / "anninh.db")
    server = request.getfixturevalue("postgres")
    assert isinstance(server, Postgres)
    return server.with_tables()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A new database with its tables."""
    yield from _opened(database_url)


@pytest.fixture
def intake(database: Database) -> Intake:
    """An ingest that knows one edge and one camera."""
    return Intake(database).know()


def _opened(url: str) -> Iterator[Database]:
    database = Database(url, pool_size=2)
    yield database
    database.close()
