"""Where pictures and clips lie: by hash, whole or partial. Bytes are only ever called whole when their hash agrees."""

import hashlib
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

_CHUNK = 1 << 20


class EvidenceFiles:
    """A folder of evidence. Thread-safe as long as one writer works on a hash, which ``claim`` sees to."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder when it is missing."""
        self._folder = folder
        self._partial = folder / "partial"
        self._pictures = folder / "cameras"
        for each in (folder, self._partial, self._pictures):
            each.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._claimed: set[str] = set()

    @property
    def folder(self) -> Path:
        """Where it all lies."""
        return self._folder

    def path(self, sha256: str) -> Path:
        """Where the whole file lies, or will lie."""
        return self._folder / sha256[:2] / sha256

    def partial(self, sha256: str) -> Path:
        """Where its first bytes are gathered."""
        return self._partial / sha256

    def picture(self, camera_id: int) -> Path:
        """Where the latest picture of a camera lies, or will lie."""
        return self._pictures / f"{camera_id}.jpg"

    def picture_at(self, camera_id: int) -> datetime | None:
        """When the latest picture of a camera came; None: none ever did."""
        try:
            return datetime.fromtimestamp(self.picture(camera_id).stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    def has(self, sha256: str) -> bool:
        """Is it here whole?"""
        return self.path(sha256).is_file()

    def offset(self, sha256: str) -> int:
        """How many of its first bytes are here, 0 when none."""
        try:
            return self.partial(sha256).stat().st_size
        except FileNotFoundError:
            return 0

    def discard(self, sha256: str) -> None:
        """Forget its partial bytes."""
        self.partial(sha256).unlink(missing_ok=True)

    def delete(self, sha256: str) -> None:
        """Remove it, whole or partial; nothing happens when it is not here."""
        self.path(sha256).unlink(missing_ok=True)
        self.discard(sha256)

    def forget_partial(self, before: datetime) -> tuple[int, int]:
        """Remove what nobody went on uploading since; how many files and bytes that was. Whoever comes back after all
        begins anew."""
        files, freed = 0, 0
        for file in self._partial.iterdir():
            # one that was finished meanwhile is no longer there
            with suppress(FileNotFoundError), self.claim(file.name) as is_free:
                there = file.stat()
                if is_free and there.st_mtime < before.timestamp():
                    file.unlink()
                    files, freed = files + 1, freed + there.st_size
        return files, freed

    def open_partial(self, sha256: str, offset: int) -> BinaryIO:
        """The partial file, cut to ``offset`` bytes and ready for the next one."""
        file = self.partial(sha256).open("ab")
        file.truncate(offset)
        file.seek(offset)
        return file

    def finish(self, sha256: str) -> bool:
        """Keep the partial file as the whole one when its hash agrees; else remove it and return False."""
        partial = self.partial(sha256)
        with partial.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != sha256:
            self.discard(sha256)
            return False
        target = self.path(sha256)
        if not target.parent.is_dir():
            target.parent.mkdir(exist_ok=True)
            _sync_folder(self._folder)  # the new folder's own name must outlive a power cut too
        partial.replace(target)
        _sync_folder(target.parent)
        return True

    def keep_picture(self, camera_id: int, jpeg: bytes) -> None:
        """Replace the camera's latest picture; whoever reads the old one meanwhile reads it whole."""
        target = self.picture(camera_id)
        fresh = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
        fresh.write_bytes(jpeg)
        fresh.replace(target)

    @contextmanager
    def claim(self, sha256: str) -> Iterator[bool]:
        """True inside the block for the one upload that may write this hash; False for any other."""
        with self._lock:
            free = sha256 not in self._claimed
            self._claimed.add(sha256)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._claimed.discard(sha256)


def sync(file: BinaryIO) -> None:
    """The file's bytes are on the disk when this returns."""
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
