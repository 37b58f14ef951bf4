"""What officers enter for criteria: figures with a note and a paper, approved by somebody else."""

import hashlib
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from server.api.criteria import Key, period_of
from server.api.deps import Has, Officer, Supervisor, Viewer, refused
from server.api.responses import problems
from server.evidence import sync
from server.schemas import CriterionEntryDecision, CriterionEntryIn, CriterionEntryOut, CriterionFileOut, UserOut
from server.services import Services
from server.store import criterionentries
from server.store.errors import StoreError
from server.tables import HIGHEST_KEY

router = APIRouter(prefix="/api/v1", tags=["criteria"])

MAX_FILE_BYTES: Final = 16 << 20
"""A scanned paper of some dozen pages."""
MEDIA_TYPES: Final = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
"""First bytes of what may be kept: papers as they are scanned."""
_BODY = {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()}}
Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@router.get("/criteria/{code}/entries", summary="What was entered", responses=problems(401, 422))
def read_entries(code: str, _user: Viewer, has: Has, period: Key = None) -> tuple[CriterionEntryOut, ...]:
    """Every entry for one criterion in a period, newest first, refused ones among them."""
    chosen = period_of(has, period)
    with has.database.read() as session:
        return criterionentries.listing(session, code, chosen.key)


@router.post(
    "/criteria/{code}/entries", status_code=201, summary="Enter figures", responses=problems(401, 403, 404, 422)
)
def enter(code: str, given: CriterionEntryIn, user: Officer, has: Has) -> CriterionEntryOut:
    """Figures for a period, whichever (an earlier one's is next year's cùng kỳ). They decide once they are approved."""
    period_of(has, given.period)
    try:
        with has.database.transaction() as session:
            found = criterionentries.add(session, has.definitions, code, given, by=user, now=has.clock.now())
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("criteria")
    return found


@router.post(
    "/criteria/entries/{entry_id}/decision",
    summary="Approve or refuse an entry",
    responses=problems(401, 403, 404, 409, 422),
)
def decide_entry(
    entry_id: Annotated[int, Path(ge=1, le=HIGHEST_KEY)], given: CriterionEntryDecision, user: Supervisor, has: Has
) -> CriterionEntryOut:
    """A supervisor's word on what somebody else entered."""
    try:
        with has.database.transaction() as session:
            found = criterionentries.decide(session, entry_id, given, by=user, now=has.clock.now())
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("criteria")
    return found


@router.put(
    "/criteria/files",
    status_code=201,
    summary="Upload a paper for an entry",
    responses=problems(401, 403, 413, 415, 422),
    openapi_extra={"requestBody": _BODY},
)
async def put_file(
    request: Request,
    user: Officer,
    has: Has,
    name: Annotated[str, Query(min_length=1, max_length=200, pattern="^[^\\x00-\\x1f/\\\\]+$")],
) -> CriterionFileOut:
    """A PDF, JPEG or PNG of at most 16 MiB; kept by its hash, which the entry then names."""
    gathered = bytearray()
    async for chunk in request.stream():
        gathered += chunk
        if len(gathered) > MAX_FILE_BYTES:
            raise HTTPException(413, "Tệp lớn nhất 16 MiB. / A file has at most 16 MiB.")
    body = bytes(gathered)
    media_type = next((kind for first, kind in MEDIA_TYPES.items() if body.startswith(first)), None)
    if media_type is None:
        raise HTTPException(415, "Chỉ nhận PDF, JPEG hoặc PNG. / Only a PDF, JPEG or PNG is kept.")
    found = CriterionFileOut(sha256=hashlib.sha256(body).hexdigest(), name=name, media_type=media_type, bytes=len(body))
    await run_in_threadpool(_keep, has, found, body, user)
    return found


@router.get("/criteria/files/{sha256}", response_class=FileResponse, responses=problems(401, 404))
def read_file(sha256: Hash, _user: Viewer, has: Has) -> Response:
    """A paper, to download."""
    with has.database.read() as session:
        found = criterionentries.file(session, sha256)
    if found is None or not has.evidence.has(sha256):
        raise HTTPException(404, "Không có tệp này. / There is no such file.")
    return FileResponse(has.evidence.path(sha256), media_type=found.media_type, filename=found.name)


def _keep(has: Services, found: CriterionFileOut, body: bytes, user: UserOut) -> None:
    if not has.evidence.has(found.sha256):
        with has.evidence.claim(found.sha256) as free:
            if not free:
                raise HTTPException(503, "Tệp này đang được tải lên. / This file is being uploaded.")
            with has.evidence.open_partial(found.sha256, 0) as file:
                file.write(body)
                sync(file)
            has.evidence.finish(found.sha256)
    with has.database.transaction() as session:
        criterionentries.keep_file(session, found, by=user, now=has.clock.now())
