"""Quản trị, khóm ấp: the ward's units under their names of the time, and the days on which its area changed."""

from fastapi import APIRouter, Request, Response

from server.store import mergers, units
from server.ui.desk import sit_down
from server.ui.pages.admin import refuse

router = APIRouter(include_in_schema=False)


@router.get("/admin/units")
def unit_list(request: Request) -> Response:
    """Units that there are, units that there were, and mergers of the ward."""
    with sit_down(request) as desk:
        if (no := refuse(desk, "supervisor")) is not None:
            return no
        every = units.listing(desk.session)
        return desk.page(
            "admin_units.html",
            place="admin",
            script="admin",
            part="units",
            units=[unit for unit in every if unit.valid_to is None],
            former=[unit for unit in every if unit.valid_to is not None],
            names={unit.id: unit.name for unit in every},
            mergers=mergers.listing(desk.session),
            today=desk.now.astimezone(desk.services.settings.zone).date().isoformat(),
        )
