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
    # the last connection to close writes the log that lies beside the file into it
    database.close()
    return path
