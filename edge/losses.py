"""The part of the journal that knows which event shows which evidence, and what of it was lost before it was sent.

Functions on the outbox's connection, inside its transactions.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from contract.event import Evidence, Phase, Severity
from edge.frozen import freeze, thaw
from edge.values import Change

SCHEMA = """
-- Which event shows which of the evidence that waits. `severity`: 0 low … 3 urgent.
CREATE TABLE IF NOT EXISTS shows (
    sha256 TEXT NOT NULL, event_id TEXT NOT NULL, severity INTEGER NOT NULL, PRIMARY KEY (sha256, event_id)
) STRICT, WITHOUT ROWID;
-- The last revision of every closed event of which evidence waits: should that be lost, the event says so.
CREATE TABLE IF NOT EXISTS last_word (event_id TEXT PRIMARY KEY, change TEXT NOT NULL) STRICT;
-- The record of evidence that was deleted here before the server had it. `lost_at`: Unix seconds of the edge's clock.
CREATE TABLE IF NOT EXISTS lost (
    sha256 TEXT PRIMARY KEY, media_type TEXT NOT NULL, bytes INTEGER NOT NULL, events TEXT NOT NULL,
    severity INTEGER NOT NULL, lost_at REAL NOT NULL, reason TEXT NOT NULL
) STRICT;
"""
LOST_KEPT = 100_000
"""Rows of `lost`; the oldest go first."""
_RANKS = list(Severity)


def severity_rank(severity: Severity) -> int:
    """0 low … 3 urgent."""
    return _RANKS.index(severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Evidence on this edge's disk. ``number`` grows with time; ``is_unwanted``: the server will never take it."""

    sha256: str
    media_type: str
    bytes: int
    severity: Severity
    number: int
    is_unwanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One row of the record of deletions. ``lost_at``: Unix seconds."""

    sha256: str
    media_type: str
    bytes: int
    event_ids: tuple[str, ...]
    lost_at: float
    reason: str


def amended(connection: sqlite3.Connection, change: Change) -> Change:
    """``change`` with what was lost of its evidence as missing: a recorder does not hear of deletions."""
    named = [part.sha256 for part in change.data.evidence if part.sha256 is not None]
    marks = ", ".join("?" * len(named))
    found = connection.execute(
        f"SELECT sha256, reason FROM lost WHERE sha256 IN ({marks})",  # noqa: S608 (marks are question marks)
        named,
    ).fetchall()
    return _without(change, dict(found)) if found else change


def keep(connection: sqlite3.Connection, change: Change) -> None:
    """Remember which of the waiting evidence the event shows, and the last word of a closed one."""
    event_id = str(change.data.event_id)
    named = [part.sha256 for part in change.data.evidence if part.sha256 is not None]
    rank = severity_rank(change.data.severity)
    connection.executemany(
        "INSERT OR IGNORE INTO shows SELECT sha256, ?, ? FROM evidence WHERE sha256 = ?",
        [(event_id, rank, sha256) for sha256 in named],
    )
    if change.data.phase is Phase.CLOSED:
        connection.execute(
            "INSERT OR REPLACE INTO last_word SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM shows WHERE event_id = ?1)",
            (event_id, freeze(change)),
        )


def forget(connection: sqlite3.Connection, sha256: str) -> None:
    """It waits no longer."""
    connection.execute("DELETE FROM shows WHERE sha256 = ?", (sha256,))
    connection.execute("DELETE FROM last_word WHERE event_id NOT IN (SELECT event_id FROM shows)")


def held(connection: sqlite3.Connection) -> list[Held]:
    """Everything that lies here, oldest first."""
    found = connection.execute(
        "SELECT evidence.sha256, media_type, bytes, coalesce(max(severity), 1), evidence.rowid, error IS NOT NULL"
        " FROM evidence LEFT JOIN shows ON shows.sha256 = evidence.sha256"
        " GROUP BY evidence.sha256 ORDER BY evidence.rowid"
    )
    return [
        Held(sha256=a, media_type=b, bytes=c, severity=_RANKS[d], number=e, is_unwanted=bool(f))
        for a, b, c, d, e, f in found
    ]


def lose(connection: sqlite3.Connection, sha256: str, reason: str, now: float) -> Iterator[Change]:
    """Move it from what waits to the record of what was lost; gives the events that have to say so, as they are to
    be told (under the revision they had). Nothing happens where it does not wait."""
    row = connection.execute(
        "DELETE FROM evidence WHERE sha256 = ? RETURNING media_type, bytes, error", (sha256,)
    ).fetchone()
    if row is None:
        return
    shown = connection.execute("SELECT event_id, severity FROM shows WHERE sha256 = ?", (sha256,)).fetchall()
    events = " ".join(event_id for event_id, _ in shown)
    severity = max((rank for _, rank in shown), default=severity_rank(Severity.MEDIUM))
    connection.execute(
        "INSERT OR REPLACE INTO lost VALUES (?, ?, ?, ?, ?, ?, ?)",
        (sha256, row[0], row[1], events, severity, now, reason),
    )
    connection.execute("DELETE FROM lost WHERE rowid <= (SELECT max(rowid) FROM lost) - ?", (LOST_KEPT,))
    words = [
        word
        for event_id, _ in shown
        for word in connection.execute("SELECT change FROM last_word WHERE event_id = ?", (event_id,)).fetchall()
    ]
    forget(connection, sha256)
    if row[2] is None:  # else its event was refused: nobody wants to hear of it
        for (text,) in words:
            yield _without(thaw(text), {sha256: reason})


def losses(connection: sqlite3.Connection) -> list[Loss]:
    """The record, oldest first."""
    found = connection.execute("SELECT sha256, media_type, bytes, events, lost_at, reason FROM lost ORDER BY rowid")
    return [
        Loss(sha256=a, media_type=b, bytes=c, event_ids=tuple(d.split()), lost_at=e, reason=f)
        for a, b, c, d, e, f in found
    ]


def _without(change: Change, reasons: dict[str, str]) -> Change:
    """``change`` with the evidence of these hashes as missing."""
    evidence = tuple(
        part if part.sha256 not in reasons else _missing(part, reasons[part.sha256]) for part in change.data.evidence
    )
    return replace(change, data=change.data.model_copy(update={"evidence": evidence}))


def _missing(part: Evidence, reason: str) -> Evidence:
    return Evidence(
        kind=part.kind,
        at=part.at,
        started_at=part.started_at,
        ended_at=part.ended_at,
        periodic=part.periodic,
        missing=reason,
    )
