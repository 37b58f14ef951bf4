"""The scoreboard: the criteria of a reporting period, and what each count consists of."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from server.api.deps import Has, Viewer, refused
from server.api.responses import problems
from server.criteria.period import Period, PeriodError
from server.schemas import CriterionDetail, IncidentPage, PeriodOut, Scoreboard, WhatIf
from server.services import Services
from server.store import criteria
from server.store.drilling import Part
from server.store.errors import StoreError
from server.store.listing import MOST

router = APIRouter(prefix="/api/v1", tags=["criteria"])

Key = Annotated[
    str | None,
    Query(
        max_length=24,
        examples=["2026-M03", "2026-Q1", "2026-H1", "2026-9M", "2026-Y", "2026-03-02"],
        description="A period's key; left out: the month that is now.",
    ),
]


@router.get("/periods", summary="Reporting periods that have begun", responses=problems(401))
def read_periods(_user: Viewer, has: Has, years: Annotated[int, Query(ge=1, le=10)] = 2) -> tuple[PeriodOut, ...]:
    """This reporting year's and the years' before: year, nine and six months, quarters, months."""
    return tuple(criteria.period_out(period) for period in has.calendar.recent(has.clock.now(), years))


@router.get("/criteria", summary="The scoreboard", responses=problems(401, 422))
def read_scoreboard(_user: Viewer, has: Has, period: Key = None) -> Scoreboard:
    """Every criterion's state, value and why. Only confirmed incidents decide; machine-logged ones stand beside."""
    chosen = period_of(has, period)
    with has.database.read() as session:
        return criteria.scoreboard(session, has.definitions, chosen, has.clock.now())


@router.get("/criteria/{code}", summary="One criterion and its incidents", responses=problems(401, 404, 422))
def read_criterion(code: str, _user: Viewer, has: Has, period: Key = None) -> CriterionDetail:
    """The criterion with the newest of exactly the incidents that were counted, and of those that wait for a verdict.

    Each list's ``next_cursor`` leads on at ``/criteria/{code}/incidents``.
    """
    chosen = period_of(has, period)
    try:
        with has.database.read() as session:
            return criteria.drill(session, has.definitions, code, chosen, has.clock.now())
    except StoreError as error:
        raise refused(error) from error


@router.get("/criteria/{code}/incidents", summary="A criterion's incidents", responses=problems(401, 404, 422))
def read_criterion_incidents(
    code: str,
    _user: Viewer,
    has: Has,
    period: Key = None,
    part: Annotated[Part, Query(description="Those counted, those that only other checks counted, or waiting.")] = (
        Part.COUNTED
    ),
    check: Annotated[
        str | None, Query(max_length=64, description="A check's key: those that it counted; left out: the first check.")
    ] = None,
    cursor: Annotated[str | None, Query(max_length=200, description="next_cursor of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = criteria.PAGE,
) -> IncidentPage:
    """One page, newest first; ask again with ``cursor`` until ``next_cursor`` is null."""
    chosen, now = period_of(has, period), has.clock.now()
    try:
        with has.database.read() as session:
            return criteria.page(
                session, has.definitions, code, chosen, now, part, check=check, cursor=cursor, limit=limit
            )
    except StoreError as error:
        raise refused(error) from error


@router.get("/criteria/{code}/what-if", summary="What if they were confirmed?", responses=problems(401, 404, 422))
def read_what_if(
    code: str,
    _user: Viewer,
    has: Has,
    period: Key = None,
    codes: Annotated[
        list[str] | None, Query(max_length=500, description="Waiting incidents; left out: all that wait.")
    ] = None,
) -> WhatIf:
    """How the criterion would stand, were these waiting incidents confirmed. Nothing is changed."""
    chosen = period_of(has, period)
    try:
        with has.database.read() as session:
            return criteria.what_if(session, has.definitions, code, chosen, has.clock.now(), codes)
    except StoreError as error:
        raise refused(error) from error


def period_of(has: Services, key: str | None) -> Period:
    """The period of a key, or the month that is now. Raises HTTPException 422."""
    if key is None:
        return has.calendar.month_of(has.clock.now())
    try:
        return has.calendar.period(key)
    except PeriodError as error:
        raise HTTPException(422, str(error)) from error
