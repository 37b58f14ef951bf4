"""SQLite databases with their tables: migrated once in a test process, then copied."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from server.database import Database


def with_tables(path: Path) -> str:
    """A new database file with its tables; its URL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_template(), path)
    return f"sqlite:///{path}"


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="anninh-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "anninh.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    with database.engine.connect() as connection:
        # what is still in the log beside the file would not be copied
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    database.close()
    return path
