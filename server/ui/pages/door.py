"""The door: signing in, and one's password."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from server.api import deps
from server.auth import SHORTEST_PASSWORD
from server.ui import view
from server.ui.desk import sit_down

router = APIRouter(include_in_schema=False)


@router.get("/")
def home() -> Response:
    """Straight to what waits."""
    return RedirectResponse("/review", status_code=303)


@router.get("/sign-in")
def sign_in(request: Request, next: str = "/review") -> Response:  # noqa: A002 (the address's own word)
    """The door; someone who is inside already is sent on."""
    if deps.current_session(request) is not None:
        return RedirectResponse("/review", status_code=303)
    return view.render(request, "signin.html", script="signin", next=next)


@router.get("/password")
def password(request: Request) -> Response:
    """Change one's password; where a one-time password leads at first."""
    with sit_down(request, with_one_time_password=True) as desk:
        first = desk.signed.must_change_password
        return desk.page("password.html", script="password", first=first, shortest=SHORTEST_PASSWORD)
