"""Accounts: the people who sign in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.role import Role
from server.schemas import AccountOut, UserOut
from server.store import audit
from server.store.errors import NotFoundError, TakenError
from server.tables import SessionRow, UserRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What signing in needs of an account."""

    user_id: int
    password_hash: str


def credentials(session: Session, username: str) -> Credentials | None:
    """The credentials of a name that may sign in; None: unknown or disabled."""
    row = session.scalar(select(UserRow).where(UserRow.username == username, UserRow.disabled_at.is_(None)))
    return Credentials(user_id=row.id, password_hash=row.password_hash) if row else None


def listing(session: Session) -> tuple[AccountOut, ...]:
    """Every account, by name."""
    return tuple(AccountOut.model_validate(row) for row in session.scalars(select(UserRow).order_by(UserRow.username)))


def officers(session: Session) -> tuple[UserOut, ...]:
    """Who may be given an incident, by name."""
    found = select(UserRow).where(UserRow.role != "viewer", UserRow.disabled_at.is_(None))
    return tuple(UserOut.model_validate(row) for row in session.scalars(found.order_by(UserRow.display_name)))


def create(
    session: Session, *, username: str, display_name: str, role: Role, password_hash: str, by: UserOut, now: datetime
) -> AccountOut:
    """A new account whose password is for one time. Raises TakenError when the name is taken."""
    row = UserRow(
        username=username,
        display_name=display_name,
        password_hash=password_hash,
        password_is_one_time=True,
        role=role,
        created_at=now,
        disabled_at=None,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise TakenError(f"there is an account {username} already") from error
    audit.record(session, now, user_id=by.id, action="user_created", subject=username, detail={"role": role})
    return AccountOut.model_validate(row)


def change(
    session: Session,
    username: str,
    *,
    display_name: str | None,
    role: Role | None,
    disabled: bool | None,
    by: UserOut,
    now: datetime,
) -> AccountOut:
    """Change what is given. A disabled account's sessions end at once.

    Raises NotFoundError, and TakenError when no admin would be left who can sign in.
    """
    row = _row(session, username)
    said: dict[str, str | bool | None] = {}
    if display_name is not None:
        row.display_name = said["display_name"] = display_name
    if role is not None:
        row.role = said["role"] = role
    if disabled is not None:
        said["disabled"] = disabled
        row.disabled_at = (row.disabled_at or now) if disabled else None
        if disabled:
            _end_sessions(session, row.id)
    session.flush()
    _keep_an_admin(session)
    audit.record(session, now, user_id=by.id, action="user_changed", subject=username, detail=said)
    return AccountOut.model_validate(row)


def set_password(
    session: Session,
    username: str,
    *,
    password_hash: str,
    one_time: bool,
    by: UserOut,
    now: datetime,
    keep_session: str | None = None,
) -> AccountOut:
    """Replace the password and end the account's sessions, but for the one of token hash ``keep_session``."""
    row = _row(session, username)
    row.password_hash = password_hash
    row.password_is_one_time = one_time
    _end_sessions(session, row.id, keep_session)
    session.flush()
    audit.record(session, now, user_id=by.id, action="password_set", subject=username, detail={"one_time": one_time})
    return AccountOut.model_validate(row)


def _row(session: Session, username: str) -> UserRow:
    row = session.scalar(select(UserRow).where(UserRow.username == username))
    if row is None:
        raise NotFoundError(f"there is no account {username}")
    return row


def _end_sessions(session: Session, user_id: int, keep: str | None = None) -> None:
    session.execute(delete(SessionRow).where(SessionRow.user_id == user_id, SessionRow.token_sha256 != (keep or "")))


def _keep_an_admin(session: Session) -> None:
    admins = select(func.count()).select_from(UserRow).where(UserRow.role == "admin", UserRow.disabled_at.is_(None))
    if not session.scalar(admins):
        raise TakenError("this is the last admin who can sign in; make another one first")
