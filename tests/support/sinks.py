"""Who receives notifications in tests: a real HTTP server and a real SMTP server, on ports of their own."""

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Post:
    """One request that came."""

    path: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class HttpSink:
    """Takes every POST. ``answers``: the next statuses, then 204. ``hold``: no answer until it is set."""

    port: int = 0
    posts: list[Post] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str = ""
    hold: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def http_sink(*, holds: bool = False) -> Iterator[HttpSink]:
    """A running HTTP server. ``holds``: it answers nothing until ``hold`` is set."""
    sink = HttpSink()
    if not holds:
        sink.hold.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            sink.posts.append(Post(path=self.path, headers=headers, body=body))
            sink.hold.wait(60)
            self.send_response(sink.answers.pop(0) if sink.answers else 204)
            if sink.location:
                self.send_header("Location", sink.location)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's word)
            """Nothing to a test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sink.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, name="http-sink")
    thread.start()
    try:
        yield sink
    finally:
        sink.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class MailSink:
    """Takes every mail."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    """A running SMTP server (RFC 5321, as much of it as a client needs)."""
    sink = MailSink()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 sink")
            while line := self.rfile.readline():
                word = line.decode().strip()
                verb = word.upper().split(" ")[0]
                if verb == "EHLO":
                    self._say("250-sink", "250 8BITMIME")
                elif verb == "RCPT":
                    sink.recipients.append(word.split("<")[1].split(">")[0])
                    self._say("250 ok")
                elif verb == "DATA":
                    self._say("354 go on")
                    self._take()
                    self._say("250 taken")
                elif verb == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _take(self) -> None:
            lines: list[bytes] = []
            while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                lines.append(line[1:] if line.startswith(b"..") else line)
            mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            sink.mails.append(mail)

        def _say(self, *lines: str) -> None:
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sink.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, name="mail-sink")
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
