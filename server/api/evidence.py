"""Evidence by hash: edges put it, in one piece or resumed where it broke off; officers look at it, and that is kept."""

import re
from collections.abc import AsyncIterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from starlette.requests import ClientDisconnect

from server.api.deps import Has, Viewer
from server.api.edgeauth import Edge
from server.api.looking import keep_look
from server.evidence import sync
from server.problems import problem
from server.services import Services
from server.store import evidence

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/api/v1/evidence", tags=["evidence"])

Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes, in lower case.")]
OFFSET_HEADER = "Upload-Offset"
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_BUFFER = 1 << 20
_BODY = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


def _expected(sha256: Sha256, edge: Edge, has: Has) -> evidence.Expected:
    with has.database.read() as session:
        found = evidence.expected(session, edge.id, sha256)
    if found is None:
        raise HTTPException(404, "No event of this edge that is committed here names this hash; send the event first.")
    return found


Named = Annotated[evidence.Expected, Depends(_expected)]


@router.head("/{sha256}", response_class=Response)
def offset(sha256: Sha256, expected: Named, has: Has) -> Response:
    """How much of it is here: 200 when all, else 404 with `Upload-Offset`: send on from there."""
    if expected.is_deleted:  # it was here: the edge need not keep it
        return Response(status_code=200, headers={OFFSET_HEADER: str(expected.bytes)})
    if has.evidence.has(sha256):
        _settle(has, sha256, expected)
        return Response(status_code=200, headers={OFFSET_HEADER: str(expected.bytes)})
    return Response(status_code=404, headers={OFFSET_HEADER: str(has.evidence.offset(sha256))})


@router.put("/{sha256}", status_code=201, response_class=Response, openapi_extra={"requestBody": _BODY})
async def upload(sha256: Sha256, expected: Named, request: Request, has: Has) -> Response:
    """Send it, whole or (`Content-Range: bytes a-b/total`) from `Upload-Offset` on.

    201: here, and the hash agrees. 200: it was here before. 202: so far so good, send on from `Upload-Offset`.
    416: the range does not begin at `Upload-Offset`. 409: the hash does not agree; what was sent is thrown away.
    413: more than the event said. 503: another upload of it is running.
    """
    if expected.is_deleted:
        return _answer(has, 200, expected.bytes)
    if has.evidence.has(sha256):
        await run_in_threadpool(_settle, has, sha256, expected)
        return _answer(has, 200, expected.bytes)
    begin, end, total = _range(request, expected)
    with has.evidence.claim(sha256) as is_mine:
        if not is_mine:
            raise HTTPException(503, "Another upload of this hash is running.", {"Retry-After": "2"})
        here = has.evidence.offset(sha256)
        if begin is None:
            here = 0
        elif begin != here:
            has.metrics.uploads.labels("misplaced").inc()
            return problem(416, f"The next byte expected is {here}.", {OFFSET_HEADER: str(here)})
        here = await _append(has, sha256, here, end, request.stream())
        if here < total:
            return _answer(has, 202, here)
        if not await run_in_threadpool(has.evidence.finish, sha256):
            log.warning("evidence_hash_differs", sha256=sha256, bytes=here)
            has.metrics.uploads.labels("wrong_hash").inc()
            return problem(409, "The bytes do not have this hash; they were thrown away. Send them again from 0.")
    await run_in_threadpool(_settle, has, sha256, expected)
    return _answer(has, 201, here)


@router.get("/{sha256}", response_class=FileResponse)
def look(sha256: Sha256, user: Viewer, has: Has, request: Request) -> Response:
    """The picture or clip, byte for byte as the edge sent it, with byte ranges. The audit keeps who looked at it."""
    held = at_hand(has, sha256)
    action = "view_clip" if held.kind == "clip" else "view_picture"
    keep_look(has, user.id, action, held.incident_code, sha256)
    # the name is the content's hash: what a browser has is right for ever, but it must ask before it shows it
    headers = {"ETag": f'"{sha256}"', "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return FileResponse(has.evidence.path(sha256), media_type=held.media_type, headers=headers)


def at_hand(has: Services, sha256: str) -> evidence.Held:
    """Evidence that lies here whole. Raises HTTPException (404; 410 with when and why, when it was deleted)."""
    with has.database.read() as session:
        held = evidence.held(session, sha256)
        gone = evidence.gone(session, sha256) if held is None else None
    if gone is not None:
        at = gone.deleted_at.astimezone(has.settings.zone)
        vi, _, en = gone.why.partition(" / ")
        raise HTTPException(410, f"Đã xoá ngày {at:%d/%m/%Y}. {vi} / Deleted on {at:%d/%m/%Y}. {en}")
    if held is None or not has.evidence.has(sha256):
        raise HTTPException(404, "Chưa có tệp này. / This file is not here (yet).")
    return held


def _range(request: Request, expected: evidence.Expected) -> tuple[int | None, int, int]:
    """First byte (None: the whole body, from 0), the byte after the last, and the total; checked against the event."""
    given = request.headers.get("content-range")
    if given is None:
        length = request.headers.get("content-length", "")
        total = int(length) if length.isdigit() else expected.bytes
        begin, end = None, total
    else:
        match = _RANGE.fullmatch(given.strip())
        if match is None:
            raise HTTPException(400, "Content-Range must read: bytes first-last/total.")
        begin, last, total = (int(part) for part in match.groups())
        end = last + 1
        if not begin < end <= total:
            raise HTTPException(400, "Content-Range must name at least one byte, and none after the total.")
    if total > expected.bytes:
        raise HTTPException(413, f"The event said {expected.bytes} bytes.")
    return begin, end, total


async def _append(has: Services, sha256: str, here: int, end: int, body: AsyncIterator[bytes]) -> int:
    """Write the body from byte ``here`` on, never past ``end``; returns the offset reached, which is on the disk.

    A sender that goes away leaves what it sent, and may resume.
    """
    file = await run_in_threadpool(has.evidence.open_partial, sha256, here)
    try:
        buffer = bytearray()
        try:
            async for chunk in body:
                if here + len(buffer) + len(chunk) > end:
                    raise HTTPException(413, "The body is longer than was announced.")
                buffer += chunk
                if len(buffer) >= _BUFFER:
                    here += await run_in_threadpool(file.write, bytes(buffer))
                    buffer.clear()
        except ClientDisconnect:
            log.info("upload_broke_off", sha256=sha256, received=here + len(buffer))
            raise
        finally:
            here += await run_in_threadpool(file.write, bytes(buffer))
            await run_in_threadpool(sync, file)
    finally:
        file.close()
    return here


def _settle(has: Services, sha256: str, expected: evidence.Expected) -> None:
    """Say in the database that the bytes are here, once; tell the pages that show them."""
    if expected.is_stored:
        return
    with has.database.transaction() as session:
        shown = [(row.id, row.code, row.state, row.version) for row in evidence.store(session, sha256, has.clock.now())]
    for incident_id, code, state, version in shown:
        has.live.publish("incident", id=incident_id, code=code, state=state, version=version)


def _answer(has: Services, status: int, offset: int) -> Response:
    has.metrics.uploads.labels({200: "repeated", 201: "stored", 202: "partial"}[status]).inc()
    return Response(status_code=status, headers={OFFSET_HEADER: str(offset)})
