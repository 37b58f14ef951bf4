"""The ward's plan: its picture, and where cameras and units lie on it."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from server.api.deps import Admin, Has, Supervisor, Viewer, refused
from server.api.responses import problems
from server.schemas import PlanOut, SpotIn, SpotOut
from server.store import plan
from server.store.errors import StoreError

router = APIRouter(prefix="/api/v1/plan", tags=["plan"])

MAX_BYTES: Final = 8 << 20
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/png", "image/jpeg")},
    }
}


@router.get("", summary="The plan", responses=problems(401))
def read_plan(_user: Viewer, has: Has) -> PlanOut:
    """Its picture's address and size, and what lies where."""
    with has.database.read() as session:
        return plan.read(session)


@router.get("/picture", summary="The plan's picture", response_class=Response, responses=problems(401, 404))
def read_picture(_user: Viewer, has: Has) -> Response:
    """As it was uploaded. A browser that opens it as a page may do nothing with it but show it."""
    try:
        with has.database.read() as session:
            body, media_type = plan.picture(session)
    except StoreError as error:
        raise refused(error) from error
    headers = {"Cache-Control": "private, max-age=3600", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(body, media_type=media_type, headers=headers)


@router.put("", summary="Upload the plan's picture", openapi_extra=_BODY, responses=problems(401, 403, 408, 413, 422))
async def replace_plan(request: Request, user: Admin, has: Has) -> PlanOut:
    """A PNG or JPEG of at most 8 MiB and 8192 pixels a side; what lies where stays."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise HTTPException(
                413,
                f"Sơ đồ quá {MAX_BYTES >> 20} MiB; hãy thu nhỏ ảnh. / "
                f"The plan has more than {MAX_BYTES >> 20} MiB; make the picture smaller.",
                {"Connection": "close"},
            )

    def keep() -> PlanOut:
        with has.database.transaction() as session:
            return plan.replace(session, bytes(body), user.id, has.clock.now())

    try:
        return await run_in_threadpool(keep)
    except StoreError as error:
        raise refused(error) from error


@router.put("/spots", summary="Put a camera or unit on the plan", responses=problems(401, 403, 404, 422))
def place_spot(body: SpotIn, user: Supervisor, has: Has) -> SpotOut:
    """Or somewhere else on it."""
    try:
        with has.database.transaction() as session:
            return plan.place(session, body, user.id, has.clock.now())
    except StoreError as error:
        raise refused(error) from error


@router.delete("/spots", summary="Take it off the plan", status_code=204, responses=problems(401, 403, 404, 422))
def remove_spot(
    user: Supervisor,
    has: Has,
    kind: Annotated[Literal["camera", "unit"], Query()],
    name: Annotated[str, Query(min_length=1, max_length=200)],
) -> None:
    """It can be put back."""
    try:
        with has.database.transaction() as session:
            plan.remove(session, kind, name, user.id, has.clock.now())
    except StoreError as error:
        raise refused(error) from error
