"""Cameras: which give pictures, and since when not."""

from fastapi import APIRouter

from server.api.deps import Has, Viewer
from server.api.responses import problems
from server.schemas import CameraOut
from server.store import cameraview

router = APIRouter(prefix="/api/v1", tags=["cameras"])


@router.get("/cameras", summary="Cameras in service, worst first", responses=problems(401))
def read_cameras(_user: Viewer, has: Has) -> tuple[CameraOut, ...]:
    """``silent``: its edge has not been heard for three heartbeats, so nobody knows."""
    with has.database.read() as session:
        return cameraview.listing(session, has.evidence, has.clock.now())
