"""The pages an officer works in, a file a place. Each reads from the store what it shows; whatever writes goes through
/api/v1."""

from fastapi import APIRouter

from server.ui.pages import (
    admin,
    cameras,
    criteria,
    criteriaeditor,
    door,
    entry,
    incidentlist,
    incidents,
    logbook,
    notices,
    reports,
    review,
    units,
)

router = APIRouter(include_in_schema=False)
for _place in (
    door,
    review,
    entry,
    incidentlist,
    incidents,
    criteria,
    cameras,
    reports,
    notices,
    admin,
    criteriaeditor,
    logbook,
    units,
):
    router.include_router(_place.router)
