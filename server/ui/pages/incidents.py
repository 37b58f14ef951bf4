"""Vụ việc: one incident, whole."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from server.role import at_least
from server.store import auditview, candidates, holds, incidents, snoozes, units, users
from server.store.errors import NotFoundError
from server.ui import story
from server.ui.desk import Desk, sit_down
from server.ui.i18n import N_
from server.verdict import Category

router = APIRouter(include_in_schema=False)


@router.get("/incidents/{code}")
def incident(request: Request, code: str) -> Response:
    """One incident, its whole story."""
    with sit_down(request) as desk:
        try:
            found = incidents.detail(desk.session, desk.services.definitions, code, desk.signed.user, desk.now)
        except NotFoundError:
            return no_such_incident(desk)
        deeds = auditview.of(desk.session, code, tuple(story.DEEDS))
        return desk.page(
            "incident.html",
            place="incidents",
            script="incident",
            incident=found,
            timeline=story.timeline(found, deeds, desk.texts, desk.form),
            snooze_ends=[(days, (desk.now + timedelta(days=days)).isoformat()) for days in range(1, 8)],
            officers=users.officers(desk.session),
            categories=list(Category),
            hold=holds.of(desk.session, code),
            may_hold=at_least(desk.signed.user.role, "supervisor"),
            near=candidates.listing(desk.session, desk.services.definitions, code, desk.now),
            silent=snoozes.of(desk.session, found.camera_id, found.rule_name, desk.now),
            units=units.listing(desk.session, found.occurred_at.astimezone(desk.services.settings.zone).date()),
        )


def no_such_incident(desk: Desk) -> Response:
    """There is none of that code."""
    return desk.nothing_here(N_("Không có vụ việc này"), N_("Kiểm tra lại mã, hoặc tìm trong trang Vụ việc."))
