"""The audit: who did what, when. For supervisors; somebody who may see some cameras only may not read it."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Query

from server import sight
from server.api.deps import Has, Supervisor
from server.api.responses import problems
from server.schemas import AuditPage
from server.store import auditlog
from server.tables import HIGHEST_KEY

router = APIRouter(prefix="/api/v1", tags=["audit"])

Day = Annotated[date | None, Query(ge=date(1970, 1, 1), le=date(9000, 1, 1), examples=["2026-03-02"])]


@router.get("/audit", summary="Who did what, when", responses=problems(401, 403, 422))
def read_audit(
    _user: Supervisor,
    has: Has,
    who: Annotated[str | None, Query(max_length=64, description="A user name.")] = None,
    action: Annotated[str | None, Query(max_length=64, examples=["confirm"])] = None,
    subject: Annotated[str | None, Query(max_length=200, description="How it begins, e.g. AN-2026-000412.")] = None,
    from_day: Day = None,
    to_day: Day = None,
    cursor: Annotated[int | None, Query(ge=1, le=HIGHEST_KEY, description="next_cursor of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditPage:
    """Newest first. Days are the site's, both included."""
    if sight.current() is not None:
        raise HTTPException(403, f"{NOT_LIMITED[0]} / {NOT_LIMITED[1]}")
    with has.database.read() as session:
        return auditlog.listing(
            session,
            who=who,
            action=action,
            subject=subject,
            since=begin_of(from_day, has.settings.zone),
            until=begin_of(to_day + timedelta(days=1) if to_day else None, has.settings.zone),
            cursor=cursor,
            limit=limit,
        )


NOT_LIMITED = (
    "Nhật ký nói về mọi camera; tài khoản chỉ được xem một số camera không đọc được.",
    "The audit is about every camera; an account that may see only some can't read it.",
)


def begin_of(day: date | None, zone: ZoneInfo) -> datetime | None:
    """The first instant of a local day."""
    return datetime.combine(day, time(), zone) if day else None
