"""A clip as every browser plays it: the master itself where that will do, else a working copy, made on demand."""

import asyncio
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from server.api.deps import Has, Viewer
from server.api.evidence import Sha256, at_hand
from server.api.looking import keep_look
from server.playback import Failed, Ready, Waiting, is_playable
from server.problems import problem

router = APIRouter(prefix="/api/v1/evidence", tags=["evidence"])

MOST_WAIT_S = 30.0
_STEP_S = 0.2
RETRY_S = 2
"""Seconds after which to ask again: most copies take less."""


@router.get("/{sha256}/playable", response_class=FileResponse)
async def play(
    sha256: Sha256,
    user: Viewer,
    has: Has,
    request: Request,
    wait: Annotated[float, Query(ge=0.0, le=MOST_WAIT_S, description="Seconds to wait for a copy.")] = 0.0,
) -> Response:
    """The clip, with byte ranges, in a codec that every browser plays. That it was looked at is kept in the audit.

    `Link: …; rel="original"` names the master where this is a copy. 503 with `Retry-After`: the copy is being made.
    422: it cannot be made; the master can be downloaded.
    """
    held = await run_in_threadpool(at_hand, has, sha256)
    master = has.evidence.path(sha256)
    path: Path = master
    if held.kind == "clip" and not is_playable(held.codec):
        state = await run_in_threadpool(has.working_copies.ask, sha256, master)
        while isinstance(state, Waiting) and wait > 0 and not await request.is_disconnected():
            await asyncio.sleep(_STEP_S)
            wait -= _STEP_S
            state = await run_in_threadpool(has.working_copies.ask, sha256, master)
        if not isinstance(state, Ready):
            return _not_yet(state)
        path = state.path
    action = "view_clip" if held.kind == "clip" else "view_picture"
    await run_in_threadpool(keep_look, has, user.id, action, held.incident_code, sha256)
    headers = {"ETag": f'"{sha256}{"" if path is master else "-copy"}"', "Cache-Control": "private, no-cache"}
    if path is not master:
        headers["Link"] = f'</api/v1/evidence/{sha256}>; rel="original"'
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if not await run_in_threadpool(path.is_file):
        raise HTTPException(503, "The copy was just deleted; ask again.", {"Retry-After": "1"})
    return FileResponse(path, media_type=held.media_type, headers=headers)


def _not_yet(state: Waiting | Failed) -> Response:
    if isinstance(state, Failed):
        return problem(
            422,
            "Không chuyển được đoạn ghi này để xem trên trình duyệt; hãy tải tệp gốc về xem. / "
            "This clip cannot be made playable in a browser; download the original to look at it.",
        )
    busy = (
        "Máy chủ đang chuyển nhiều đoạn ghi khác; thử lại sau ít giây. / "
        "The server is converting many other clips; try again in a moment."
    )
    making = (
        "Đang chuyển đoạn ghi để xem trên trình duyệt; thử lại sau ít giây. / "
        "The clip is being made playable in a browser; try again in a moment."
    )
    return problem(503, busy if state.is_full else making, {"Retry-After": str(RETRY_S)})
