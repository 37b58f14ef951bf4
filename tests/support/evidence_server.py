"""The server's end of an upload, over real HTTP: resumable evidence by hash and cameras' pictures; fails when told."""

import hashlib
import re
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

_EVIDENCE = re.compile(r"/api/v1/evidence/([0-9a-f]{64})")
_PICTURE = re.compile(r"/api/v1/cameras/([a-z0-9_-]+)/picture")


@dataclass
class EvidenceServer:
    """Knows the hashes in ``expected`` (all when None). ``cut_after``: the connection breaks once, after this many
    bytes of a body; ``corrupts``: every whole file fails its hash; ``status``: answer this to everything."""

    token: str = "t0ken"
    expected: set[str] | None = None
    cut_after: int | None = None
    corrupts: bool = False
    status: int | None = None
    whole: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, bytes] = field(default_factory=dict)
    pictures: dict[str, list[bytes]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"server_state": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: EvidenceServer

    def do_HEAD(self) -> None:
        state = self.server_state
        match = _EVIDENCE.fullmatch(self.path)
        if not self._may() or match is None:
            return
        sha256 = match[1]
        if sha256 in state.whole:
            self._answer(200)
        elif state.expected is None or sha256 in state.expected:
            self._answer(404, offset=len(state.parts.get(sha256, b"")))
        else:
            self._answer(404)

    def do_PUT(self) -> None:
        state = self.server_state
        picture, evidence = _PICTURE.fullmatch(self.path), _EVIDENCE.fullmatch(self.path)
        size = int(self.headers["Content-Length"])
        if evidence is not None and state.cut_after is not None and size > state.cut_after:
            state.parts[evidence[1]] = state.parts.get(evidence[1], b"") + self.rfile.read(state.cut_after)
            state.cut_after = None
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        body = self.rfile.read(size)
        if not self._may():
            return
        if picture is not None:
            state.pictures.setdefault(picture[1], []).append(body)
            self._answer(204)
        elif evidence is not None:
            self._take(evidence[1], body)

    def _take(self, sha256: str, body: bytes) -> None:
        state = self.server_state
        if state.expected is not None and sha256 not in state.expected:
            self._answer(404)
            return
        match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", self.headers["Content-Range"])
        assert match is not None
        first, last, total = map(int, match.groups())
        have = state.parts.get(sha256, b"")
        assert last - first + 1 == len(body)
        if first != len(have):
            self._answer(416, offset=len(have))
            return
        have += body
        state.parts[sha256] = have
        if len(have) < total:
            self._answer(202, offset=len(have))
        elif hashlib.sha256(have).hexdigest() != sha256 or state.corrupts:
            del state.parts[sha256]
            self._answer(409)
        else:
            state.whole[sha256] = state.parts.pop(sha256)
            self._answer(201)

    def _may(self) -> bool:
        state = self.server_state
        if state.status is not None:
            self._answer(state.status)
            return False
        if self.headers.get("Authorization") != f"Bearer {state.token}":
            self._answer(401)
            return False
        return True

    def _answer(self, status: int, offset: int | None = None) -> None:
        self.server_state.log.append(f"{self.command} {self.headers.get('Content-Range', '')} {status}")
        self.send_response(status)
        if offset is not None:
            self.send_header("Upload-Offset", str(offset))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""
