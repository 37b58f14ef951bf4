"""A JSON answer that did not change is not sent again: ETag and If-None-Match (RFC 9110, 13.1.2)."""

import hashlib
import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PATHS: Final = ("/api/v1/incidents", "/api/v1/review", "/api/v1/criteria", "/api/v1/cameras", "/api/v1/periods")
_MADE_AT: Final = re.compile(rb'"computed_at":"[^"]*"')
"""When an answer was made is no part of what it says."""


class ETags:
    """ASGI middleware: JSON of ``_PATHS`` carries a weak ETag, and is 304 for a browser that has it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(_PATHS):
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Answer(send, Headers(scope=scope).get("if-none-match", "")).send)


class _Answer:
    """Holds a JSON answer back until it is whole."""

    def __init__(self, send: Send, known: str) -> None:
        self._send = send
        self._known = {each.strip() for each in known.split(",")}
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        """The next part of the answer; anything but a 200 in JSON goes on as it is."""
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            is_json = headers.get("content-type", "").startswith("application/json")
            if message["status"] == 200 and is_json and "etag" not in headers:
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)
            return
        await self._send(message)

    async def _finish(self, start: Message) -> None:
        digest = hashlib.sha256(_MADE_AT.sub(b"", self._body)).hexdigest()[:32]
        etag, body = f'W/"{digest}"', self._body
        headers = MutableHeaders(scope=start)
        headers["ETag"] = etag
        headers.setdefault("Cache-Control", "private, no-cache")
        if etag in self._known or "*" in self._known:
            start["status"], body = 304, b""
            del headers["Content-Length"]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})
