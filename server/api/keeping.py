"""What is kept and what was deleted: holds, the record of deletions, the site's retention and what it would do now."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from server.api.deps import Admin, Has, Supervisor, Viewer, refused
from server.api.responses import problems
from server.retention import Rule
from server.schemas import DeletionPage, HoldIn, HoldOut, IncidentDetail, RetentionOut, RetentionRule
from server.services import Services
from server.store import deletions, holds, incidents
from server.store.errors import StoreError
from server.tables import HIGHEST_KEY

router = APIRouter(prefix="/api/v1", tags=["keeping"])


@router.get("/incidents/{code}/hold", summary="The hold on an incident", responses=problems(401, 404))
def read_hold(code: str, _user: Viewer, has: Has) -> HoldOut:
    """404 when there is none."""
    try:
        with has.database.read() as session:
            found = holds.of(session, code)
    except StoreError as error:
        raise refused(error) from error
    if found is None:
        raise HTTPException(404, f"Vụ {code} không bị giữ hồ sơ. / There is no hold on {code}.")
    return found


@router.put("/incidents/{code}/hold", summary="Hold an incident", responses=problems(401, 403, 404, 422))
def put_hold(code: str, body: HoldIn, user: Supervisor, has: Has) -> HoldOut:
    """Nothing of it is deleted until the hold is lifted, whatever its state and however full the disk."""
    try:
        with has.database.transaction() as session:
            held = holds.put(session, code, reason=body.reason, by=user, now=has.clock.now())
            about = incidents.detail(session, has.definitions, code, user, has.clock.now())
    except StoreError as error:
        raise refused(error) from error
    _tell(has, about)
    return held


@router.delete("/incidents/{code}/hold", summary="Lift a hold", status_code=204, responses=problems(401, 403, 404))
def delete_hold(code: str, user: Supervisor, has: Has) -> None:
    """From now on the site's retention holds for it again."""
    try:
        with has.database.transaction() as session:
            holds.lift(session, code, by=user, now=has.clock.now())
            about = incidents.detail(session, has.definitions, code, user, has.clock.now())
    except StoreError as error:
        raise refused(error) from error
    _tell(has, about)


@router.get("/deletions", summary="What was deleted", responses=problems(401, 403, 422))
def read_deletions(
    _user: Admin,
    has: Has,
    cursor: Annotated[int | None, Query(ge=1, le=HIGHEST_KEY, description="next_cursor of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeletionPage:
    """Newest first: what, of which incident, when and why."""
    with has.database.read() as session:
        return deletions.listing(session, cursor, limit)


@router.get("/retention", summary="Retention, and what it would delete now", responses=problems(401, 403))
def read_retention(_user: Admin, has: Has) -> RetentionOut:
    """The site's rules (configs/site.yaml), each with the files that would go by it now."""
    return retention_of(has)


def _tell(has: Services, about: IncidentDetail) -> None:
    """Open pages of the incident show who holds it."""
    has.live.publish("incident", id=about.id, code=about.code, state=about.state, version=about.version)


def retention_of(has: Services) -> RetentionOut:
    """The rules with what a sweep would delete now. Reads every evidence row."""
    swept = has.sweeper.preview()
    settings = has.settings.retention
    days = {
        Rule.UNREVIEWED: settings.unreviewed_days,
        Rule.DISMISSED: settings.dismissed_days,
        Rule.CLOSED: settings.closed_days,
        Rule.DISK: settings.early_after_days,
    }
    files, size = swept.total
    return RetentionOut(
        rules=tuple(
            RetentionRule(rule=rule, days=each, files=swept.files.get(rule, 0), bytes=swept.bytes.get(rule, 0))
            for rule, each in days.items()
        ),
        files=files,
        bytes=size,
        disk_free_bytes=has.sweeper.free_bytes(),
        keep_free_bytes=int(settings.keep_free_gb * 1e9),
        every_minutes=settings.every_minutes,
    )
