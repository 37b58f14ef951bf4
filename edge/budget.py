"""How much evidence may wait on this edge's disk, and what goes first when it is too much. Every deletion is journalled
and told to the server."""

import errno
import shutil
import threading
from collections.abc import Iterable

import structlog

from contract.event import Severity
from edge import evidence
from edge.evidence import EvidenceFolder
from edge.losses import Held, severity_rank
from edge.outbox import Outbox, OutboxError

log = structlog.get_logger(__name__)

REASON = "deleted at the edge before it could be sent: its disk budget was used up"
_FULL = "the edge's disk is nearly full"


class Budget:
    """Keeps ``folder`` below ``limit_bytes``, and the disk from filling up. Safe to call from several threads.

    What is being written at this moment is not counted: a clip for each camera at most.
    """

    def __init__(self, outbox: Outbox, folder: EvidenceFolder, limit_bytes: int) -> None:
        self._outbox = outbox
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()

    def make_room(self, size: int, severity: Severity) -> None:
        """See that ``size`` bytes more may be written for an event of this severity (``edge.evidence.MakeRoom``).

        Deletes the evidence that is needed least, and nothing where that would not be enough. Raises OSError.
        """
        try:
            with self._lock:
                self._make_room(size, severity)
        except OutboxError as error:
            raise OSError(errno.EIO, "the edge's journal cannot be used") from error

    def _make_room(self, size: int, severity: Severity) -> None:
        used = self._outbox.evidence_bytes()
        free = shutil.disk_usage(self._folder.nearest).free - evidence.RESERVED_BYTES
        over = used + size - min(self._limit_bytes, used + free)
        if over <= 0:
            return
        gone = least_needed(self._outbox.held_evidence(), over, severity)
        if gone is None:
            is_budget = used + size > self._limit_bytes
            raise OSError(errno.ENOSPC, "the edge's disk budget is used up" if is_budget else _FULL)
        for one in gone:
            # Journal first: a file without its row is swept at the next start, a row without its file is a riddle.
            self._outbox.evidence_lost(one.sha256, REASON)
            self._folder.forget(one.sha256, one.media_type)
            log.warning("evidence_deleted", sha256=one.sha256, bytes=one.bytes, severity=one.severity, reason=REASON)


def least_needed(held: Iterable[Held], over: int, severity: Severity) -> list[Held] | None:
    """What to delete so that ``over`` bytes get free for an event of ``severity``; None: there is not enough.

    First what the server will never take, then the lowest severity, then the oldest. Nothing makes way for an event
    that weighs less.
    """
    rank = severity_rank(severity)
    candidates = [one for one in held if one.is_unwanted or severity_rank(one.severity) <= rank]
    candidates.sort(key=lambda one: (not one.is_unwanted, severity_rank(one.severity), one.number))
    gone: list[Held] = []
    for one in candidates:
        if over <= 0:
            break
        gone.append(one)
        over -= one.bytes
    return gone if over <= 0 else None
