"""Frozen periods and their adjustments; days on which the ward's area changed."""

from datetime import date

from fastapi import APIRouter

from server.api.criteria import period_of
from server.api.deps import Has, Supervisor, Viewer, refused
from server.api.responses import problems
from server.schemas import AdjustIn, CriterionDetail, MergerIn, MergerOut, Scoreboard
from server.store import criteria, mergers
from server.store.errors import StoreError

router = APIRouter(prefix="/api/v1", tags=["criteria"])


@router.post(
    "/periods/{key}/freeze", status_code=201, summary="Freeze a period", responses=problems(401, 403, 409, 422)
)
def freeze(key: str, user: Supervisor, has: Has) -> Scoreboard:
    """Keep every criterion's result with the incidents that were counted. From now on only adjustments change it."""
    chosen = period_of(has, key)
    try:
        with has.database.transaction() as session:
            found = criteria.freeze(session, has.definitions, chosen, by=user.id, now=has.clock.now())
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("criteria")
    return found


@router.post(
    "/periods/{key}/adjustments/{code}",
    status_code=201,
    summary="Adjust a frozen criterion",
    responses=problems(401, 403, 404, 409, 422),
)
def adjust(key: str, code: str, given: AdjustIn, user: Supervisor, has: Has) -> CriterionDetail:
    """Append how it stands now as a revision, with what changed and why (điều chỉnh)."""
    chosen = period_of(has, key)
    try:
        with has.database.transaction() as session:
            now = has.clock.now()
            found = criteria.adjust(session, has.definitions, code, chosen, given.why, by=user.id, now=now)
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("criteria")
    return found


@router.get("/mergers", summary="Mergers of the ward", responses=problems(401))
def read_mergers(_user: Viewer, has: Has) -> tuple[MergerOut, ...]:
    """Days on which the ward's area changed: comparisons across them are marked."""
    with has.database.read() as session:
        return mergers.listing(session)


@router.post("/mergers", status_code=201, summary="Mark a merger", responses=problems(401, 403, 409, 422))
def mark_merger(given: MergerIn, user: Supervisor, has: Has) -> MergerOut:
    """Mark the first day of the new area."""
    try:
        with has.database.transaction() as session:
            found = mergers.add(session, given, by=user, now=has.clock.now())
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("criteria")
    return found


@router.delete(
    "/mergers/{day}", status_code=204, summary="Take a merger's mark away", responses=problems(401, 403, 404, 422)
)
def unmark_merger(day: date, user: Supervisor, has: Has) -> None:
    """For one that was marked by mistake; that it was there stays in the audit."""
    try:
        with has.database.transaction() as session:
            mergers.remove(session, day, by=user, now=has.clock.now())
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("criteria")
