"""What any request may be, checked before a route is chosen: no U+0000 in its address, a bounded body.

Uvicorn bounds the head of a request; nobody bounds its body or the time it takes to come. A sender whose power went in
the middle of a body leaves a connection that never ends: without a limit its upload would be "still running" for ever.
"""

import asyncio
from typing import Final

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.problems import problem

log = structlog.get_logger(__name__)

MAX_BODY_BYTES: Final = 1 << 20
"""A form or JSON document; the longest there is, a verdict with its note, takes 24 KiB."""
STREAMED: Final = ("/api/v1/evidence/", "/api/v1/cameras/", "/api/v1/criteria/files")
"""Addresses whose PUT reads its body piece by piece and bounds it itself."""
STREAMED_ALSO: Final = "/api/v1/plan"
"""The same, as a whole address."""
# the rest of the body may still be on its way: nothing sensible can follow it on this connection
_LAST: Final = {"Connection": "close"}


class Limits:
    """ASGI middleware: 400 for U+0000 in path or query, 413 for a body too large, 408 for one that stops coming."""

    def __init__(self, app: ASGIApp, stall_s: float) -> None:
        """``stall_s``: how long the next piece of a body may take."""
        self._app = app
        self._stall_s = stall_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = None if _is_streamed(scope) else MAX_BODY_BYTES
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            # PostgreSQL's text has no room for it, and no name of ours holds it
            await problem(400, "An address holds no U+0000.")(scope, receive, send)
        elif limit is not None and _announced(scope) > limit:
            await problem(413, f"A body has at most {limit} bytes.", _LAST)(scope, receive, send)
        else:
            try:
                await self._app(scope, _Body(receive, limit, self._stall_s).receive, send)
            except ClientDisconnect:
                log.info("sender_left", method=scope["method"], path=scope["path"])


class _Body:
    """One request's body on its way in."""

    def __init__(self, receive: Receive, limit: int | None, stall_s: float) -> None:
        self._receive = receive
        self._limit = limit
        self._stall_s = stall_s
        self._bytes = 0
        self._is_whole = False

    async def receive(self) -> Message:
        """The next message. Raises HTTPException: 408 when it does not come in time, 413 when it is too much."""
        if self._is_whole:  # what comes now is the end of the connection, whenever that may be
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._stall_s)
        except TimeoutError as error:
            raise HTTPException(408, f"No more of the body came for {self._stall_s:g} s.", _LAST) from error
        self._is_whole = not message.get("more_body", False)
        self._bytes += len(message.get("body", b""))
        if self._limit is not None and self._bytes > self._limit:
            raise HTTPException(413, f"A body has at most {self._limit} bytes.", _LAST)
        return message


def _is_streamed(scope: Scope) -> bool:
    path = str(scope["path"])
    return scope["method"] == "PUT" and (path == STREAMED_ALSO or path.startswith(STREAMED))


def _announced(scope: Scope) -> int:
    given = dict(scope["headers"]).get(b"content-length", b"0")
    return int(given) if given.isdigit() and len(given) < 20 else MAX_BODY_BYTES + 1
