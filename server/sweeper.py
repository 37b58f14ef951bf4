"""Deletes what need not be kept any longer, on a thread of its own; server.retention decides, here it is done.

First the record, then the bytes: a server that is stopped in between finishes at its next start, and nothing is ever
gone without a record of when and why.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Final

import structlog

from server.clock import Clock
from server.database import Database
from server.evidence import EvidenceFiles
from server.retention import Policy, Rule, first_to_go, may_go_early
from server.rounds import Rounds
from server.settings import RetentionSettings
from server.store import keeping

log = structlog.get_logger(__name__)

_BATCH: Final = 100
"""Files in one transaction: no writer waits long for it."""
_GB: Final = 1_000_000_000
UPLOADS: Final = timedelta(days=7)
"""An upload that nobody goes on with is forgotten after so long: it was never whole, so no record is made of it."""


def policy_of(settings: RetentionSettings) -> Policy:
    """The site's values."""
    return Policy(
        unreviewed=timedelta(days=settings.unreviewed_days),
        dismissed=timedelta(days=settings.dismissed_days),
        closed=timedelta(days=settings.closed_days),
        early_after=timedelta(days=settings.early_after_days),
        audit=timedelta(days=settings.audit_days),
    )


@dataclass(slots=True)
class Swept:
    """Files and bytes by rule: what was deleted, or would be."""

    files: dict[Rule, int] = field(default_factory=dict)
    bytes: dict[Rule, int] = field(default_factory=dict)

    def add(self, found: Iterable[keeping.File], rule: Rule | None = None) -> None:
        """Count these; ``rule`` None: each by its own."""
        for file in found:
            by = rule or (file.due.rule if file.due else Rule.UNREVIEWED)
            self.files[by] = self.files.get(by, 0) + 1
            self.bytes[by] = self.bytes.get(by, 0) + file.bytes

    @property
    def total(self) -> tuple[int, int]:
        """All files, all bytes."""
        return sum(self.files.values()), sum(self.bytes.values())


class Sweeper:
    """One server's. ``run_once`` from one thread at a time; ``preview`` from any."""

    def __init__(
        self,
        settings: RetentionSettings,
        *,
        database: Database,
        evidence: EvidenceFiles,
        forget_copy: Callable[[str], None],
        clock: Clock,
        free_bytes: Callable[[], int] | None = None,
    ) -> None:
        """``forget_copy``: removes what was made of a file. ``free_bytes``: the room on the evidence's disk."""
        self._every_s = settings.every_minutes * 60.0
        self._keep_free = int(settings.keep_free_gb * _GB)
        self._policy = policy_of(settings)
        self._database = database
        self._evidence = evidence
        self._forget_copy = forget_copy
        self._clock = clock
        self._free_bytes = free_bytes or (lambda: shutil.disk_usage(evidence.folder).free)
        self._rounds = Rounds(self.run_once, name="sweeper", every_s=self._every_s)

    def start(self) -> None:
        """Sweep now and then; with ``every_minutes`` 0 never."""
        if self._every_s > 0:
            self._rounds.start()

    def stop(self) -> None:
        """Returns when the batch that is being deleted is done."""
        self._rounds.stop()

    def free_bytes(self) -> int:
        """The room on the evidence's disk."""
        return self._free_bytes()

    def preview(self) -> Swept:
        """What a sweep would delete now."""
        swept, (due, rest) = Swept(), self._look()
        swept.add(due)
        swept.add(self._early(rest, self._lacking() - sum(file.bytes for file in due)), Rule.DISK)
        return swept

    def run_once(self) -> Swept:
        """Finish what was begun, then delete by age, then by room, then old log entries and broken uploads."""
        self._finish()
        swept, (due, rest) = Swept(), self._look()
        for batch in _batches(due):
            swept.add(self._delete(batch, None))
        if (lacking := self._lacking()) > 0:
            for batch in _batches(self._early(rest, lacking)):
                swept.add(self._delete(batch, Rule.DISK), Rule.DISK)
            log.warning("evidence_disk_full", free_bytes=self._free_bytes(), wanted_bytes=self._keep_free)
        with self._database.transaction() as session:
            keeping.forget_log(session, self._policy, self._clock.now())
        files, freed = self._evidence.forget_partial(self._clock.now() - UPLOADS)
        if files:
            log.info("uploads_forgotten", files=files, bytes=freed)
        files_gone, bytes_gone = swept.total
        if files_gone:
            log.info("evidence_deleted", files=files_gone, bytes=bytes_gone)
        return swept

    def _look(self) -> tuple[list[keeping.File], list[keeping.File]]:
        """What is due now, and what will be one day."""
        now = self._clock.now()
        due: list[keeping.File] = []
        rest: list[keeping.File] = []
        with self._database.read() as session:
            for file in keeping.files(session, self._policy):
                if file.due is not None:
                    (due if file.due.at <= now else rest).append(file)
        return due, rest

    def _lacking(self) -> int:
        return self._keep_free - self._free_bytes()

    def _early(self, files: Sequence[keeping.File], lacking: int) -> list[keeping.File]:
        """What goes before its time, so that so many bytes more are free: as little as will do."""
        now = self._clock.now()
        may = [file for file in files if file.due and may_go_early(file.due, file.stored_at, self._policy, now)]
        chosen: list[keeping.File] = []
        for file in sorted(may, key=lambda file: first_to_go(file.due) if file.due else (9, now)):
            if lacking <= 0:
                break
            chosen.append(file)
            lacking -= file.bytes
        return chosen

    def _delete(self, files: Sequence[keeping.File], rule: Rule | None) -> list[keeping.File]:
        """Put on record and remove those of ``files`` that may still go: an officer may have been quicker."""
        now = self._clock.now()
        if self._rounds.is_stopping:
            return []
        with self._database.transaction() as session:
            hashes = [file.sha256 for file in files]
            gone = [
                file
                for file in keeping.of_hashes(session, hashes, self._policy, lock=True)
                if file.due is not None
                and (file.due.at <= now if rule is None else may_go_early(file.due, file.stored_at, self._policy, now))
            ]
            keeping.record(session, gone, rule, self._policy, now)
        self._finish()
        return gone

    def _finish(self) -> None:
        """Remove the bytes of what is on record as deleted."""
        while True:
            with self._database.read() as session:
                hashes = keeping.unfinished(session)
            if not hashes:
                return
            for sha256 in hashes:
                self._evidence.delete(sha256)
                self._forget_copy(sha256)
            with self._database.transaction() as session:
                keeping.finish(session, hashes, self._clock.now())


def _batches(files: Iterable[keeping.File]) -> Iterator[list[keeping.File]]:
    rest = iter(files)
    while batch := list(islice(rest, _BATCH)):
        yield batch
