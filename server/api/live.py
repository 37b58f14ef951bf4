"""Server-sent events: what changes, told to open pages as it happens (WHATWG HTML, 9.2)."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from server import sight
from server.api.deps import Has, Open
from server.api.responses import problems
from server.live import CLOSING, LiveMessage
from server.services import Services
from server.store import incidents, sessions

HEARTBEAT_S: Final = 15.0
"""A comment this often keeps proxies from closing the stream, and shows a dead one."""
_RETRY_MS: Final = 2000
"""How soon a browser tries again after the stream broke."""
_ID: Final = re.compile(r"[0-9]{1,18}")

router = APIRouter(prefix="/api/v1", tags=["live"])


class EventStream(StreamingResponse):
    """A response of server-sent events."""

    media_type = "text/event-stream"


@router.get(
    "/live",
    summary="What changes, as it happens",
    response_class=EventStream,
    responses={
        **problems(401),
        200: {
            "description": "event: incident {code, state, id} | camera {id, state} | criteria {} | reload {}",
            "content": {
                "text/event-stream": {
                    "example": "id: 17\nevent: incident\n"
                    'data: {"code":"AN-2026-000412","state":"new","id":412,"version":1}\n\n'
                }
            },
        },
    },
)
async def read_live(
    signed_in: Open,
    has: Has,
    last_event_id: Annotated[str | None, Header(description="Sent by a browser that reconnects.")] = None,
    after: Annotated[int | None, Query(description="The same, for a page that knows up to where it was made.")] = None,
) -> EventStream:
    """Begins after Last-Event-ID (or ``after``) when that is still known; else with ``reload``: read all anew."""
    last_id = int(last_event_id) if last_event_id and _ID.fullmatch(last_event_id) else after
    return EventStream(
        stream(has, signed_in.token_sha256, last_id), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )


async def stream(
    has: Services, token_sha256: str, last_id: int | None, look_s: float = HEARTBEAT_S
) -> AsyncIterator[str]:
    """Until the browser leaves, its session ends, or the server stops. The session is looked at every ``look_s``
    seconds, however much there is to tell."""
    clock = asyncio.get_running_loop()
    looked_s = clock.time()
    async with has.live.subscribe(last_id) as queue:
        yield f"retry: {_RETRY_MS}\n\n"
        while True:
            try:
                message = await asyncio.wait_for(queue.get(), HEARTBEAT_S)
            except TimeoutError:
                message = None
            if message is not None and message.kind == CLOSING:
                return
            if message is None or clock.time() - looked_s >= look_s:
                looked_s = clock.time()
                if not await run_in_threadpool(_is_open, has, token_sha256):
                    return
            if message is not None and not await run_in_threadpool(_may_know, has, message):
                continue
            yield ": still here\n\n" if message is None else _text(message)


def _text(message: LiveMessage) -> str:
    data = json.dumps(message.fields, separators=(",", ":"), ensure_ascii=False)
    return f"id: {message.id}\nevent: {message.kind}\ndata: {data}\n\n"


def _is_open(has: Services, token_sha256: str) -> bool:
    """Whether its session is; looking does not make it last. What it may see is what it may see now."""
    with has.database.read() as session:
        found = sessions.find(session, token_sha256, has.clock.now())
    sight.look_as(found.sight if found is not None else sight.Sight())
    return found is not None


def _may_know(has: Services, message: LiveMessage) -> bool:
    """Whether the page's owner may see what the message is about. Everybody hears what names no incident or camera."""
    allowed = sight.current()
    if allowed is None or "id" not in message.fields:
        return allowed is None or not message.fields
    about = int(message.fields["id"])
    if message.kind == "camera":
        return about in allowed.cameras
    with has.database.read() as session:
        return message.kind == "incident" and incidents.is_there(session, about)
