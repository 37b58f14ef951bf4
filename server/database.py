"""The engine and its transactions: the same for SQLite and PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from pydantic_core import from_json, to_json
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from server import sight

log = structlog.get_logger(__name__)

BUSY_S = 5.0
"""How long a writer waits for another one on SQLite before it gives up and is tried again."""
KNOWN = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x616E6E696E68
"""PostgreSQL's advisory lock for migrations: "anninh" in ASCII, so that two servers never migrate at once."""


class Database:
    """One database. Thread-safe: every transaction has a session and a connection of its own."""

    def __init__(
        self, url: str, *, pool_size: int = 8, password_file: Path | None = None, busy_s: float = BUSY_S
    ) -> None:
        """``url``: ``sqlite:///file`` or ``postgresql+psycopg://…``; a SQLite file's folder is made when missing.
        ``password_file`` holds the password that the URL lacks. Connects to nothing yet; raises ValueError and OSError.
        """
        parsed = _parsed(url)
        if password_file is not None:
            parsed = parsed.set(password=password_file.read_text(encoding="utf-8").strip())
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if not parsed.database or parsed.database == ":memory:":
                raise ValueError("database url: a SQLite database needs a file, e.g. sqlite:///var/server/anninh.db")
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        self.name = parsed.render_as_string(hide_password=True)
        """The URL without its password, for logs."""
        self.engine: Engine = create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=not self.is_sqlite,
            connect_args={"timeout": busy_s} if self.is_sqlite else {"connect_timeout": 5},
            json_serializer=_to_json,
            json_deserializer=from_json,
        )
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            self._reads = self.engine.execution_options(anninh_begin="BEGIN")
        else:
            self._reads = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end of the block, or rolls back when it raises.

        On SQLite it holds the write lock from its first statement on, so that what it reads stays true until it writes.
        """
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            _narrow(session)
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads, from one consistent snapshot; it never waits for a writer."""
        with Session(self._reads, expire_on_commit=False) as session:
            _narrow(session)
            yield session

    def migrate(self) -> None:
        """Bring the tables to the newest version. Safe to call at every start, and by several servers at once.

        Raises ConnectionError where the database cannot be used.
        """
        try:
            with self.engine.begin() as connection:
                if not self.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
                if not _is_newest(connection):
                    _upgrade(connection)
        except OperationalError as error:
            why = " ".join(str(error.orig).split())
            raise ConnectionError(f"database {self.name} cannot be used: {why}") from error
        log.info("database_ready", database=self.name)

    def close(self) -> None:
        """Close its connections."""
        self.engine.dispose()


def _parsed(url: str) -> URL:
    """What it names is not repeated in an error: it may hold a password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.drivername not in KNOWN:
        raise ValueError("database url: sqlite:///file or postgresql+psycopg://user@host:port/name is needed")
    return parsed


def _is_newest(connection: Connection) -> bool:
    """Has the last migration run? Most starts find so, and then need not load Alembic."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    last = max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
    return list(connection.scalars(text("SELECT version_num FROM alembic_version"))) == [last.split("_")[0]]


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_down(error: BaseException) -> bool:
    """Is it the database that can't be used now, and not what was asked of it?"""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeoutError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _narrow(session: Session) -> None:
    """Made for the request of somebody who may see some cameras only, it finds no others."""
    allowed = sight.current()
    if allowed is not None:
        sight.narrow(session, allowed)


def _to_json(value: object) -> str:
    return to_json(value).decode()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # the driver's own BEGINs are off: `_begin_sqlite` says which kind
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("anninh_begin", "BEGIN IMMEDIATE"))
