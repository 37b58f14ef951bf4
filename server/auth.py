"""Passwords, tokens and the first admin. Passwords are kept as argon2id (RFC 9106), tokens as their SHA-256."""

import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.store import audit
from server.tables import UserRow

SHORTEST_PASSWORD: Final = 10
"""Characters. Length beats rules about signs (NIST SP 800-63B, 5.1.1)."""
LONGEST_PASSWORD: Final = 200

_HASHER: Final = PasswordHasher()
_SLOTS: Final = threading.BoundedSemaphore(2)
"""Each hash takes 64 MiB: a burst of sign-ins waits instead of exhausting the memory."""
_TURNS: Final = tuple(threading.Lock() for _ in range(64))
"""Addresses share these by their hash."""


@contextmanager
def turn(address: str) -> Iterator[None]:
    """One guess at a time from an address: a burst of them would all look before the first failure is written down."""
    with _TURNS[hash(address) % len(_TURNS)]:
        yield


def hash_password(password: str) -> str:
    """The argon2id hash in PHC string format. Takes about a tenth of a second: never inside a transaction."""
    with _SLOTS:
        return _HASHER.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. With no hash (an unknown name) it takes as long and is always wrong."""
    with _SLOTS:
        try:
            right = _HASHER.verify(password_hash or _nobody(), password)
        except (VerificationError, InvalidHashError):
            return False
    return right and password_hash is not None


def new_token() -> str:
    """A secret of 256 random bits that fits a cookie or header."""
    return secrets.token_urlsafe(32)


def token_sha256(token: str) -> str:
    """What is kept of a token. It has 256 random bits, so a fast hash without salt can't be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def one_time_password() -> str:
    """A password that is told once and meant to be replaced: 16 signs, 96 random bits."""
    return secrets.token_urlsafe(12)


def first_admin(session: Session, now: datetime) -> tuple[str, str] | None:
    """Make the user ``admin`` when there is nobody yet. Returns its name and one-time password, to be shown once."""
    if session.scalar(select(func.count()).select_from(UserRow)):
        return None
    password = one_time_password()
    session.add(
        UserRow(
            username="admin",
            display_name="Quản trị",
            password_hash=hash_password(password),
            password_is_one_time=True,
            role="admin",
            created_at=now,
            disabled_at=None,
        )
    )
    session.flush()
    audit.record(session, now, user_id=None, action="user_created", subject="admin", detail={"role": "admin"})
    return "admin", password


@cache
def _nobody() -> str:
    """The hash of a password that nobody has, so that an unknown name costs as much time as a known one."""
    return _HASHER.hash(secrets.token_urlsafe(32))
