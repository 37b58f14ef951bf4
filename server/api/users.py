"""Accounts. For admins; one's own password is under /me."""

from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server import auth
from server.api.deps import Admin, Has, refused
from server.api.responses import problems
from server.schemas import NO_NUL, AccountOut, NewPassword, RightsIn, RightsOut, Role
from server.store import rights, users
from server.store.errors import StoreError

router = APIRouter(prefix="/api/v1/users", tags=["users"])

Username = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{1,63}$")]
DisplayName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_NUL)]


class AccountBody(BaseModel):
    """An account to make."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"username": "tran.b", "display_name": "Trần B.", "role": "officer"}},
    )

    username: Username
    display_name: DisplayName
    role: Role


class AccountChange(BaseModel):
    """What to change of an account; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    display_name: DisplayName | None = None
    role: Role | None = None
    disabled: bool | None = Field(default=None, description="A disabled account's sessions end at once.")


@router.get("", summary="Accounts", responses=problems(401, 403))
def read_accounts(_user: Admin, has: Has) -> tuple[AccountOut, ...]:
    """Every account, by name."""
    with has.database.read() as session:
        return users.listing(session)


@router.post("", summary="Make an account", status_code=201, responses=problems(401, 403, 409, 422))
def create_account(body: AccountBody, user: Admin, has: Has) -> NewPassword:
    """Gives its one-time password: shown now and never again."""
    password = auth.one_time_password()
    password_hash = auth.hash_password(password)
    try:
        with has.database.transaction() as session:
            account = users.create(
                session,
                username=body.username,
                display_name=body.display_name,
                role=body.role,
                password_hash=password_hash,
                by=user,
                now=has.clock.now(),
            )
    except StoreError as error:
        raise refused(error) from error
    return NewPassword(account=account, one_time_password=password)


@router.patch("/{username}", summary="Change an account", responses=problems(401, 403, 404, 409, 422))
def change_account(username: str, body: AccountChange, user: Admin, has: Has) -> AccountOut:
    """Changes name or role, disables or enables it. The last admin who can sign in stays one (409)."""
    if body.disabled and username == user.username:
        raise HTTPException(409, "Không thể tự khoá tài khoản của mình. / You can't disable your own account.")
    try:
        with has.database.transaction() as session:
            return users.change(
                session,
                username,
                display_name=body.display_name,
                role=body.role,
                disabled=body.disabled,
                by=user,
                now=has.clock.now(),
            )
    except StoreError as error:
        raise refused(error) from error


@router.post("/{username}/password", summary="Give a new one-time password", responses=problems(401, 403, 404))
def reset_password(username: str, user: Admin, has: Has) -> NewPassword:
    """For somebody who forgot theirs. Their sessions end; the password is shown now and never again."""
    password = auth.one_time_password()
    password_hash = auth.hash_password(password)
    try:
        with has.database.transaction() as session:
            account = users.set_password(
                session, username, password_hash=password_hash, one_time=True, by=user, now=has.clock.now()
            )
    except StoreError as error:
        raise refused(error) from error
    return NewPassword(account=account, one_time_password=password)


@router.get("/{username}/rights", summary="What an account may see", responses=problems(401, 403, 404))
def read_rights(username: str, _user: Admin, has: Has) -> RightsOut:
    """Everything, unless ``is_limited``."""
    try:
        with has.database.read() as session:
            return rights.read(session, username)
    except StoreError as error:
        raise refused(error) from error


@router.put("/{username}/rights", summary="Say what an account may see", responses=problems(401, 403, 404, 422))
def put_rights(username: str, body: RightsIn, user: Admin, has: Has) -> RightsOut:
    """Holds at once, for open pages too. What a limited user may not see is not there for them (404)."""
    try:
        with has.database.transaction() as session:
            return rights.put(
                session,
                username,
                is_limited=body.is_limited,
                cameras=body.cameras,
                units=body.units,
                by=user,
                now=has.clock.now(),
            )
    except StoreError as error:
        raise refused(error) from error
