"""Duyệt: one clip, one decision."""

from fastapi import APIRouter, Request, Response

from server.schemas import DeedOut, IncidentOut
from server.store import alike, auditview, incidents, queue
from server.store.around import around
from server.store.errors import NotFoundError
from server.ui import view
from server.ui.desk import Desk, sit_down
from server.ui.pages.incidents import no_such_incident
from server.urgency import is_overdue

router = APIRouter(include_in_schema=False)

QUEUE = 50
"""Incidents in the review's queue; an officer who has decided these sees the next ones."""


@router.get("/review")
def review(request: Request) -> Response:
    """The first of the queue that no colleague looks at, ready to decide."""
    with sit_down(request) as desk:
        return _review(desk, None)


@router.get("/review/{code}")
def review_one(request: Request, code: str) -> Response:
    """One of the queue."""
    with sit_down(request) as desk:
        return _review(desk, code)


@router.get("/review/{code}/case")
def case(request: Request, code: str) -> Response:
    """What lies beside the queue, and nothing around it: fetched ahead, while the one before is looked at."""
    with sit_down(request) as desk:
        try:
            chosen = incidents.detail(desk.session, desk.services.definitions, code, desk.signed.user, desk.now)
        except NotFoundError:
            return no_such_incident(desk)
        strip, entered = around(desk.session, code, desk.now), _entered(desk, code)
        return view.render(
            request, "review_case.html", user=desk.signed.user, incident=chosen, strip=strip, entered=entered
        )


@router.get("/review/{code}/alike")
def look_alikes(request: Request, code: str, reason: str = "") -> Response:
    """What waits and looks like one that was dismissed for this reason."""
    with sit_down(request) as desk:
        try:
            found = alike.listing(desk.session, desk.services.definitions, code, desk.signed.user, desk.now)
        except NotFoundError:
            return no_such_incident(desk)
        return desk.page("alike.html", place="review", found=found, reason=reason)


def _review(desk: Desk, code: str | None) -> Response:
    definitions = desk.services.definitions
    found = incidents.review_queue(desk.session, definitions, desk.now, QUEUE)
    if code is None:
        code = _first_free(found, desk.signed.user.display_name)
    try:
        chosen = incidents.detail(desk.session, definitions, code, desk.signed.user, desk.now) if code else None
    except NotFoundError:
        return no_such_incident(desk)
    return desk.page(
        "review.html",
        place="review",
        script="review",
        queue=found,
        overdue={one.code for one in found if is_overdue(one.severity, one.occurred_at, desk.now)},
        late=queue.overdue_count(desk.session, desk.now),
        incident=chosen,
        strip=around(desk.session, chosen.code, desk.now) if chosen else None,
        entered=_entered(desk, chosen.code) if chosen else (),
    )


def _entered(desk: Desk, code: str) -> tuple[DeedOut, ...]:
    """Who entered it by hand, and what they noted; nobody for what a camera saw."""
    return auditview.of(desk.session, code, ("enter",))


def _first_free(found: tuple[IncidentOut, ...], name: str) -> str | None:
    """What no colleague looks at; when they look at everything, the first."""
    free = (one.code for one in found if one.claimed_by in {None, name})
    return next(free, found[0].code if found else None)
