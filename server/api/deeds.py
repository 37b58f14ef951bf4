"""Assign, extend, merge, split and link incidents."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from server.api.casework import written
from server.api.deps import Has, Officer, Supervisor
from server.api.responses import conflict, problems
from server.schemas import AssignIn, ExtendIn, IncidentDetail, LinkIn, MergeIn, SplitIn
from server.store import casework

router = APIRouter(
    prefix="/api/v1/incidents/{code}",
    tags=["incidents"],
    responses={**problems(401, 403, 404, 422), **conflict()},
)
Answer = IncidentDetail | JSONResponse


@router.post("/assign", summary="Give it to an officer", response_model=IncidentDetail)
def assign_incident(code: str, body: AssignIn, user: Officer, has: Has) -> Answer:
    """A supervisor gives it to anybody; an officer takes what is nobody's, or passes on their own."""
    return written(user, has, lambda session, by: casework.assign(session, code, body, by))


@router.post("/extend", summary="Give more time, once", response_model=IncidentDetail)
def extend_incident(code: str, body: ExtendIn, user: Supervisor, has: Has) -> Answer:
    """Two months more until it must be handled."""
    return written(user, has, lambda session, by: casework.extend(session, code, body, by))


@router.post("/merge", summary="Make it part of another", response_model=IncidentDetail)
def merge_incident(code: str, body: MergeIn, user: Officer, has: Has) -> Answer:
    """It is kept whole and counts no more: ``into`` counts in its place."""
    return written(user, has, lambda session, by: casework.merge(session, code, body, by))


@router.post("/split", summary="Make it one of its own again", response_model=IncidentDetail)
def split_incident(code: str, body: SplitIn, user: Officer, has: Has) -> Answer:
    """In the state in which it was merged."""
    return written(user, has, lambda session, by: casework.split(session, code, body, by))


@router.post("/links", summary="Name another that it has to do with", response_model=IncidentDetail)
def link_incident(code: str, body: LinkIn, user: Officer, has: Has) -> Answer:
    """Each counts as before. Naming it twice changes nothing."""
    return written(user, has, lambda session, by: casework.link(session, code, body, by))


@router.delete("/links/{other}", summary="Take a link back", response_model=IncidentDetail)
def unlink_incident(
    code: str, other: Annotated[str, Path(description="The other one's code.")], user: Officer, has: Has
) -> Answer:
    """404 when they were not linked."""
    return written(user, has, lambda session, by: casework.unlink(session, code, other, by))
