"""Quản trị → Bộ tiêu chí: the YAML of the criteria, what another text would change, and what was saved before."""

from fastapi import APIRouter, Request, Response

from server.store import criteria, criteriatext
from server.ui import words
from server.ui.desk import sit_down
from server.ui.pages.admin import refuse

router = APIRouter(include_in_schema=False)


@router.get("/admin/criteria")
def editor(request: Request) -> Response:
    """The editor and the history of versions."""
    with sit_down(request) as desk:
        if (no := refuse(desk, "admin")) is not None:
            return no
        has = desk.services
        return desk.page(
            "criteriaeditor.html",
            place="admin",
            script="criteriaeditor",
            part="criteria",
            text=criteriatext.read(desk.session, has.yardsticks.file_text),
            faults=has.yardsticks.faults,
            versions=criteriatext.history(desk.session),
            period=criteria.period_out(has.calendar.month_of(desk.now)),
            results=list(words.RESULTS),
        )
