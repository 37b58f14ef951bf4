"""What a camera looks for, what is recorded of it, and asking it for a picture."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import JSONResponse

from server.api.deps import Has, Officer, Supervisor, Viewer, refused
from server.api.responses import conflicting, problems
from server.schemas import (
    CameraFactsIn,
    CameraFactsOut,
    CameraServiceIn,
    CameraSettingsIn,
    CameraSettingsOut,
    CameraVersionOut,
    DayUp,
    RuleDay,
)
from server.store import audit, cameradays, camerafacts, camerasettings
from server.store.errors import StaleError, StoreError
from server.tables import HIGHEST_KEY

router = APIRouter(prefix="/api/v1/cameras/{camera_id}", tags=["cameras"])

CameraId = Annotated[int, Path(ge=1, le=HIGHEST_KEY)]


@router.get("/settings", summary="Zones, lines, masks and rules", responses=problems(401, 404))
def read_settings(camera_id: CameraId, _user: Viewer, has: Has) -> CameraSettingsOut:
    """What was set last, or what the edge has by itself; and whether the edge has it in force, or why not."""
    try:
        with has.database.read() as session:
            return camerasettings.read(session, camera_id, has.clock.now())
    except StoreError as error:
        raise refused(error) from error


@router.get("/settings/versions", summary="Their history", responses=problems(401, 404))
def read_versions(camera_id: CameraId, _user: Viewer, has: Has) -> tuple[CameraVersionOut, ...]:
    """Newest first: who changed them, when and why."""
    try:
        with has.database.read() as session:
            return camerasettings.history(session, camera_id)
    except StoreError as error:
        raise refused(error) from error


@router.put(
    "/settings",
    summary="Change them",
    response_model=CameraSettingsOut,
    responses=problems(401, 403, 404, 409, 422),
)
def put_settings(
    camera_id: CameraId, body: CameraSettingsIn, user: Supervisor, has: Has
) -> CameraSettingsOut | JSONResponse:
    """Keeps a new version and sends it to the edge, which answers with its next heartbeat (``standing``).

    409 when somebody has changed them since ``version``: the problem's ``current`` is how they are now.
    """
    now = has.clock.now()
    try:
        with has.database.transaction() as session:
            made = camerasettings.put(session, camera_id, body, user, now)
            edge_id = camerasettings.find(session, camera_id)[1].id
    except StaleError as error:
        return conflicting(error)
    except StoreError as error:
        raise refused(error) from error
    has.dispatch.configure([edge_id])
    has.live.publish("camera", id=camera_id, state=made.standing)
    return made


@router.get("/facts", summary="Name, unit, purpose and notice sign", responses=problems(401, 404))
def read_facts(camera_id: CameraId, _user: Viewer, has: Has) -> CameraFactsOut:
    """What officers recorded of it."""
    try:
        with has.database.read() as session:
            return camerafacts.read(session, camera_id, has.clock.now())
    except StoreError as error:
        raise refused(error) from error


@router.put(
    "/facts",
    summary="Record name, unit, purpose and notice sign",
    response_model=CameraFactsOut,
    responses=problems(401, 403, 404, 409, 422),
)
def put_facts(camera_id: CameraId, body: CameraFactsIn, user: Supervisor, has: Has) -> CameraFactsOut | JSONResponse:
    """The whole record; 409 with ``current`` when somebody has changed it since ``version``."""
    try:
        with has.database.transaction() as session:
            made = camerafacts.put(session, camera_id, body, user, has.clock.now())
    except StaleError as error:
        return conflicting(error)
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("camera", id=camera_id, state="facts")
    return made


@router.put("/service", summary="Put out of service, or back", responses=problems(401, 403, 404, 422))
def put_service(camera_id: CameraId, body: CameraServiceIn, user: Supervisor, has: Has) -> CameraFactsOut:
    """Out of service it is on no wall and no criterion rests on it; its incidents stay."""
    try:
        with has.database.transaction() as session:
            made = camerafacts.serve(session, camera_id, body, user, has.clock.now())
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("camera", id=camera_id, state="service")
    has.live.publish("criteria")
    return made


@router.post("/picture", summary="Take a picture now", status_code=202, responses=problems(401, 403, 404, 503))
def take_picture(camera_id: CameraId, user: Officer, has: Has) -> None:
    """Asks its edge; the picture comes within seconds, and ``picture`` on the live stream says so."""
    now = has.clock.now()
    try:
        with has.database.transaction() as session:
            camera, edge = camerasettings.find(session, camera_id)
            audit.record(session, now, user_id=user.id, action="take_picture", subject=f"camera {camera_id}")
    except StoreError as error:
        raise refused(error) from error
    if not has.dispatch.take_picture(edge, camera.name):
        raise HTTPException(
            503,
            "Máy chủ này chưa nối với máy biên nào. / This server process is not connected to any edge.",
        )


@router.get("/uptime", summary="Its last days", responses=problems(401, 422))
def read_uptime(
    camera_id: CameraId, _user: Viewer, has: Has, days: Annotated[int, Query(ge=1, le=366)] = cameradays.DAYS
) -> tuple[DayUp, ...]:
    """The share of each day with pictures, oldest first; empty for a camera that there is none of."""
    with has.database.read() as session:
        found = cameradays.uptime(session, [camera_id], has.settings.zone, has.clock.now(), days)
    return found.get(camera_id, ())


@router.get("/day", summary="What its rules told in the last 24 hours", responses=problems(401))
def read_day(camera_id: CameraId, _user: Viewer, has: Has) -> tuple[RuleDay, ...]:
    """How often each rule told something, with its latest pictures."""
    with has.database.read() as session:
        return cameradays.last_day(session, camera_id, has.clock.now())
