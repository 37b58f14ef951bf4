"""Duyệt: one clip, one decision."""

from fastapi import APIRouter, Request, Response

from server.store import incidents
from server.store.errors import NotFoundError
from server.ui.desk import Desk, sit_down
from server.ui.pages.incidents import no_such_incident

router = APIRouter(include_in_schema=False)

QUEUE = 50
"""Incidents in the review's queue; an officer who has decided these sees the next ones."""


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
        return no_such_incident(desk)
    return desk.page("review.html", place="review", script="review", queue=queue, incident=chosen)
