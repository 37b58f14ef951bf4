"""How often one session and one address may ask: generous, so that only a script that runs wild meets it."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from server.api.deps import SESSION_COOKIE
from server.api.session import subscriber
from server.limits import STREAMED
from server.problems import problem

_KNOWN: Final = 10_000
"""Sessions and addresses that are remembered; the one that was silent for longest is forgotten first."""


class Buckets:
    """Token buckets by name: ``per_minute`` tokens fill each again within a minute. One loop's; not thread-safe."""

    def __init__(self, per_minute: int, now_s: Callable[[], float]) -> None:
        self._most = float(per_minute)
        self._per_s = per_minute / 60.0
        self._now_s = now_s
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """Take a token: 0 when there was one, else the seconds until there is."""
        now_s = self._now_s()
        level, at_s = self._levels.pop(name, (self._most, now_s))
        level = min(self._most, level + (now_s - at_s) * self._per_s)
        taken = level >= 1.0
        self._levels[name] = (level - 1.0 if taken else level, now_s)
        if len(self._levels) > _KNOWN:
            self._levels.popitem(last=False)
        return 0.0 if taken else (1.0 - level) / self._per_s


class Rates:
    """ASGI middleware: 429 with Retry-After for who asks too often. Edges' uploads and style sheets are free."""

    def __init__(
        self, app: ASGIApp, *, per_session: int, per_address: int, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Requests a minute; 0: no limit."""
        self._app = app
        self._sessions = Buckets(per_session, now_s) if per_session else None
        self._addresses = Buckets(per_address, now_s) if per_address else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wait_s = 0.0 if scope["type"] != "http" or _is_free(scope) else self._wait_s(scope)
        if wait_s <= 0.0:
            await self._app(scope, receive, send)
            return
        sentence = "Quá nhiều yêu cầu; thử lại sau ít giây. / Too many requests; try again in a moment."
        await problem(429, sentence, {"Retry-After": str(int(wait_s) + 1)})(scope, receive, send)

    def _wait_s(self, scope: Scope) -> float:
        session = cookie_parser(Headers(scope=scope).get("cookie", "")).get(SESSION_COOKIE)
        address = subscriber(scope["client"][0] if scope.get("client") else "unknown")
        by_address = self._addresses.wait_s(address) if self._addresses else 0.0
        # a stranger invents cookies as they like: it is their address that is counted
        by_session = self._sessions.wait_s(session[:64]) if self._sessions and session else 0.0
        return max(by_address, by_session)


def _is_free(scope: Scope) -> bool:
    is_upload = scope["method"] in ("PUT", "HEAD") and scope["path"].startswith(STREAMED)
    return is_upload or scope["path"].startswith("/static/") or scope["path"] in ("/healthz", "/metrics")
