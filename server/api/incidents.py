"""Incidents: the review queue, one incident, and verdicts."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from server.api.casework import written
from server.api.deps import Has, Officer, Viewer, refused
from server.api.responses import conflict, problems
from server.schemas import IncidentDetail, IncidentOut, ReasonOut, VerdictIn
from server.store import incidents
from server.store.errors import StoreError
from server.verdict import MEANINGS

router = APIRouter(prefix="/api/v1", tags=["incidents"])


@router.get("/review", summary="The review queue", responses=problems(401))
def read_review_queue(
    _user: Viewer, has: Has, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> tuple[IncidentOut, ...]:
    """What waits for a verdict: most severe first, then newest first."""
    with has.database.read() as session:
        return incidents.review_queue(session, has.definitions, has.clock.now(), limit)


@router.get("/reasons", summary="Reasons to dismiss", responses=problems(401))
def read_reasons(_user: Viewer) -> tuple[ReasonOut, ...]:
    """The closed list of reasons, each with its written meaning, in the order of the number keys."""
    return tuple(
        ReasonOut(
            code=reason,
            name_vi=meaning.vi,
            name_en=meaning.en,
            covers_vi=meaning.covers_vi,
            covers_en=meaning.covers_en,
        )
        for reason, meaning in MEANINGS.items()
    )


@router.get("/incidents/{code}", summary="One incident", responses=problems(401, 404))
def read_incident(code: str, user: Viewer, has: Has) -> IncidentDetail:
    """Its events, evidence and verdicts, and what you may do with it now (``moves``)."""
    try:
        with has.database.read() as session:
            return incidents.detail(session, has.definitions, code, user, has.clock.now())
    except StoreError as error:
        raise refused(error) from error


@router.post(
    "/incidents/{code}/verdicts",
    summary="Claim, verify, confirm, dismiss, give an outcome, close, undo",
    response_model=IncidentDetail,
    responses={**problems(401, 403, 404, 422), **conflict()},
)
def create_verdict(code: str, body: VerdictIn, user: Officer, has: Has) -> IncidentDetail | JSONResponse:
    """Makes a move on the version you looked at.

    409 when it has changed since, or a colleague holds it: the problem's ``current`` is the incident as it is now.
    """
    return written(user, has, lambda session, by: incidents.decide(session, code, body, by))
