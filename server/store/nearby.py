"""Incidents that events of many places may join: one query, which walks the index of places once for each place.

Written out, as the order of the walk matters: left to itself SQLite reads the whole table instead, and building such a
query anew for each place of a batch costs more than running it.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Row, String, text
from sqlalchemy.orm import Session

from server.incident import JOINABLE, Key
from server.store.bulk import sqlite_instant
from server.tables import UtcDateTime
from server.verdict import State

_STATES: Final = ", ".join(f"'{state}'" for state in sorted(JOINABLE | {State.MERGED}))
_WANTED: Final = """i.id, i.occurred_at, i.last_seen_at, i.state, i.merged_into"""
_SQLITE: Final = f"""
SELECT w.key AS number, {_WANTED}
FROM json_each(:wanted) AS w CROSS JOIN incidents AS i INDEXED BY ix_incidents_place
WHERE i.camera_id = json_extract(w.value, '$[0]') AND i.rule_name = json_extract(w.value, '$[1]')
AND i.place = json_extract(w.value, '$[2]')
AND i.last_seen_at >= json_extract(w.value, '$[5]') AND i.mode = json_extract(w.value, '$[3]')
AND i.status = json_extract(w.value, '$[4]')
AND i.occurred_at <= json_extract(w.value, '$[6]') AND i.state IN ({_STATES})
ORDER BY i.id
"""  # noqa: S608 (states and columns of ours; what is asked for is bound)
_POSTGRESQL: Final = f"""
SELECT w.number - 1 AS number, {_WANTED}
FROM jsonb_array_elements(CAST(:wanted AS jsonb)) WITH ORDINALITY AS w(value, number)
JOIN incidents AS i ON i.camera_id = CAST(w.value ->> 0 AS bigint) AND i.rule_name = w.value ->> 1
AND i.place = w.value ->> 2 AND i.last_seen_at >= CAST((w.value ->> 5) || '+00' AS timestamptz)
WHERE i.mode = w.value ->> 3 AND i.status = w.value ->> 4
AND i.occurred_at <= CAST((w.value ->> 6) || '+00' AS timestamptz) AND i.state IN ({_STATES})
ORDER BY i.id
FOR UPDATE OF i
"""  # noqa: S608
_STATEMENTS: Final = {
    name: text(sql).columns(
        number=BigInteger,
        id=BigInteger,
        occurred_at=UtcDateTime,
        last_seen_at=UtcDateTime,
        state=String,
        merged_into=BigInteger,
    )
    for name, sql in (("sqlite", _SQLITE), ("postgresql", _POSTGRESQL))
}


def near(session: Session, wanted: Sequence[tuple[Key, datetime, datetime]]) -> list[list[Row[Any]]]:
    """For each key and span the incidents of the key that touch it, by id; merged ones too. Locked until the end of
    the transaction."""
    # SQLite compares these texts with those it keeps; PostgreSQL is told that they are UTC
    asked = [
        (key.camera_id, key.rule_name, key.place, key.mode, key.status, sqlite_instant(begin), sqlite_instant(end))
        for key, begin, end in wanted
    ]
    connection = session.connection()
    found: list[list[Row[Any]]] = [[] for _ in wanted]
    for row in connection.execute(_STATEMENTS[connection.dialect.name], {"wanted": json.dumps(asked)}):
        found[row.number].append(row)
    return found
