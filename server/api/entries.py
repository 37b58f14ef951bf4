"""Incidents entered by hand, and the facts of any."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from server.api.deps import Has, Officer, refused
from server.api.responses import conflict, conflicting, problems
from server.schemas import EntryIn, FactsIn, IncidentDetail
from server.store import entries, incidents
from server.store.casefile import Writer
from server.store.errors import ConflictError, StoreError

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])


@router.post("", summary="Enter an incident by hand", status_code=201, responses=problems(401, 403, 422))
def create_incident(body: EntryIn, user: Officer, has: Has) -> IncidentDetail:
    """A tip, denunciation, petition or feedback waits for a verdict; official figures are confirmed at once."""
    settings, now = has.settings, has.clock.now()
    try:
        with has.database.transaction() as session:
            code = entries.enter(session, body, site=settings.site.slug, user=user, zone=settings.zone, now=now)
            entered = incidents.detail(session, has.definitions, code, user, now)
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("incident", code=entered.code, state=entered.state, id=entered.id)
    has.live.publish("criteria")
    return entered


@router.patch(
    "/{code}",
    summary="Change an incident's facts",
    response_model=IncidentDetail,
    responses={**problems(401, 403, 404, 422), **conflict()},
)
def change_incident(code: str, body: FactsIn, user: Officer, has: Has) -> IncidentDetail | JSONResponse:
    """Category, unit, counts, official number, … of the version you looked at; what is left out stays.

    409 when it has changed since: the problem's ``current`` is the incident as it is now.
    """
    by = Writer(definitions=has.definitions, user=user, zone=has.settings.zone, now=has.clock.now())
    try:
        with has.database.transaction() as session:
            changed = entries.change(session, code, body, by)
    except ConflictError as error:
        return conflicting(error)
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("incident", code=changed.code, state=changed.state, id=changed.id)
    has.live.publish("criteria")
    return changed
