"""Signed-in browsers. A session slides: each use, at most every ten minutes, makes it last its whole time again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.schemas import SessionOut, UserOut
from server.sight import Sight
from server.store import rights
from server.tables import SessionRow, UserRow

SLIDES_AFTER: Final = timedelta(minutes=10)
"""A session is written again at most this often: reading a page should not cost a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A browser that is signed in. ``csrf``: what its writes must carry."""

    token_sha256: str
    user: UserOut
    csrf: str
    expires_at: datetime
    must_change_password: bool
    sight: Sight | None = None
    """What the person may see; None: everything."""

    def out(self) -> SessionOut:
        """As the API shows it."""
        return SessionOut(
            user=self.user,
            csrf=self.csrf,
            expires_at=self.expires_at,
            must_change_password=self.must_change_password,
        )


def add(
    session: Session, *, user_id: int, token_sha256: str, csrf: str, now: datetime, lasts: timedelta
) -> SignedIn | None:
    """Open a session and forget those that expired. None: the account was disabled meanwhile."""
    session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
    session.add(
        SessionRow(token_sha256=token_sha256, user_id=user_id, csrf=csrf, created_at=now, expires_at=now + lasts)
    )
    session.flush()
    return find(session, token_sha256, now)


def find(session: Session, token_sha256: str, now: datetime) -> SignedIn | None:
    """The session of a token, if it has not expired and its account may still sign in."""
    row = session.execute(
        select(SessionRow, UserRow)
        .join(UserRow, UserRow.id == SessionRow.user_id)
        .where(SessionRow.token_sha256 == token_sha256, SessionRow.expires_at > now, UserRow.disabled_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    opened, user = row
    return SignedIn(
        token_sha256=opened.token_sha256,
        user=UserOut.model_validate(user).model_copy(update={"since": opened.created_at}),
        csrf=opened.csrf,
        expires_at=opened.expires_at,
        must_change_password=user.password_is_one_time,
        sight=rights.sight_of(session, user),
    )


def is_due(found: SignedIn, now: datetime, lasts: timedelta) -> bool:
    """Whether the session should be written again to make it last."""
    return found.expires_at - now < lasts - SLIDES_AFTER


def extend(session: Session, token_sha256: str, now: datetime, lasts: timedelta) -> None:
    """Make it last its whole time from now."""
    session.execute(update(SessionRow).where(SessionRow.token_sha256 == token_sha256).values(expires_at=now + lasts))


def close(session: Session, token_sha256: str) -> None:
    """End it."""
    session.execute(delete(SessionRow).where(SessionRow.token_sha256 == token_sha256))
