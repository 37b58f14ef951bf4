"""The pages an officer works in, a file a place. Each reads from the store what it shows; whatever writes goes through
/api/v1."""

from fastapi import APIRouter

from server.ui.pages import admin, cameras, criteria, door, incidents, logbook, review

router = APIRouter(include_in_schema=False)
for _place in (door, review, incidents, criteria, cameras, admin, logbook):
    router.include_router(_place.router)
