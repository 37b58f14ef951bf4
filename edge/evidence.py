"""Where evidence lies until the server has it: files named by the SHA-256 of their bytes, complete or not there."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from typing import Literal

from contract.event import Severity

MediaType = Literal["image/jpeg", "video/mp4"]
SUFFIXES: dict[str, str] = {"image/jpeg": ".jpg", "video/mp4": ".mp4"}
RESERVED_BYTES = 128 * 1024 * 1024
"""Evidence stops before the disk is full: events without pictures are worth more than pictures without events."""
_CHUNK_BYTES = 1 << 20

MakeRoom = Callable[[int, Severity], None]
"""Asked before a file of about so many bytes is written for an event of this severity. Raises OSError: no room."""


def unlimited(_size: int, _severity: Severity) -> None:
    """Everything may be written."""


class EvidenceFolder:
    """``folder/ab/abcdef….mp4``. Safe to use from several threads: each file is written under a name of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str, media_type: str) -> Path:
        """Where the file with this hash lies, or would."""
        return self.folder / sha256[:2] / f"{sha256}{SUFFIXES[media_type]}"

    @property
    def nearest(self) -> Path:
        """The folder, or what is there of the way to it."""
        return next(path for path in (self.folder, *self.folder.absolute().parents) if path.is_dir())

    @contextmanager
    def draft(self, media_type: MediaType) -> Iterator[Path]:
        """An empty file to write to; it is gone after the block unless ``keep`` took it.

        Raises OSError, already while ``RESERVED_BYTES`` are left: those are the journal's.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.folder).free < RESERVED_BYTES:
            raise OSError(errno.ENOSPC, "the edge's disk is nearly full")
        handle, name = mkstemp(dir=self.folder, prefix="draft-", suffix=SUFFIXES[media_type])
        os.close(handle)
        path = Path(name)
        try:
            yield path
        finally:
            with suppress(FileNotFoundError):
                path.unlink()

    def keep(self, draft: Path, media_type: MediaType) -> tuple[str, int]:
        """Give a written draft its name: its SHA-256 and size in bytes. It survives a power cut from here on."""
        digest = hashlib.sha256()
        with draft.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
            size = file.tell()
            os.fsync(file.fileno())
        path = self.path(digest.hexdigest(), media_type)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.chmod(0o644)
        draft.replace(path)
        _sync_folder(path.parent)
        return digest.hexdigest(), size

    def forget(self, sha256: str, media_type: str) -> None:
        """Delete the file; the server has it."""
        self.path(sha256, media_type).unlink(missing_ok=True)

    def sweep(self, wanted: Set[str]) -> int:
        """Delete what a crash left behind: drafts, and files whose hash is not in ``wanted``. To be called before
        anything is written. Returns how many there were."""
        files = [path for path in self.folder.rglob("*.*") if path.is_file() and path.stem not in wanted]
        for path in files:
            path.unlink(missing_ok=True)
        return len(files)


def _sync_folder(folder: Path) -> None:
    """A rename is only as durable as its directory (POSIX fsync)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
