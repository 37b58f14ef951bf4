"""An officer's page request: who asks, in which language, and the database as it stood when they asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from server.api import deps
from server.schemas import CameraOut
from server.services import Services, services
from server.store import cameraview, incidents
from server.store.sessions import SignedIn
from server.ui import view
from server.ui.format import Format
from server.ui.i18n import Texts, texts

DOWN = frozenset({"offline", "silent"})
"""Camera states in which an officer must look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One signed-in page request. Belongs to its thread; ends with the request."""

    request: Request
    services: Services
    session: Session
    signed: SignedIn
    now: datetime
    live_id: int
    """The latest live message when the database was read: the page's connection begins after it."""

    @property
    def texts(self) -> Texts:
        """What the officer reads in."""
        return texts(view.language_of(self.request))

    @property
    def form(self) -> Format:
        """How figures and instants are written for the officer."""
        speak = self.texts
        return Format(language=speak.language, zone=self.services.settings.zone, now=self.now, gettext=speak.gettext)

    def page(
        self, template: str, *, place: str | None = None, script: str | None = None, **values: Any
    ) -> HTMLResponse:
        """The template with the frame around it. ``place``: which of the frame's places it is."""
        wall = self.cameras()
        cameras_up, cameras_all = cameraview.online_counts(wall)
        return view.render(
            self.request,
            template,
            user=self.signed.user,
            csrf=self.signed.csrf,
            live_id=self.live_id,
            waiting=incidents.waiting_count(self.session, self.now),
            cameras_all=cameras_all,
            cameras_up=cameras_up,
            one_is_down=any(camera.state in DOWN for camera in wall),
            place_name=place,
            script=script,
            **values,
        )

    def cameras(self) -> tuple[CameraOut, ...]:
        """Every camera in service, worst first."""
        return cameraview.listing(self.session, self.services.evidence, self.now)

    def nothing_here(self, title: str, cure: str) -> HTMLResponse:
        """404 as a page: what was not found and what to do, as source strings."""
        speak = self.texts.gettext
        return self.page("error.html", title=speak(title), cure=speak(cure), status=HTTPStatus.NOT_FOUND)


@contextmanager
def sit_down(request: Request, *, with_one_time_password: bool = False) -> Iterator[Desk]:
    """The officer's desk for one request.

    Raises HTTPException 303 to the sign-in page for nobody, and to the password page for a one-time password (unless
    it is that page that asks).
    """
    signed = deps.current_session(request)
    if signed is None:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise HTTPException(HTTPStatus.SEE_OTHER, headers={"Location": f"/sign-in?next={quote(wanted, safe='/')}"})
    if signed.must_change_password and not with_one_time_password:
        raise HTTPException(HTTPStatus.SEE_OTHER, headers={"Location": "/password"})
    found = services(request)
    live_id = found.live.latest_id
    with found.database.read() as session:
        yield Desk(
            request=request, services=found, session=session, signed=signed, now=found.clock.now(), live_id=live_id
        )
