"""Vụ việc: one incident, whole."""

from fastapi import APIRouter, Request, Response

from server.store import incidents
from server.store.errors import NotFoundError
from server.ui import view
from server.ui.desk import Desk, sit_down
from server.ui.i18n import N_

router = APIRouter(include_in_schema=False)


@router.get("/incidents/{code}")
def incident(request: Request, code: str) -> Response:
    """One incident, its whole story."""
    with sit_down(request) as desk:
        try:
            found = incidents.detail(desk.session, desk.services.definitions, code, desk.signed.user, desk.now)
        except NotFoundError:
            return no_such_incident(desk)
        return desk.page(
            "incident.html",
            place="incidents",
            script="incident",
            incident=found,
            timeline=view.timeline(found, desk.texts, desk.form),
        )


def no_such_incident(desk: Desk) -> Response:
    """There is none of that code."""
    return desk.nothing_here(N_("Không có vụ việc này"), N_("Kiểm tra lại mã, hoặc tìm trong trang Vụ việc."))
