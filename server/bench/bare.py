"""The measure of the ingest: the rows that it made, inserted by nothing but SQLAlchemy Core, batch by batch."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from server.database import Database
from server.tables import CameraRow, EdgeRow, EventRevision, EventRow, EvidenceRow, IncidentRow, Table

Rows = list[dict[str, Any]]
Batch = dict[type[Table], Rows]

SURROUNDINGS: tuple[type[Table], ...] = (EdgeRow, CameraRow)
"""What must be there before the first batch."""
WRITTEN: tuple[type[Table], ...] = (IncidentRow, EventRow, EventRevision, EvidenceRow)
"""What batches write, in an order that foreign keys allow."""


def surroundings(database: Database) -> Batch:
    """Edges and cameras."""
    return {table: _rows(database, table) for table in SURROUNDINGS}


def batches(database: Database, numbers: Mapping[datetime, int]) -> list[Batch]:
    """The final rows of an ingest, each in the batch that first wrote it. ``numbers``: batches by their instants."""
    parts: list[Batch] = [{table: [] for table in WRITTEN} for _ in numbers]
    for row in _rows(database, IncidentRow):
        parts[numbers[row["created_at"]]][IncidentRow].append(row)
    for row in _rows(database, EventRow):
        parts[numbers[row["received_at"]]][EventRow].append(row)
    first_named: dict[tuple[str, str], int] = defaultdict(lambda: len(parts))
    for row in _rows(database, EventRevision):
        number = numbers[row["received_at"]]
        parts[number][EventRevision].append(row)
        for named in row["message"]["data"]["evidence"]:
            if "sha256" in named:
                key = (row["event_id"], named["sha256"])
                first_named[key] = min(first_named[key], number)
    for row in _rows(database, EvidenceRow):
        parts[first_named[row["event_id"], row["sha256"]]][EvidenceRow].append(row)
    return parts


def write(database: Database, batch: Batch) -> None:
    """Insert a batch's rows in one transaction, one executemany a table."""
    with database.engine.begin() as connection:
        for table, rows in batch.items():
            if rows:
                connection.execute(insert(table), rows)


def _rows(database: Database, table: type[Table]) -> Rows:
    with database.engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table.__table__)).mappings()]
