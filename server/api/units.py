"""The ward's khóm and ấp, with their names of the time."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from server.api.deps import Has, Supervisor, Viewer, refused
from server.api.responses import problems
from server.schemas import UnitEnd, UnitIn, UnitOut
from server.store import units
from server.store.errors import StoreError
from server.tables import HIGHEST_KEY

router = APIRouter(prefix="/api/v1/units", tags=["units"])


@router.get("", summary="Units", responses=problems(401))
def read_units(
    _user: Viewer, has: Has, on: Annotated[date | None, Query(description="Only those of that day.")] = None
) -> tuple[UnitOut, ...]:
    """Every unit there ever was, by name."""
    with has.database.read() as session:
        return units.listing(session, on)


@router.post("", summary="Add, rename or merge units", status_code=201, responses=problems(401, 403, 404, 409, 422))
def create_unit(body: UnitIn, user: Supervisor, has: Has) -> UnitOut:
    """With ``replaces`` it takes the place of one (a rename) or several (a merger) from its first day on; so do their
    cameras."""
    try:
        with has.database.transaction() as session:
            made = units.add(session, body, user, has.clock.now())
    except StoreError as error:
        raise refused(error) from error
    has.unitwatch.run_once()
    return made


@router.patch("/{unit_id}", summary="End a unit", responses=problems(401, 403, 404, 422))
def end_unit(body: UnitEnd, unit_id: Annotated[int, Path(ge=1, le=HIGHEST_KEY)], user: Supervisor, has: Has) -> UnitOut:
    """From that day on it is no more; ``successor`` names the one that it became part of and that takes its cameras."""
    try:
        with has.database.transaction() as session:
            ended = units.end(session, unit_id, body, user, has.clock.now())
    except StoreError as error:
        raise refused(error) from error
    has.unitwatch.run_once()
    return ended
