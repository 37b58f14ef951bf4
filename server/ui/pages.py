"""The pages an officer works in. Each reads from the store what it shows; whatever writes goes through /api/v1."""

import re
from collections import Counter
from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from server.api import deps
from server.auth import SHORTEST_PASSWORD
from server.criteria.period import Period, PeriodError
from server.schemas import IncidentPage
from server.store import cameraview, criteria, incidents
from server.store.errors import InvalidError, NotFoundError
from server.ui import view, words
from server.ui.desk import Desk, sit_down
from server.ui.i18n import N_

router = APIRouter(include_in_schema=False)

QUEUE = 50
"""Incidents in the review's queue; an officer who has decided these sees the next ones."""
_CAMERA_ID = re.compile(r"[0-9]{1,18}")
PAGE = 30
"""Incidents on a page of the list."""


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


@router.get("/review")
def review(request: Request) -> Response:
    """The first of the queue, ready to decide."""
    with sit_down(request) as desk:
        return _review(desk, None)


@router.get("/review/{code}")
def review_one(request: Request, code: str) -> Response:
    """One of the queue."""
    with sit_down(request) as desk:
        return _review(desk, code)


def _review(desk: Desk, code: str | None) -> Response:
    definitions = desk.services.definitions
    queue = incidents.review_queue(desk.session, definitions, desk.now, QUEUE)
    if code is None and queue:
        code = queue[0].code
    try:
        chosen = incidents.detail(desk.session, definitions, code, desk.signed.user, desk.now) if code else None
    except NotFoundError:
        return _no_such_incident(desk)
    return desk.page("review.html", place="review", script="review", queue=queue, incident=chosen)


@router.get("/incidents")
def incident_list(
    request: Request, state: str = "", camera: str = "", rule: str = "", cursor: str | None = None
) -> Response:
    """Every incident, newest first, filtered."""
    with sit_down(request) as desk:
        camera_id = int(camera) if _CAMERA_ID.fullmatch(camera) else None
        chosen = {"state": state, "camera": camera_id, "rule": rule, "cursor": cursor}
        try:
            page = incidents.listing(
                desk.session,
                desk.services.definitions,
                desk.now,
                state=state or None,
                camera=camera_id,
                rule_kind=rule or None,
                cursor=cursor,
                limit=PAGE,
            )
        except InvalidError:
            page = IncidentPage(items=(), next_cursor=None)
        kept = {key: value for key, value in (("state", state), ("camera", camera), ("rule", rule)) if value}
        older = {**kept, "cursor": page.next_cursor}
        return desk.page(
            "incidents.html",
            place="incidents",
            script="incidents",
            page=page,
            chosen=chosen,
            filtered=bool(kept or cursor),
            states=list(words.STATES),
            rule_kinds=list(words.RULE_KINDS),
            cameras=desk.cameras(),
            first_url=f"/incidents?{urlencode(kept)}" if kept else "/incidents",
            next_url=f"/incidents?{urlencode(older)}" if page.next_cursor else None,
        )


@router.get("/incidents/{code}")
def incident(request: Request, code: str) -> Response:
    """One incident, its whole story."""
    with sit_down(request) as desk:
        try:
            found = incidents.detail(desk.session, desk.services.definitions, code, desk.signed.user, desk.now)
        except NotFoundError:
            return _no_such_incident(desk)
        return desk.page(
            "incident.html",
            place="incidents",
            script="incident",
            incident=found,
            timeline=view.timeline(found, desk.texts, desk.form),
        )


@router.get("/criteria")
def scoreboard(request: Request, period: str | None = None) -> Response:
    """The criteria in one period."""
    with sit_down(request) as desk:
        chosen = _period(desk, period)
        if chosen is None:
            return _no_such_period(desk)
        board = criteria.scoreboard(desk.session, desk.services.definitions, chosen, desk.now)
        found = Counter(criterion.state for criterion in board.criteria)
        return desk.page(
            "criteria.html",
            place="criteria",
            script="criteria",
            board=board,
            last_day=board.period.end_day - timedelta(days=1),
            periods=_periods(desk, chosen),
            sums=[(state, found[state]) for state in words.RESULTS if found[state]],
        )


@router.get("/criteria/{code}")
def criterion(request: Request, code: str, period: str | None = None) -> Response:
    """One criterion and exactly the incidents that were counted."""
    with sit_down(request) as desk:
        chosen = _period(desk, period)
        if chosen is None:
            return _no_such_period(desk)
        try:
            found = criteria.drill(desk.session, desk.services.definitions, code, chosen, desk.now)
        except NotFoundError:
            return desk.nothing_here(N_("Không có tiêu chí này"), N_("Hãy chọn một tiêu chí trong trang Tiêu chí."))
        return desk.page(
            "criterion.html", place="criteria", script="criteria", criterion=found, periods=_periods(desk, chosen)
        )


@router.get("/cameras")
def camera_wall(request: Request) -> Response:
    """Every camera's latest picture, worst first."""
    with sit_down(request) as desk:
        return desk.page("cameras.html", place="camera", cameras=desk.cameras(), edges=cameraview.edges(desk.session))


def _period(desk: Desk, key: str | None) -> Period | None:
    """The period of a key, this month without one; None when the key names none."""
    calendar = desk.services.calendar
    if not key:
        return calendar.month_of(desk.now)
    try:
        return calendar.period(key)
    except PeriodError:
        return None


def _periods(desk: Desk, chosen: Period) -> list[tuple[str, str]]:
    """Key and name of the periods to choose from: this year's and last year's, and the chosen one."""
    known = desk.services.calendar.recent(desk.now)
    offered = known if chosen in known else (chosen, *known)
    return [(each.key, each.label_en if desk.texts.language == "en" else each.label_vi) for each in offered]


def _no_such_incident(desk: Desk) -> Response:
    return desk.nothing_here(N_("Không có vụ việc này"), N_("Kiểm tra lại mã, hoặc tìm trong trang Vụ việc."))


def _no_such_period(desk: Desk) -> Response:
    return desk.nothing_here(N_("Không có kỳ báo cáo này"), N_("Hãy chọn một kỳ trong trang Tiêu chí."))
