"""Idempotency-Key: a write that is sent again, because its answer was lost, is made once and answered alike."""

import hashlib
import re
from typing import Final, cast

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.deps import CSRF_HEADER, current_session
from server.problems import problem
from server.services import Services
from server.store import replays

HEADER: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
_SECRET: Final = re.compile(r"/api/v1/(users|users/[^/]+/password|edges|session)")
"""Their answers hold what is shown once: it is kept nowhere."""


class Replays:
    """ASGI middleware for POSTs under /api/v1 that carry the header; the others pass."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._has = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = Headers(scope=scope).get(HEADER) if scope["type"] == "http" else None
        if key is None or scope["method"] != "POST" or not scope["path"].startswith("/api/v1/"):
            await self._app(scope, receive, send)
            return
        if not _KEY.fullmatch(key):
            await problem(400, f"{HEADER} has 1 to 200 printable ASCII characters.")(scope, receive, send)
            return
        try:
            await self._answer(scope, receive, send, key)
        except HTTPException as error:  # of the body that is read here: too much, or it stopped coming
            await problem(error.status_code, str(error.detail), dict(error.headers or {}))(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, key: str) -> None:
        headers = Headers(scope=scope)
        signed = await run_in_threadpool(current_session, Request(scope, receive))
        if signed is None or headers.get(CSRF_HEADER) != signed.csrf:
            await self._app(scope, receive, send)  # which refuses it
            return
        body = await Request(scope, receive).body()
        asked = replays.Asked(
            user_id=signed.user.id,
            route=f"POST {scope['path']}"[:300],
            key=key,
            body_sha256=hashlib.sha256(body).hexdigest(),
        )
        before = await run_in_threadpool(self._begin, asked)
        if before is not None:
            await _again(before, asked)(scope, receive, send)
            return
        await self._first(scope, send, body, asked)

    async def _first(self, scope: Scope, send: Send, body: bytes, asked: replays.Asked) -> None:
        heard = _Heard(send)

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            await self._app(scope, receive, heard.send)
        finally:
            await run_in_threadpool(self._end, scope["path"], asked, heard)

    def _begin(self, asked: replays.Asked) -> replays.Before | None:
        with self._has.database.transaction() as session:
            return replays.begin(session, asked, self._has.clock.now())

    def _end(self, path: str, asked: replays.Asked, heard: "_Heard") -> None:
        with self._has.database.transaction() as session:
            if not 200 <= heard.status < 500:
                replays.forget(session, asked)
            else:
                kept = None if _SECRET.fullmatch(path) else heard.body
                replays.finish(session, asked, heard.status, heard.media_type, kept)


class _Heard:
    """Passes an answer on, and keeps it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.media_type = ""
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = cast(int, message["status"])
            self.media_type = Headers(raw=message["headers"]).get("content-type", "")[:100]
        else:
            self.body += message.get("body", b"")
        await self._send(message)


def _again(before: replays.Before, asked: replays.Asked) -> Response:
    if before.body_sha256 != asked.body_sha256:
        return problem(422, f"This {HEADER} was used with another body; a new request needs a new key.")
    if before.status == 0:
        return problem(409, "The first request with this key is still at work.", {"Retry-After": "1"})
    if before.body is None:
        return problem(409, "It was done already; what its answer held is shown only once.")
    return Response(before.body, before.status, {"Content-Type": before.media_type, "Idempotency-Replayed": "true"})
