"""Incidents entered by hand, and the facts of any."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from server.api.casework import written
from server.api.deps import Has, Officer
from server.api.responses import conflict, problems
from server.schemas import EntryIn, FactsIn, IncidentDetail
from server.store import entries

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])


@router.post(
    "",
    summary="Enter an incident by hand",
    status_code=201,
    response_model=IncidentDetail,
    responses=problems(401, 403, 422),
)
def create_incident(body: EntryIn, user: Officer, has: Has) -> IncidentDetail | JSONResponse:
    """A tip, denunciation, petition or feedback waits for a verdict; official figures are confirmed at once."""
    site = has.settings.site.slug
    return written(user, has, lambda session, by: entries.enter(session, body, site, by))


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
    return written(user, has, lambda session, by: entries.change(session, code, body, by))
