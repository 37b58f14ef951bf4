"""Signing in and out, and one's own account."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Annotated

import structlog
from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from server import auth
from server.api.deps import SESSION_COOKIE, Has, Open, current_session, session_lasts
from server.api.responses import problems
from server.schemas import NO_NUL, SessionOut, UserOut
from server.services import Services
from server.store import audit, sessions, users
from server.store.sessions import SignedIn

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/api/v1", tags=["session"])

Password = Annotated[str, Field(max_length=auth.LONGEST_PASSWORD)]
NewPassword = Annotated[str, Field(min_length=auth.SHORTEST_PASSWORD, max_length=auth.LONGEST_PASSWORD)]


class SignInBody(BaseModel):
    """A name and its password."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"username": "tran.b", "password": "correct horse battery"}}
    )

    username: str = Field(max_length=64, pattern=NO_NUL)
    password: Password


class PasswordBody(BaseModel):
    """The password there is and the one to have."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"current": "kho sau 7412", "new": "mot cau de nho 2026"}}
    )

    current: Password
    new: NewPassword


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session that was just opened; ``token`` goes into the cookie and is nowhere kept."""

    token: str
    signed_in: SignedIn


def sign_in(has: Services, username: str, password: str, address: str) -> Opened:
    """Check a name and password and open a session.

    Raises HTTPException: 401 when they don't fit (an unknown name answers alike and as late), 429 with Retry-After
    when this name has failed too often from this address.
    """
    with auth.turn(address):
        return _sign_in(has, username, password, address)


def _sign_in(has: Services, username: str, password: str, address: str) -> Opened:
    username = username.strip().lower()
    now = has.clock.now()
    with has.database.read() as session:
        known = users.credentials(session, username)
        # somebody in a hurry types the password where the name belongs: what is no name is not written down
        subject = username if known else f"unknown-{auth.token_sha256(username)[:12]}"
        wait_s = audit.retry_after_s(session, subject, address, now)
    if wait_s is not None:
        log.warning("sign_in_throttled", address=address, retry_after_s=wait_s)
        minutes = -(-wait_s // 60)
        raise HTTPException(
            429,
            f"Sai quá nhiều lần; thử lại sau {minutes} phút. / Too many failures; try again in {minutes} min.",
            {"Retry-After": str(wait_s)},
        )
    right = auth.verify(known.password_hash if known else None, password)
    token, csrf, opened = auth.new_token(), auth.new_token(), None
    with has.database.transaction() as session:
        if right and known is not None:
            opened = sessions.add(
                session,
                user_id=known.user_id,
                token_sha256=auth.token_sha256(token),
                csrf=csrf,
                now=now,
                lasts=session_lasts(has),
            )
        action = "sign_in" if opened else "sign_in_failed"
        user_id = known.user_id if known and opened else None
        audit.record(session, now, user_id=user_id, action=action, subject=subject, detail={"address": address})
    if opened is None:
        log.warning("sign_in_failed", address=address)
        raise HTTPException(401, "Tên hoặc mật khẩu không đúng. / The name or password is wrong.")
    return Opened(token=token, signed_in=opened)


def sign_out(has: Services, signed_in: SignedIn) -> None:
    """End the session."""
    now = has.clock.now()
    with has.database.transaction() as session:
        sessions.close(session, signed_in.token_sha256)
        audit.record(session, now, user_id=signed_in.user.id, action="sign_out", subject=signed_in.user.username)


def set_cookie(response: Response, has: Services, token: str) -> None:
    """Give the browser its session: no script reads it, no other site sends it, it ends with the browser."""
    response.set_cookie(
        SESSION_COOKIE, token, httponly=True, samesite="lax", secure=has.settings.http.secure_cookies, path="/"
    )


def address_of(request: Request) -> str:
    """Where a request comes from, for throttling."""
    return subscriber(request.client.host if request.client else "unknown")


def subscriber(host: str) -> str:
    """The address that one subscriber can't change: of IPv6 the network, as its 2⁶⁴ addresses are all theirs."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address.packed[:8] + bytes(8), 64)))


@router.post("/session", summary="Sign in", responses=problems(401, 422, 429))
def create_session(body: SignInBody, request: Request, response: Response, has: Has) -> SessionOut:
    """Opens a session and sets its cookie. Send ``csrf`` as X-CSRF-Token with every write."""
    before = current_session(request)
    opened = sign_in(has, body.username, body.password, address_of(request))
    if before is not None:  # its cookie is replaced: nobody could ever end it
        sign_out(has, before)
    set_cookie(response, has, opened.token)
    return opened.signed_in.out()


@router.get("/session", summary="The session that asks", responses=problems(401))
def read_session(signed_in: Open) -> SessionOut:
    """Who is signed in, the CSRF token, and until when."""
    return signed_in.out()


@router.delete("/session", summary="Sign out", status_code=204, responses=problems(401, 403))
def delete_session(response: Response, signed_in: Open, has: Has) -> None:
    """Ends the session and takes its cookie back."""
    sign_out(has, signed_in)
    response.delete_cookie(SESSION_COOKIE, path="/")


@router.get("/me", summary="Who I am", responses=problems(401))
def read_me(signed_in: Open) -> UserOut:
    """The person who is signed in."""
    return signed_in.user


@router.put("/me/password", summary="Change my password", status_code=204, responses=problems(401, 403, 422, 429))
def change_my_password(body: PasswordBody, request: Request, signed_in: Open, has: Has) -> None:
    """Replaces one's own password; every other session of this account ends."""
    change_own_password(has, signed_in, body.current, body.new, address_of(request))


def change_own_password(has: Services, signed_in: SignedIn, current: str, new: str, address: str) -> None:
    """Replace one's own password. Raises HTTPException: 403 when ``current`` is wrong, 429 when it was too often."""
    with auth.turn(address):
        _check_own_password(has, signed_in, current, address)
    password_hash = auth.hash_password(new)
    with has.database.transaction() as session:
        users.set_password(
            session,
            signed_in.user.username,
            password_hash=password_hash,
            one_time=False,
            by=signed_in.user,
            now=has.clock.now(),
            keep_session=signed_in.token_sha256,
        )


def _check_own_password(has: Services, signed_in: SignedIn, current: str, address: str) -> None:
    user, now = signed_in.user, has.clock.now()
    with has.database.read() as session:
        known = users.credentials(session, user.username)
        wait_s = audit.retry_after_s(session, user.username, address, now)
    if wait_s is not None:
        raise HTTPException(429, "Sai quá nhiều lần. / Too many failures.", {"Retry-After": str(wait_s)})
    if not auth.verify(known.password_hash if known else None, current):
        with has.database.transaction() as session:
            said = {"address": address}
            audit.record(session, now, user_id=user.id, action="sign_in_failed", subject=user.username, detail=said)
        raise HTTPException(403, "Mật khẩu hiện tại không đúng. / The current password is wrong.")
