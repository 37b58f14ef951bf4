"""A camera's latest picture: its edge puts it, officers look at it."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from contract.names import SLUG_PATTERN
from server.api.deps import Has, Viewer
from server.api.edgeauth import Edge
from server.api.looking import keep_look
from server.store import cameras
from server.tables import HIGHEST_KEY

router = APIRouter(prefix="/api/v1/cameras", tags=["cameras"])

MAX_PICTURE_BYTES = 2 << 20
_JPEG = b"\xff\xd8\xff"
"""How every JPEG begins (ISO/IEC 10918-1: start of image, then another marker)."""
_BODY = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}


@router.put("/{camera_name}/picture", status_code=204, openapi_extra={"requestBody": _BODY})
async def put_picture(
    camera_name: Annotated[str, Path(pattern=SLUG_PATTERN)], request: Request, edge: Edge, has: Has
) -> None:
    """Replace the latest picture of one of the edge's own cameras: a JPEG of at most 2 MiB."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_PICTURE_BYTES:
            raise HTTPException(413, f"A picture has at most {MAX_PICTURE_BYTES} bytes.")
    if not body.startswith(_JPEG):
        raise HTTPException(415, "A picture is a JPEG.")

    def keep() -> int | None:
        with has.database.read() as session:
            camera = cameras.of_edges(session, [edge.id]).get((edge.id, camera_name))
        if camera is not None:
            has.evidence.keep_picture(camera.id, bytes(body))
        return camera.id if camera is not None else None

    camera_id = await run_in_threadpool(keep)
    if camera_id is None:
        raise HTTPException(404, f"No heartbeat of this edge has named a camera {camera_name!r} yet.")
    has.live.publish("picture", id=camera_id)


@router.get("/{camera_id}/picture", response_class=FileResponse)
def look_at_picture(camera_id: Annotated[int, Path(ge=1, le=HIGHEST_KEY)], user: Viewer, has: Has) -> Response:
    """The camera's latest picture. That it was looked at is kept in the audit."""
    path = has.evidence.picture(camera_id)
    with has.database.read() as session:
        is_there = cameras.is_there(session, camera_id)
    if not is_there or not path.is_file():
        raise HTTPException(404, "Camera này chưa gửi hình. / This camera has sent no picture yet.")
    keep_look(has, user.id, "view_picture", f"camera {camera_id}", "latest picture")
    return FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})
