"""Saved filters: searches under a name."""

from typing import Annotated

from fastapi import APIRouter, Path

from server.api.deps import Has, Officer, Viewer, refused
from server.api.responses import problems
from server.schemas import SavedFilterIn, SavedFilterOut
from server.store import filters
from server.store.errors import StoreError
from server.tables import HIGHEST_KEY

router = APIRouter(prefix="/api/v1/filters", tags=["incidents"])


@router.get("", summary="Saved filters: one's own and the shared ones", responses=problems(401))
def read_filters(user: Viewer, has: Has) -> tuple[SavedFilterOut, ...]:
    """By name."""
    with has.database.read() as session:
        return filters.listing(session, user)


@router.post("", summary="Keep a search under a name", status_code=201, responses=problems(401, 403, 409, 422))
def create_filter(body: SavedFilterIn, user: Officer, has: Has) -> SavedFilterOut:
    """The same name again replaces one's own. Only supervisors share (``is_shared``)."""
    try:
        with has.database.transaction() as session:
            return filters.keep(session, user, body, has.clock.now())
    except StoreError as error:
        raise refused(error) from error


@router.delete("/{filter_id}", summary="Delete a filter", status_code=204, responses=problems(401, 403, 404, 422))
def delete_filter(filter_id: Annotated[int, Path(ge=1, le=HIGHEST_KEY)], user: Officer, has: Has) -> None:
    """One's own; supervisors also a shared one."""
    try:
        with has.database.transaction() as session:
            filters.delete(session, user, filter_id, has.clock.now())
    except StoreError as error:
        raise refused(error) from error
