"""Where a measurement writes: new, empty databases that are gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from server.database import Database


@contextmanager
def sqlite(folder: Path | None = None) -> Iterator[Database]:
    """A SQLite file with tables, in a temporary folder of its own (inside ``folder`` when given)."""
    with TemporaryDirectory(prefix="anninh-bench-", dir=folder) as own:
        yield from _opened(f"sqlite:///{Path(own) / 'bench.db'}")


@contextmanager
def kept_sqlite(folder: Path, name: str) -> Iterator[Database]:
    """A SQLite file that stays, with what an earlier measurement left in it."""
    yield from _opened(f"sqlite:///{folder / name}.db")


@contextmanager
def kept_postgresql(url: str, name: str) -> Iterator[Database]:
    """A schema that stays, with what an earlier measurement left in it."""
    admin = create_engine(url)
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {name}"))
    admin.dispose()
    yield from _opened(_inside(url, name))


@contextmanager
def postgresql(url: str) -> Iterator[Database]:
    """A schema with tables of its own in this PostgreSQL database; what else lies there is not touched."""
    schema = f"anninh_bench_{uuid4().hex[:12]}"
    admin = create_engine(url)
    try:
        with admin.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        try:
            yield from _opened(_inside(url, schema))
        finally:
            with admin.begin() as connection:
                connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    finally:
        admin.dispose()


def _inside(url: str, schema: str) -> str:
    inside = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    return inside.render_as_string(hide_password=False)


def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        database.migrate()
        yield database
    finally:
        database.close()
