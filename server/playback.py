"""Clips that no browser plays, made playable on demand: working copies beside the masters, by a program of its own.

A master is evidence and is never changed. A copy is derived from it, may be deleted at any time, and is made again when
somebody wants to look. The server holds no decoder: ``python -m edge.working_copy MASTER COPY`` makes the copy.
"""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from server.clock import Clock

log = structlog.get_logger(__name__)

MAKER = (sys.executable, "-m", "edge.working_copy")
"""What makes a copy; the paths of master and copy follow."""
_PLAYABLE = frozenset({0x42, 0x4D, 0x58, 0x64})
"""H.264 profiles of 8 bits and 4:2:0: baseline, main, extended, high. Browsers play no others for certain."""
TIMEOUT_S = 600.0
"""A clip of a minute at 4K takes about two minutes on one core."""
MOST_WAITING = 32
"""Copies that are wanted and not begun; who asks for more is told to come again."""
_FAILURES_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Ready:
    """The copy is there."""

    path: Path


@dataclass(frozen=True, slots=True)
class Waiting:
    """It is being made, or stands in the queue (``is_full``: not even that)."""

    is_full: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot be made; ``reason`` is for the log."""

    reason: str


def is_playable(codec: str | None) -> bool:
    """Does every browser play a clip of this codec (RFC 6381)? An edge that says none coded its clips for browsers."""
    if codec is None:
        return True
    name, _, profile = codec.partition(".")
    try:
        return name == "avc1" and int(profile[:2], 16) in _PLAYABLE
    except ValueError:
        return False


def delete_copy(folder: Path, sha256: str) -> None:
    """Remove the copy of a master, with its record, from a folder of copies."""
    for suffix in (".mp4", ".json"):
        (folder / f"{sha256}{suffix}").unlink(missing_ok=True)


class WorkingCopies:
    """The copies in ``folder``. Thread-safe; at most ``at_once`` are made at a time, and the ones that nobody looked at
    for longest are deleted when they are more than ``keep_bytes`` together."""

    def __init__(
        self, folder: Path, clock: Clock, *, at_once: int, keep_bytes: int, maker: Sequence[str] = MAKER
    ) -> None:
        """Makes the folder when it is missing, and deletes what a crash left half done."""
        self._folder = folder
        self._clock = clock
        self._keep_bytes = keep_bytes
        self._maker = tuple(maker)
        self._lock = threading.Lock()
        self._wanted: set[str] = set()
        self._failed: OrderedDict[str, str] = OrderedDict()
        self._children: set[subprocess.Popen[str]] = set()
        self._is_closed = False
        self._most = at_once + MOST_WAITING
        self._makers = ThreadPoolExecutor(at_once, thread_name_prefix="working-copy")
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*.part"):
            path.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the copy of this master lies, or will lie."""
        return self._folder / f"{sha256}.mp4"

    def ask(self, sha256: str, master: Path) -> Ready | Waiting | Failed:
        """The copy of ``master``; has it made when it is not there. Never waits."""
        path = self.path(sha256)
        if path.is_file():
            with suppress(OSError):
                os.utime(path)  # so that what is looked at stays longest
            return Ready(path)
        with self._lock:
            if sha256 in self._failed:
                return Failed(self._failed[sha256])
            if sha256 not in self._wanted:
                if self._is_closed or len(self._wanted) >= self._most:
                    return Waiting(is_full=True)
                self._wanted.add(sha256)
                self._makers.submit(self._run, sha256, master)
        return Waiting()

    def delete(self, sha256: str) -> None:
        """Remove the copy of a master that is deleted, with its record."""
        with self._lock:
            delete_copy(self._folder, sha256)

    def close(self) -> None:
        """Give up what is being made; it is made again when somebody asks again."""
        with self._lock:
            self._is_closed = True
            children = list(self._children)
        for child in children:
            child.kill()
        self._makers.shutdown(cancel_futures=True)

    def _run(self, sha256: str, master: Path) -> None:
        try:
            self._make(sha256, master)
        except Exception:
            log.exception("working_copy_failed", sha256=sha256)
            self._fail(sha256, "a fault of ours")
        finally:
            with self._lock:
                self._wanted.discard(sha256)

    def _make(self, sha256: str, master: Path) -> None:
        draft = self._folder / f"{sha256}.part"
        try:
            why = self._child(master, draft)
            if why is None:
                self._keep(sha256, draft)
                self._prune(sha256)
            elif not self._is_closed:
                log.warning("working_copy_not_made", sha256=sha256, reason=why)
                self._fail(sha256, why)
        finally:
            draft.unlink(missing_ok=True)

    def _child(self, master: Path, draft: Path) -> str | None:
        """Run the program. Why it gave no copy; None: it did."""
        with self._lock:
            if self._is_closed:
                return "the server stops"
            child = subprocess.Popen(
                [*self._maker, str(master), str(draft)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
            self._children.add(child)
        try:
            _, told = child.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return f"it took longer than {TIMEOUT_S:g} s"
        finally:
            with self._lock:
                self._children.discard(child)
        if child.returncode == 0 and draft.is_file():
            return None
        last = told.strip().splitlines()[-1:] or [f"the program ended with {child.returncode}"]
        return last[0][:500]

    def _keep(self, sha256: str, draft: Path) -> None:
        """The copy and the record of what it is, in the order in which a power cut does no harm."""
        with draft.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        record = {
            "derived_from": sha256,
            "sha256": digest,
            "bytes": draft.stat().st_size,
            "made_at": self._clock.now().isoformat(),
            "made_by": " ".join(self._maker[1:]),
        }
        self.path(sha256).with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        draft.replace(self.path(sha256))
        log.info("working_copy_made", sha256=sha256, bytes=record["bytes"])

    def _prune(self, newest: str) -> None:
        """Delete what was not looked at for longest; the one just made stays, somebody waits for it."""
        with self._lock:
            copies = sorted(self._folder.glob("*.mp4"), key=lambda path: path.stat().st_mtime, reverse=True)
            size = 0
            for path in copies:
                size += path.stat().st_size
                if size > self._keep_bytes and path.stem != newest:
                    path.unlink()
                    path.with_suffix(".json").unlink(missing_ok=True)
                    log.info("working_copy_deleted", sha256=path.stem)

    def _fail(self, sha256: str, reason: str) -> None:
        with self._lock:
            self._failed[sha256] = reason
            if len(self._failed) > _FAILURES_KEPT:
                self._failed.popitem(last=False)
