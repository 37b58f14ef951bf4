"""A server's API as its officers use it: real HTTP, a real database, and a clock that tests set."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from server import auth
from server.api.deps import CSRF_HEADER, SESSION_COOKIE
from server.app import create_app
from server.role import Role
from server.services import Services
from server.settings import parse
from server.store import sessions
from server.tables import CameraHour, CameraRow, EdgeRow, IncidentRow, UserRow
from tests.support.needs import ROOT
from tests.support.process import free_port, wait_for_port
from tests.support.sqlite import with_tables

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
"""2 March 2026, noon in Vietnam: in month 3, quarter 1 of the reporting year 2026."""
PASSWORD = "mot cau de nho 2026"


@dataclass
class Hand:
    """A clock whose hand stays where a test puts it."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def turn(self, **span: float) -> None:
        """Forward by a timedelta's arguments."""
        self.at += timedelta(**span)


@dataclass
class Office:
    """One running server; ``url`` is where its officers go."""

    app: FastAPI
    clock: Hand
    url: str
    browsers: list[httpx.Client] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def services(self) -> Services:
        found = self.app.state.services
        assert isinstance(found, Services)
        return found

    def account(self, username: str, role: Role, password: str | None = None) -> int:
        """An account; its id. Without a password nobody can sign in to it (hashing one takes its time)."""
        with self.services.database.transaction() as session:
            row = UserRow(
                username=username,
                display_name=username.title(),
                password_hash=auth.hash_password(password) if password else "none",
                password_is_one_time=False,
                role=role,
                created_at=self.clock.now(),
                disabled_at=None,
            )
            session.add(row)
            session.flush()
            return row.id

    def begin_numbers(self, first: int) -> None:
        """The next incident's number: beyond those that ingest gave."""
        self._numbers = count(first)

    def browser(self) -> httpx.Client:
        """A browser that is not signed in."""
        # a context without the machine's certificates: reading those takes longer than a test, and this is plain HTTP
        client = httpx.Client(base_url=self.url, timeout=30.0, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self.browsers.append(client)
        return client

    def desk(self, username: str, role: Role) -> httpx.Client:
        """The browser of a new account with an open session; it sends its CSRF token with every request."""
        user_id, token, csrf = self.account(username, role), auth.new_token(), auth.new_token()
        with self.services.database.transaction() as session:
            now, lasts = self.clock.now(), timedelta(hours=12)
            sha256 = auth.token_sha256(token)
            sessions.add(session, user_id=user_id, token_sha256=sha256, csrf=csrf, now=now, lasts=lasts)
        client = self.browser()
        client.cookies.set(SESSION_COOKIE, token)
        client.headers[CSRF_HEADER] = csrf
        return client

    def camera(self, name: str = "kho-sau", *, since: datetime = NOON - timedelta(days=900)) -> int:
        """A camera in service; its id."""
        with self.services.database.transaction() as session:
            edge = session.query(EdgeRow).filter_by(name="khom4").one_or_none()
            if edge is None:
                edge = EdgeRow(
                    site="hoa-thuan", name="khom4", token_sha256="0" * 64, created_at=since, heartbeat_at=None
                )
                edge.health = None
                session.add(edge)
                session.flush()
            row = CameraRow(edge_id=edge.id, name=name, created_at=since, label="", unit="Khóm 4")
            session.add(row)
            session.flush()
            return row.id

    def was_up(self, camera_id: int, start: datetime, end: datetime, share: float) -> None:
        """The camera gave pictures in this share of every hour of a span."""
        hours = int((end - start).total_seconds() // 3600)
        with self.services.database.transaction() as session:
            session.add_all(
                CameraHour(camera_id=camera_id, hour_at=start + timedelta(hours=hour), up_s=3600.0 * share)
                for hour in range(hours)
            )

    def incident(
        self,
        *,
        at: datetime = NOON - timedelta(hours=1),
        state: str = "new",
        rule_kind: str = "intrusion",
        rule_name: str = "kho-dem",
        severity: str = "high",
        mode: str = "active",
        status: str = "actual",
        camera_id: int | None = None,
        **more: Any,
    ) -> str:
        """An incident as ingest leaves it; its code. ``more``: further columns of IncidentRow."""
        code = f"AN-2026-{next(self._numbers):06d}"
        with self.services.database.transaction() as session:
            session.add(
                IncidentRow(
                    code=code,
                    site="hoa-thuan",
                    camera_id=camera_id,
                    rule_kind=rule_kind,
                    rule_name=rule_name,
                    place="kho_sau",
                    severity=severity,
                    mode=mode,
                    status=status,
                    state=state,
                    occurred_at=at,
                    last_seen_at=at + timedelta(seconds=30),
                    created_at=at,
                    **more,
                )
            )
        return code


@contextmanager
def open_office(folder: Path, url: str | None = None, stall_s: float = 30.0) -> Iterator[Office]:
    """An office whose data lie in ``folder``; ``url`` of its database, by default a SQLite file there."""
    clock, port = Hand(), free_port()
    settings = parse(
        {
            "site": {"slug": "hoa-thuan", "name_vi": "Phường Hòa Thuận", "name_en": "Hoa Thuan ward"},
            "database": {"url": url or _sqlite(folder / "anninh.db"), "pool_size": 20},
            "http": {"stall_s": stall_s},
            "evidence_dir": str(folder / "evidence"),
            "notices": {
                "key_file": str(folder / "notices.key"),
                "allowed_networks": ["127.0.0.0/8"],
                "public_url": "https://anninh.example.vn",
                "attempts": 3,
            },
            "criteria_file": str(ROOT / "configs" / "criteria.yaml"),
        }
    )
    app = create_app(settings, clock=clock, with_ingest=False)
    office = Office(app=app, clock=clock, url=f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=server.run, name="office")
    thread.start()
    try:
        wait_for_port(port)
        yield office
    finally:
        for browser in office.browsers:
            browser.close()
        app.state.services.live.close()
        server.should_exit = True
        thread.join(timeout=15)
    assert not thread.is_alive(), "the server did not stop"


def _sqlite(path: Path) -> str:
    return f"sqlite:///{path}" if path.exists() else with_tables(path)


def sign_in(client: httpx.Client, username: str, password: str = PASSWORD) -> httpx.Response:
    """Sign in; from now on the client sends its session's CSRF token."""
    answer = client.post("/api/v1/session", json={"username": username, "password": password})
    if answer.status_code == 200:
        client.headers[CSRF_HEADER] = answer.json()["csrf"]
    return answer


def decide(client: httpx.Client, code: str, move: str, version: int = 1, **more: str) -> httpx.Response:
    """Make a move on an incident."""
    return client.post(f"/api/v1/incidents/{code}/verdicts", json={"move": move, "version": version, **more})
