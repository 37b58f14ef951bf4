"""Databases for the server's tests: everything that stores runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

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
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A new database with its tables."""
    if request.param == "sqlite":
        url = with_tables(tmp_path / "anninh.db")
    else:
        url = _copy(request.getfixturevalue("postgres_template"))
    yield from _opened(url)


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The URL of a database with tables, to be copied: quicker than migrating again for every test."""
    url = postgres.database()
    migrated = Database(url)
    migrated.migrate()
    migrated.close()
    return url


@pytest.fixture
def intake(database: Database) -> Intake:
    """An ingest that knows one edge and one camera."""
    return Intake(database).know()


def _copy(template: str) -> str:
    url = make_url(template)
    with psycopg.connect(host=url.host, port=url.port, user=url.username, dbname="postgres", autocommit=True) as admin:
        number = admin.execute("SELECT count(*) FROM pg_database").fetchone()
        assert number is not None
        name = f"{url.database}_{number[0]}"
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{url.database}"')
    return template.replace(f"/{url.database}", f"/{name}")


def _opened(url: str) -> Iterator[Database]:
    database = Database(url, pool_size=2)
    yield database
    database.close()
