"""The review: its queue, what lies around an incident, and look-alikes."""

from fastapi import APIRouter

from server.api.casework import writer
from server.api.deps import Has, Officer, Viewer, refused
from server.api.responses import problems
from server.schemas import AroundOut, DismissalsIn, DismissalsOut, IncidentOut
from server.store import alike, candidates
from server.store.around import around
from server.store.errors import StoreError

router = APIRouter(prefix="/api/v1/review", tags=["review"])


@router.get("/{code}/around", summary="What its camera saw around it", responses=problems(401, 404))
def read_around(code: str, _user: Viewer, has: Has) -> AroundOut:
    """The events of the same camera ten minutes before and after, and the spans in which it saw nothing."""
    try:
        with has.database.read() as session:
            return around(session, code, has.clock.now())
    except StoreError as error:
        raise refused(error) from error


@router.get("/{code}/alike", summary="Look-alikes that wait", responses=problems(401, 404))
def read_alike(code: str, user: Viewer, has: Has) -> tuple[IncidentOut, ...]:
    """What waits of the same camera, rule and place, newest first, 50 at most; none that a colleague looks at."""
    try:
        with has.database.read() as session:
            return alike.listing(session, has.definitions, code, user, has.clock.now())
    except StoreError as error:
        raise refused(error) from error


@router.get("/{code}/candidates", summary="What it may be merged into", responses=problems(401, 404))
def read_candidates(code: str, _user: Viewer, has: Has) -> tuple[IncidentOut, ...]:
    """Five at most that the same camera, or another one in the same khóm or ấp, told within an hour; nearest first."""
    try:
        with has.database.read() as session:
            return candidates.listing(session, has.definitions, code, has.clock.now())
    except StoreError as error:
        raise refused(error) from error


@router.post("/dismissals", summary="Dismiss look-alikes", responses=problems(401, 403, 422))
def create_dismissals(body: DismissalsIn, user: Officer, has: Has) -> DismissalsOut:
    """Each gets a verdict of its own. What has changed since you looked, or a colleague holds, is left and named."""
    try:
        with has.database.transaction() as session:
            found = alike.dismiss(session, body, writer(user, has))
    except StoreError as error:
        raise refused(error) from error
    for each in found.dismissed:
        has.live.publish("incident", code=each.code, state="dismissed", id=each.id, version=each.version)
    if found.dismissed:
        has.live.publish("criteria")
    return found
