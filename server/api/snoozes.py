"""Rules that are silent on a camera for a while."""

from typing import Annotated

from fastapi import APIRouter, Path

from server.api.deps import Has, Officer, Viewer, refused
from server.api.responses import problems
from server.schemas import SnoozeIn, SnoozeOut
from server.store import snoozes
from server.store.errors import StoreError
from server.tables import HIGHEST_KEY

router = APIRouter(prefix="/api/v1/snoozes", tags=["incidents"])


@router.get("", summary="What is snoozed now", responses=problems(401))
def read_snoozes(_user: Viewer, has: Has) -> tuple[SnoozeOut, ...]:
    """What ends first comes first."""
    with has.database.read() as session:
        return snoozes.listing(session, has.clock.now())


@router.post("", summary="Snooze a rule on a camera", status_code=201, responses=problems(401, 403, 404, 422))
def create_snooze(body: SnoozeIn, user: Officer, has: Has) -> SnoozeOut:
    """What the rule raises meanwhile is logged and counted, and comes to the review queue when the snooze ends."""
    try:
        with has.database.transaction() as session:
            made = snoozes.add(session, body, user, has.clock.now())
    except StoreError as error:
        raise refused(error) from error
    return made


@router.delete("/{snooze_id}", summary="End a snooze", status_code=204, responses=problems(401, 403, 404))
def delete_snooze(snooze_id: Annotated[int, Path(ge=1, le=HIGHEST_KEY)], user: Officer, has: Has) -> None:
    """What it kept back comes to the review queue at once."""
    try:
        with has.database.transaction() as session:
            snoozes.end(session, snooze_id, user, has.clock.now())
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("incident")
