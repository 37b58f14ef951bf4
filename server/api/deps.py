"""Who asks, and may they? Cookie sessions, CSRF and roles as FastAPI dependencies; every write is checked here."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Final

from fastapi import Depends, HTTPException, Request
from fastapi.security import APIKeyCookie

from server import auth, sight
from server.role import Role, at_least
from server.schemas import UserOut
from server.services import Services, services
from server.store import sessions
from server.store.errors import ForbiddenError, InvalidError, NotFoundError, StoreError, TakenError
from server.store.sessions import SignedIn

SESSION_COOKIE: Final = "anninh_session"
CSRF_HEADER: Final = "X-CSRF-Token"
CSRF_FIELD: Final = "csrf_token"
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM: Final = "application/x-www-form-urlencoded"

_cookie = APIKeyCookie(
    name=SESSION_COOKIE, scheme_name="session", auto_error=False, description="Set by POST /api/v1/session."
)

Has = Annotated[Services, Depends(services)]
"""The application's services, as an endpoint's parameter."""


def session_lasts(has: Services) -> timedelta:
    """How long a session lasts after its latest use."""
    return timedelta(hours=has.settings.http.session_hours)


def current_session(request: Request) -> SignedIn | None:
    """The signed-in browser that asks, or None. Reads the database; makes the session last when it is due.

    From here on the request reads only what this person may see (server.sight), and counts by the criteria saved last.
    """
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    has = services(request)
    now, lasts = has.clock.now(), session_lasts(has)
    with has.database.read() as session:
        found = sessions.find(session, auth.token_sha256(token), now)
        has.yardsticks.follow(session)
    sight.look_as(found.sight if found is not None else None)
    if found is not None and sessions.is_due(found, now, lasts):
        with has.database.transaction() as session:
            sessions.extend(session, found.token_sha256, now, lasts)
    return found


def current_user(request: Request) -> UserOut | None:
    """Who asks, or None."""
    found = current_session(request)
    return found.user if found else None


async def _csrf_given(request: Request) -> str | None:
    """The token that a write carries: in its header, or in the field of a page's form."""
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.method not in _READING and request.headers.get("content-type", "").startswith(_FORM):
        field = (await request.form()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    return given


def _signed_in(
    request: Request,
    given: Annotated[str | None, Depends(_csrf_given)],
    _documented: Annotated[str | None, Depends(_cookie)],
) -> SignedIn:
    found = current_session(request)
    if found is None:
        raise HTTPException(401, "Hãy đăng nhập. / Sign in first.")
    if request.method not in _READING and not secrets.compare_digest((given or "").encode(), found.csrf.encode()):
        raise HTTPException(
            403,
            "Yêu cầu không mang mã của phiên; hãy tải lại trang. / "
            f"The request lacks this session's token ({CSRF_HEADER}); reload the page.",
        )
    return found


Open = Annotated[SignedIn, Depends(_signed_in)]
"""The session that asks, whatever its role; a write has been checked for its CSRF token."""


def require(role: Role) -> Callable[[SignedIn], UserOut]:
    """A dependency that gives the user who asks: 401 without a session, 403 below ``role``, without CSRF token, or
    with a one-time password (it opens only the door behind which it is replaced)."""

    def user(signed_in: Open) -> UserOut:
        if signed_in.must_change_password:
            raise HTTPException(403, "Hãy đổi mật khẩu dùng một lần trước. / Replace the one-time password first.")
        if not at_least(signed_in.user.role, role):
            raise HTTPException(403, f"Cần quyền {role}. / This needs the role {role}.")
        return signed_in.user

    return user


Viewer = Annotated[UserOut, Depends(require("viewer"))]
Officer = Annotated[UserOut, Depends(require("officer"))]
Supervisor = Annotated[UserOut, Depends(require("supervisor"))]
Admin = Annotated[UserOut, Depends(require("admin"))]


def refused(error: StoreError) -> HTTPException:
    """The HTTP error of a store's refusal: ``raise refused(error) from error``."""
    statuses: dict[type[StoreError], int] = {
        NotFoundError: 404,
        ForbiddenError: 403,
        InvalidError: 422,
        TakenError: 409,
    }
    return HTTPException(statuses.get(type(error), 409), str(error))
