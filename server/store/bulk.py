"""Many rows at once, past the ORM: what SQLAlchemy costs a row is more than what the database does with it.

SQLite takes an executemany, PostgreSQL a COPY (many new rows) or one UPDATE from a JSON document (many changed ones).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, cast

from pydantic_core import to_json
from sqlalchemy import JSON, Column, Connection, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.tables import Table, UtcDateTime

_POSTGRESQL: Final[Dialect] = postgresql.dialect()  # type: ignore[no-untyped-call]
Row = tuple[Any, ...]
"""str, int, float, bool, None, a UTC datetime; a JSON document as its text."""


def insert(session: Session, table: type[Table], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows, whose values stand in the order of ``columns``. What is not named gets its column's default."""
    if not rows:
        return
    names, constants = _filled(table, tuple(columns))
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table.__tablename__} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 (our own names)
        connection.exec_driver_sql(statement, _for_sqlite(table, columns, rows, constants))
    else:
        _copy(connection, f"COPY {table.__tablename__} ({', '.join(names)}) FROM STDIN", rows, constants)


def update(session: Session, table: type[Table], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Set columns of rows that are there. The first of ``columns`` is the one that names the row."""
    if not rows:
        return
    key, *changed = columns
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        sets = ", ".join(f"{name} = ?" for name in changed)
        statement = f"UPDATE {table.__tablename__} SET {sets} WHERE {key} = ?"  # noqa: S608 (our own names)
        turned = [(*row[1:], row[0]) for row in rows]
        connection.exec_driver_sql(statement, _for_sqlite(table, (*changed, key), turned, ()))
        return
    document = to_json([dict(zip(columns, row, strict=True)) for row in rows]).decode()
    connection.execute(_update_from_json(table, tuple(columns)), {"rows": document})


def next_ids(session: Session, table: type[Table], how_many: int) -> range | list[int]:
    """Ids for new rows of a table, ascending. On SQLite they are so only in the transaction that has begun to write."""
    name = table.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        last = session.execute(text(f"SELECT coalesce(max(id), 0) FROM {name}")).scalar_one()  # noqa: S608
        return range(last + 1, last + how_many + 1)
    wanted = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :how_many)")
    return sorted(session.scalars(wanted, {"name": name, "how_many": how_many}))


def sqlite_instant(at: datetime) -> str:
    """An instant as SQLAlchemy keeps it in SQLite: UTC, without a zone, so that texts compare as instants do."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(" ", "microseconds")[:26]


@cache
def _filled(table: type[Table], columns: tuple[str, ...]) -> tuple[tuple[str, ...], Row]:
    """All columns to write, and the constant values of those that come after the given ones."""
    more: dict[str, Any] = {
        column.name: column.default.arg
        for column in table.__table__.columns
        if column.name not in columns and column.default is not None and column.default.is_scalar
    }
    return (*columns, *more), tuple(more.values())


def _for_sqlite(table: type[Table], columns: Sequence[str], rows: Sequence[Row], constants: Row) -> list[Row]:
    """The rows with texts for instants."""
    parts: list[Sequence[Any]] = list(zip(*rows, strict=True))
    known: dict[datetime | None, str | None] = {None: None}
    for number, name in enumerate(columns):
        if isinstance(_column(table, name).type, UtcDateTime):
            for at in set(parts[number]).difference(known):
                known[at] = sqlite_instant(at)
            parts[number] = [known[at] for at in parts[number]]
    return [(*row, *constants) for row in zip(*parts, strict=True)] if constants else list(zip(*parts, strict=True))


def _copy(connection: Connection, statement: str, rows: Sequence[Row], constants: Row) -> None:
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            write: Callable[[Row], None] = copy.write_row
            for row in rows:
                write((*row, *constants))
    except connection.dialect.loaded_dbapi.Error as error:
        # as SQLAlchemy tells of its own statements: whoever asks whether the database is down asks for these
        base = connection.dialect.loaded_dbapi.Error
        raise DBAPIError.instance(statement, None, error, base, dialect=connection.dialect) from error


@cache
def _update_from_json(table: type[Table], columns: tuple[str, ...]) -> Any:
    key, *changed = columns
    types = ", ".join(f"{name} {_type(_column(table, name))}" for name in columns)
    sets = ", ".join(f"{name} = {_given(_column(table, name))}" for name in changed)
    return text(
        f"UPDATE {table.__tablename__} AS kept SET {sets} "  # noqa: S608 (our own names)
        f"FROM json_to_recordset(CAST(:rows AS json)) AS given({types}) WHERE kept.{key} = given.{key}"
    )


def _type(column: Column[Any]) -> str:
    """As what a column is read from the JSON document; a document within it is a text there."""
    return "text" if isinstance(column.type, JSON) else str(column.type.compile(dialect=_POSTGRESQL))


def _given(column: Column[Any]) -> str:
    return f"CAST(given.{column.name} AS json)" if isinstance(column.type, JSON) else f"given.{column.name}"


def _column(table: type[Table], name: str) -> Column[Any]:
    return cast("Column[Any]", table.__table__.columns[name])
