"""The edge's journal: every change in SQLite before anything is sent; a row leaves only when the server has it.

Three queues share one database, so that one transaction covers them: messages for the broker, evidence for the server,
and the events that are still open (whoever starts next closes what a crash left behind).
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self

import structlog

from contract import codec, topics
from contract.event import Event, Phase, message_id
from contract.receipt import Refusal, Refused
from edge import losses
from edge.clock import Clock, SystemClock
from edge.flight import Flight
from edge.frozen import freeze, thaw
from edge.values import Change

log = structlog.get_logger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO counter VALUES ('sequence', 0), ('session', 0);
-- Waiting for a receipt. `queued_at`: Unix seconds of the edge's clock, for the age of the backlog.
CREATE TABLE IF NOT EXISTS message (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, payload BLOB NOT NULL, queued_at REAL NOT NULL
) STRICT;
-- What the server would not have: kept for a person to read.
CREATE TABLE IF NOT EXISTS refused (
    id TEXT PRIMARY KEY, sequence INTEGER, reason TEXT NOT NULL, detail TEXT NOT NULL, payload BLOB NOT NULL
) STRICT;
-- The last revision of every event that is not closed.
CREATE TABLE IF NOT EXISTS open_event (event_id TEXT PRIMARY KEY, change TEXT NOT NULL) STRICT;
-- The last revision that was journalled of each event, and what it said: a recording may be analysed again.
CREATE TABLE IF NOT EXISTS told (event_id TEXT PRIMARY KEY, revision INTEGER NOT NULL, digest TEXT NOT NULL) STRICT;
-- Evidence the server does not have yet. `error` is set once nobody will try again.
CREATE TABLE IF NOT EXISTS evidence (
    sha256 TEXT PRIMARY KEY, media_type TEXT NOT NULL, bytes INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    conflicts INTEGER NOT NULL DEFAULT 0, error TEXT
) STRICT;
"""
_LAST = (Phase.CLOSED, Phase.CANCELLED)
REFUSED_KEPT = 1000
"""Rows of `refused`; the oldest go first, so that a misconfigured edge does not fill its disk."""

TOLD_KEPT = 10_000
"""Rows of `told`: events older than this many are taken for new ones when their recording is analysed again."""


class OutboxError(RuntimeError):
    """The journal cannot be read or written; the text names the file and the cure. What was to be put is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message that waits for its receipt."""

    sequence: int
    id: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceJob:
    """A picture or clip that the server should get. ``conflicts``: how often it said the hash does not agree."""

    sha256: str
    media_type: str
    bytes: int
    attempts: int
    conflicts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """What waits: messages, when the oldest was put (Unix seconds), evidence files."""

    messages: int
    oldest_at: float | None
    evidence: int


class Outbox:
    """The journal in the file ``path``. Safe to call from several threads; one process owns it."""

    def __init__(self, path: Path, *, site: str, edge: str, clock: Clock | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._site, self._edge = site, edge
        self._clock = clock or SystemClock()
        self._changed = threading.Condition(threading.RLock())
        self._flight = Flight()
        self._changes = 0
        with self._errors():
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10.0)
            self._connection.execute("PRAGMA journal_mode=WAL")
            # FULL: in WAL mode only this makes a commit survive a power cut (sqlite.org/pragma.html#pragma_synchronous)
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(_SCHEMA + losses.SCHEMA)
        with self._transaction() as connection:
            self.session = _count_up(connection, "session")
        """Grows by one each time the journal is opened: the server tells one run from the next by it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what waits stays in it."""
        with self._changed:
            self._connection.close()

    def put(self, change: Change) -> None:
        """Journal one revision with the next sequence number, and the evidence it newly names.

        What was told already (a recording analysed again, after a power cut or not) is not queued twice; a closing that
        says more than the one before, which had lost its clip, becomes the revision after that one. Raises
        OutboxError; then nothing of it was written, and the caller should try again.
        """
        with self._transaction() as connection:
            news = _news(connection, change)
            if news is None:
                return
            change = losses.amended(connection, news)
            known = self._shown_evidence(connection, change)
            _remember(connection, change)
            if not self._queue(connection, change):
                return
            connection.executemany(
                "INSERT OR IGNORE INTO evidence (sha256, media_type, bytes) VALUES (?, ?, ?)",
                [
                    (part.sha256, part.media_type, part.bytes)
                    for part in change.data.evidence
                    if part.sha256 is not None and part.sha256 not in known
                ],
            )
            losses.keep(connection, change)

    def due(self, now_s: float, window: int) -> list[Row]:
        """What should be sent now, in sequence order, and count it as sent.

        At most ``window`` messages are without their receipt at a time. ``now_s``: monotonic seconds. A message whose
        receipt does not come is due again after a growing, jittered wait.
        """
        with self._changed, self._errors():
            again = self._flight.overdue(now_s)
            fresh = max(0, window - len(self._flight))
            rows = [self._row(sequence) for sequence in again]
            found = self._connection.execute(
                "SELECT sequence, id, payload FROM message WHERE sequence > ? ORDER BY sequence LIMIT ?",
                (self._flight.last, fresh),
            ).fetchall()
            rows += [Row(sequence=sequence, id=ident, payload=payload) for sequence, ident, payload in found]
            due = [row for row in rows if row is not None]
            self._flight.sent([row.sequence for row in due], now_s)
            return due

    def next_due_s(self) -> float | None:
        """Monotonic seconds at which the next message is due again; None: none is waiting for its receipt."""
        with self._changed:
            return self._flight.next_due_s()

    def receipted(self, accepted: Sequence[str], refused: Sequence[Refused] = ()) -> int:
        """The server has these (or will not have them): forget them. Returns how many were waiting."""
        with self._transaction() as connection:
            gone = [row for ident in accepted if (row := _take(connection, ident))]
            for refusal in refused:
                row = _take(connection, refusal.id)
                if row is not None:
                    gone.append(row)
                    _keep_refused(connection, row, refusal.reason, refusal.detail)
                    _drop_evidence(connection, row)
                    log.warning("event_refused", id=refusal.id, reason=str(refusal.reason), detail=refusal.detail)
            self._flight.landed([row.sequence for row in gone])
        return len(gone)

    def resend(self, first: int, last: int) -> None:
        """The server misses these sequence numbers (inclusive): send what is still here again now."""
        with self._changed:
            self._flight.hurry(first, last)
            self.wake()

    def resend_all(self) -> None:
        """The connection is new: everything without a receipt goes again, oldest first."""
        with self._changed:
            self._flight.clear()
            self.wake()

    def wait(self, since: int, timeout_s: float) -> int:
        """Return when something was put, receipted or asked for again after change number ``since``, or after
        ``timeout_s``. Returns the number of the latest change, to be given next time: so no change is slept through."""
        with self._changed:
            self._changed.wait_for(lambda: self._changes != since, timeout_s)
            return self._changes

    def wake(self) -> None:
        """Let those in ``wait`` look around (something else they care for has changed)."""
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def open_events(self) -> list[Change]:
        """The last revision of every event that was put and is not closed."""
        with self._changed, self._errors():
            found = self._connection.execute("SELECT change FROM open_event ORDER BY event_id").fetchall()
        return [thaw(text) for (text,) in found]

    def depth(self) -> Depth:
        """What waits here."""
        with self._changed, self._errors():
            messages, oldest = self._connection.execute("SELECT count(*), min(queued_at) FROM message").fetchone()
            (files,) = self._connection.execute("SELECT count(*) FROM evidence WHERE error IS NULL").fetchone()
        return Depth(messages=messages, oldest_at=oldest, evidence=files)

    def evidence(self, sha256: str | None = None) -> list[EvidenceJob]:
        """Evidence that the server should still get, oldest first (or the one with this hash)."""
        with self._changed, self._errors():
            found = self._connection.execute(
                "SELECT sha256, media_type, bytes, attempts, conflicts FROM evidence"
                " WHERE error IS NULL AND (?1 IS NULL OR sha256 = ?1) ORDER BY rowid",
                (sha256,),
            ).fetchall()
        return [EvidenceJob(sha256=a, media_type=b, bytes=c, attempts=d, conflicts=e) for a, b, c, d, e in found]

    def evidence_done(self, sha256: str) -> None:
        """The server has it."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM evidence WHERE sha256 = ?", (sha256,))
            losses.forget(connection, sha256)

    def evidence_failed(self, sha256: str, *, conflict: bool = False, error: str | None = None) -> None:
        """One more attempt failed; with ``error`` it was the last."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE evidence SET attempts = attempts + 1, conflicts = conflicts + ?, error = ? WHERE sha256 = ?",
                (int(conflict), error, sha256),
            )

    def evidence_bytes(self) -> int:
        """How much evidence lies here: what waits, and what the server will never take."""
        with self._changed, self._errors():
            (size,) = self._connection.execute("SELECT coalesce(sum(bytes), 0) FROM evidence").fetchone()
        return int(size)

    def held_evidence(self) -> list[losses.Held]:
        """The same, file by file, oldest first."""
        with self._changed, self._errors():
            return losses.held(self._connection)

    def evidence_lost(self, sha256: str, reason: str) -> None:
        """It will never reach the server: keep a record of it, and let the events that show it say why. One that is
        still open says so with its next revision. Nothing happens where it is not waiting."""
        with self._transaction() as connection:
            for change in losses.lose(connection, sha256, reason, self._clock.now().timestamp()):
                again = _again(connection, change)
                self._queue(connection, again)
                losses.keep(connection, again)

    def losses(self) -> list[losses.Loss]:
        """The record of lost evidence, oldest first."""
        with self._changed, self._errors():
            return losses.losses(self._connection)

    def _queue(self, connection: sqlite3.Connection, change: Change) -> bool:
        """Make a message of it; False: it is one already."""
        ident = message_id(change.data.event_id, change.data.revision)
        if connection.execute("SELECT 1 FROM message WHERE id = ?", (ident,)).fetchone():
            return False
        sequence = _count_up(connection, "sequence")
        payload = codec.encode(self._message(change, sequence))
        connection.execute(
            "INSERT INTO message VALUES (?, ?, ?, ?)", (sequence, ident, payload, self._clock.now().timestamp())
        )
        return True

    def _message(self, change: Change, sequence: int) -> Event:
        return Event(
            id=message_id(change.data.event_id, change.data.revision),
            source=topics.source(self._site, self._edge, change.camera),
            time=_said_at(change),
            sequence=str(sequence),
            data=change.data,
        )

    def _row(self, sequence: int) -> Row | None:
        found = self._connection.execute(
            "SELECT sequence, id, payload FROM message WHERE sequence = ?", (sequence,)
        ).fetchone()
        return Row(sequence=found[0], id=found[1], payload=found[2]) if found else None

    @staticmethod
    def _shown_evidence(connection: sqlite3.Connection, change: Change) -> set[str]:
        """Hashes that the event's earlier revision named: they are queued, or the server has them."""
        found = connection.execute(
            "SELECT change FROM open_event WHERE event_id = ?", (str(change.data.event_id),)
        ).fetchone()
        earlier = thaw(found[0]).data.evidence if found else ()
        return {part.sha256 for part in earlier if part.sha256 is not None}

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._changed:
            with self._errors():
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            self.wake()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise OutboxError(f"the journal {self._path} cannot be used: {error} (is the disk full?)") from error


def _count_up(connection: sqlite3.Connection, name: str) -> int:
    found = connection.execute(
        "UPDATE counter SET value = value + 1 WHERE name = ? RETURNING value", (name,)
    ).fetchone()
    return int(found[0])


def _news(connection: sqlite3.Connection, change: Change) -> Change | None:
    """What of ``change`` was not told before, under a revision that was not used; None: nothing. Keeps that it is."""
    event_id, revision = str(change.data.event_id), change.data.revision
    said = change.data.model_dump_json(exclude={"revision"})
    digest = hashlib.sha256(said.encode()).hexdigest()
    told = connection.execute("SELECT revision, digest FROM told WHERE event_id = ?", (event_id,)).fetchone()
    if told is not None and revision <= told[0]:
        if change.data.phase not in _LAST or digest == told[1]:
            return None
        revision = told[0] + 1
        change = replace(change, data=change.data.model_copy(update={"revision": revision}))
    connection.execute("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", (event_id, revision, digest))
    connection.execute("DELETE FROM told WHERE rowid <= (SELECT max(rowid) FROM told) - ?", (TOLD_KEPT,))
    return change


def _again(connection: sqlite3.Connection, change: Change) -> Change:
    """The same event under its next revision. What it said of itself stays what a second analysis is compared with."""
    found = connection.execute(
        "UPDATE told SET revision = revision + 1 WHERE event_id = ? RETURNING revision", (str(change.data.event_id),)
    ).fetchone()
    revision = found[0] if found else change.data.revision + 1
    return replace(change, data=change.data.model_copy(update={"revision": revision}))


def _take(connection: sqlite3.Connection, ident: str) -> Row | None:
    found = connection.execute("DELETE FROM message WHERE id = ? RETURNING sequence, id, payload", (ident,)).fetchone()
    return Row(sequence=found[0], id=found[1], payload=found[2]) if found else None


def _keep_refused(connection: sqlite3.Connection, row: Row, reason: Refusal, detail: str) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?, ?)", (row.id, row.sequence, reason, detail, row.payload)
    )
    connection.execute(
        "DELETE FROM refused WHERE rowid <= (SELECT max(rowid) FROM refused) - ?",
        (REFUSED_KEPT,),
    )


def _drop_evidence(connection: sqlite3.Connection, row: Row) -> None:
    """The server will never take the evidence of an event that it refused."""
    named = json.loads(row.payload)["data"]["evidence"]
    connection.executemany(
        "UPDATE evidence SET error = 'its event was refused' WHERE sha256 = ?",
        [(part["sha256"],) for part in named if part["sha256"]],
    )


def _remember(connection: sqlite3.Connection, change: Change) -> None:
    event_id = str(change.data.event_id)
    if change.data.phase in _LAST:
        connection.execute("DELETE FROM open_event WHERE event_id = ?", (event_id,))
    else:
        connection.execute("INSERT OR REPLACE INTO open_event VALUES (?, ?)", (event_id, freeze(change)))


def _said_at(change: Change) -> datetime:
    """When what the revision says became true. From the event, not from a clock: a replay gives the same bytes."""
    return change.data.ended_at or change.data.last_seen_at
