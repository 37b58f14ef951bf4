"""Secrets at rest: encrypted with a key that lies in a file of its own, beside the database and not in it."""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import structlog
from cryptography.fernet import Fernet, InvalidToken

from server.courier.errors import UndeliveredError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What a channel hides. Its repr shows nothing, so that it can't end in a log."""

    url: str
    signing: str | None = None

    def __repr__(self) -> str:
        return "Secret(…)"


class Vault:
    """Seals and opens secrets. Thread-safe; the key is read, or made, when it is first needed."""

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file
        self._fernet: Fernet | None = None

    def seal(self, secret: Secret) -> str:
        """The secret, encrypted. Raises OSError or ValueError when the key file can't be used."""
        text = json.dumps({"url": secret.url, "signing": secret.signing})
        return self._key().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> Secret:
        """The secret. Raises UndeliveredError where the key is not the one that sealed it."""
        cure = f"the key in {self._key_file} does not open this channel's address; enter the channel anew"
        try:
            return Secret(**json.loads(self._key().decrypt(sealed.encode())))
        except InvalidToken as error:
            raise UndeliveredError(cure) from error
        except (OSError, ValueError) as error:
            raise UndeliveredError(f"notices.key_file can't be used: {type(error).__name__}") from error

    def _key(self) -> Fernet:
        if self._fernet is None:
            self._fernet = Fernet(self._read_or_make())
        return self._fernet

    def _read_or_make(self) -> bytes:
        self._key_file.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(self._key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            mode = stat.S_IMODE(self._key_file.stat().st_mode)
            if mode & 0o077:
                log.warning("key_file_is_open", file=str(self._key_file), mode=oct(mode), cure="chmod 600")
            return self._key_file.read_bytes().strip()
        key = Fernet.generate_key()
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        log.info("key_file_made", file=str(self._key_file), cure="back it up apart from the database")
        return key
