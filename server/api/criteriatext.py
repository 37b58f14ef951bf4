"""The text of the criteria: read it, check another one, save it, look at what there was."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from server.api.criteria import period_of
from server.api.deps import Admin, Has, refused
from server.api.responses import conflicting, problems
from server.criteria.definition import Definitions, check
from server.schemas import (
    CriteriaCheckIn,
    CriteriaCheckOut,
    CriteriaTextIn,
    CriteriaTextOut,
    CriteriaVersionOut,
    FaultOut,
)
from server.services import Services
from server.store import criteria, criteriatext
from server.store.errors import StaleError, StoreError
from server.tables import HIGHEST_KEY

router = APIRouter(prefix="/api/v1/criteria-definition", tags=["criteria"])

Version = Annotated[int, Path(ge=0, le=HIGHEST_KEY, description="0: the site's file.")]


@router.get("", summary="The criteria's text", responses=problems(401, 403))
def read_text(_user: Admin, has: Has) -> CriteriaTextOut:
    """The YAML that holds, and its version."""
    with has.database.read() as session:
        found = criteriatext.read(session, has.yardsticks.file_text)
    return found.model_copy(update={"faults": _faults(has)})


@router.put(
    "",
    summary="Save another text",
    response_model=CriteriaTextOut,
    responses=problems(401, 403, 409, 422),
)
def put_text(body: CriteriaTextIn, user: Admin, has: Has) -> CriteriaTextOut | JSONResponse:
    """Holds from the next request on, in every server process; frozen periods stay as they are.

    409 when somebody has saved another one since ``version``: the problem's ``current`` is that one.
    """
    try:
        with has.database.transaction() as session:
            made = criteriatext.save(session, body, has.yardsticks.file_text, by=user, now=has.clock.now())
    except StaleError as error:
        return conflicting(error)
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("criteria")
    return made


@router.post("/check", summary="Check a text, and see what it would change", responses=problems(401, 403, 422))
def check_text(body: CriteriaCheckIn, _user: Admin, has: Has) -> CriteriaCheckOut:
    """Its faults by line; where there are none, every criterion that would stand another way in the period."""
    period = period_of(has, body.period)
    old, new = has.definitions, check(body.text)
    if not isinstance(new, Definitions):
        faults = tuple(FaultOut.model_validate(fault) for fault in new)
        return CriteriaCheckOut(faults=faults, period=criteria.period_out(period), changes=(), criteria=0)
    with has.database.read() as session:
        found = criteriatext.changes(session, old, new, period, has.clock.now())
    return CriteriaCheckOut(faults=(), period=criteria.period_out(period), changes=found, criteria=len(new.criteria))


@router.get("/versions", summary="What was saved before", responses=problems(401, 403))
def read_versions(_user: Admin, has: Has) -> tuple[CriteriaVersionOut, ...]:
    """Newest first: who, when, why."""
    with has.database.read() as session:
        return criteriatext.history(session)


@router.get("/versions/{version}", summary="One version's text", responses=problems(401, 403, 404, 422))
def read_version(version: Version, _user: Admin, has: Has) -> CriteriaTextOut:
    """As it was saved; 0: the site's file as it was when the server started."""
    try:
        with has.database.read() as session:
            return criteriatext.read(session, has.yardsticks.file_text, version)
    except StoreError as error:
        raise refused(error) from error


def _faults(has: Services) -> tuple[FaultOut, ...]:
    return tuple(FaultOut.model_validate(fault) for fault in has.yardsticks.faults)
