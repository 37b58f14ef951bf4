"""Camera: the wall of latest pictures."""

from fastapi import APIRouter, Request, Response

from server.store import cameraview
from server.ui.desk import sit_down

router = APIRouter(include_in_schema=False)


@router.get("/cameras")
def camera_wall(request: Request) -> Response:
    """Every camera's latest picture, worst first."""
    with sit_down(request) as desk:
        return desk.page("cameras.html", place="camera", cameras=desk.cameras(), edges=cameraview.edges(desk.session))
