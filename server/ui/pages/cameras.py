"""Camera: the wall of latest pictures, and one camera with its zones, rules and record."""

from fastapi import APIRouter, Request, Response

from server.role import at_least
from server.store import cameradays, camerafacts, camerasettings, cameraview
from server.store.errors import NotFoundError
from server.tables import HIGHEST_KEY
from server.ui import board
from server.ui.desk import Desk, sit_down
from server.ui.i18n import N_

router = APIRouter(include_in_schema=False)


@router.get("/cameras")
def camera_wall(request: Request) -> Response:
    """Every camera's latest picture, worst first."""
    with sit_down(request) as desk:
        cameras = desk.cameras()
        zone = desk.services.settings.zone
        days = cameradays.uptime(desk.session, [camera.id for camera in cameras], zone, desk.now)
        return desk.page(
            "cameras.html",
            place="camera",
            cameras=cameras,
            edges=cameraview.edges(desk.session),
            days=days,
            strip_words=lambda shown: board.strip_words(shown, desk.texts, desk.form),
        )


@router.get("/cameras/{camera_id}")
def camera(request: Request, camera_id: str) -> Response:
    """One camera."""
    with sit_down(request) as desk:
        number = int(camera_id) if camera_id.isascii() and camera_id.isdigit() else 0
        try:
            return _camera(desk, number if number <= HIGHEST_KEY else 0)
        except NotFoundError:
            return desk.nothing_here(N_("Không có camera này"), N_("Hãy chọn một camera trong trang Camera."))


def _camera(desk: Desk, camera_id: int) -> Response:
    session, role = desk.session, desk.signed.user.role
    settings = camerasettings.read(session, camera_id, desk.now)
    days = cameradays.uptime(session, [camera_id], desk.services.settings.zone, desk.now)[camera_id]
    editable = at_least(role, "supervisor")
    return desk.page(
        "camera.html",
        place="camera",
        script="camera",
        camera=cameraview.one(session, desk.services.evidence, camera_id, desk.now),
        settings=settings,
        facts=camerafacts.read(session, camera_id, desk.now),
        history=camerasettings.history(session, camera_id, limit=10),
        told=board.told(settings, cameradays.last_day(session, camera_id, desk.now), desk.texts),
        days=days,
        strip_words=lambda shown: board.strip_words(shown, desk.texts, desk.form),
        board=board.data(settings, desk.texts, editable=editable),
        editable=editable,
        may_ask=at_least(role, "officer"),
    )
