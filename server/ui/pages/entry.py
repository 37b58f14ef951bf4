"""Nhập vụ việc: what a citizen told or the register says, entered by hand."""

from fastapi import APIRouter, Request, Response

from server.role import at_least
from server.store import units
from server.ui import words
from server.ui.desk import sit_down
from server.verdict import Category, Source

router = APIRouter(include_in_schema=False)


@router.get("/incidents/new")
def entry(request: Request) -> Response:
    """The empty form."""
    with sit_down(request) as desk:
        local = desk.now.astimezone(desk.services.settings.zone)
        return desk.page(
            "entry.html",
            place="incidents",
            script="entry",
            may_write=at_least(desk.signed.user.role, "officer"),
            sources=[source for source in Source if source is not Source.CAMERA],
            categories=list(Category),
            rule_kinds=[kind for kind in words.RULE_KINDS if kind != "reported"],
            units=units.listing(desk.session, local.date()),
            now_local=f"{local:%Y-%m-%dT%H:%M}",
        )
