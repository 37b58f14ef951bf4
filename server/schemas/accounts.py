"""Accounts and sessions."""

from datetime import datetime

from pydantic import Field

from server.schemas.base import Role, Schema


class UserOut(Schema):
    """The person who is signed in."""

    id: int
    username: str
    display_name: str
    role: Role
    since: datetime | None = Field(default=None, exclude=True)
    """When they signed in: not told, it bounds what they may undo."""


class AccountOut(UserOut):
    """An account, as admins see it."""

    created_at: datetime
    disabled_at: datetime | None
    password_is_one_time: bool
    is_limited: bool = False
    """Sees only some cameras; /users/{username}/rights says which."""


class NewPassword(Schema):
    """An account and its one-time password: shown once, kept nowhere."""

    account: AccountOut
    one_time_password: str


class SessionOut(Schema):
    """An open session: send ``csrf`` as X-CSRF-Token with every write."""

    user: UserOut
    csrf: str
    expires_at: datetime
    must_change_password: bool = False
    """The password was chosen by somebody else; ask for a new one."""
