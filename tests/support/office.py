"""A server's API as its officers use it: the real application on a real database, with a clock that tests set."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

from server import auth
from server.api.deps import CSRF_HEADER
from server.app import create_app
from server.role import Role
from server.services import Services
from server.settings import parse
from server.tables import CameraHour, CameraRow, EdgeRow, IncidentRow, UserRow
from tests.support.needs import ROOT

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
    """One application; close it with ``close``."""

    app: FastAPI
    clock: Hand
    _password_hash: str = field(default_factory=lambda: auth.hash_password(PASSWORD))
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def services(self) -> Services:
        found = self.app.state.services
        assert isinstance(found, Services)
        return found

    def account(self, username: str, role: Role) -> int:
        """An account whose password is PASSWORD; its id."""
        with self.services.database.transaction() as session:
            row = UserRow(
                username=username,
                display_name=username.title(),
                password_hash=self._password_hash,
                password_is_one_time=False,
                role=role,
                created_at=self.clock.now(),
                disabled_at=None,
            )
            session.add(row)
            session.flush()
            return row.id

    def browser(self) -> TestClient:
        """A browser that is not signed in."""
        return TestClient(self.app, raise_server_exceptions=False)

    def desk(self, username: str, role: Role) -> TestClient:
        """The browser of a new account, signed in, that sends its CSRF token with every request."""
        self.account(username, role)
        client = self.browser()
        sign_in(client, username)
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
    ) -> str:
        """An incident as ingest leaves it; its code."""
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
                )
            )
        return code

    def close(self) -> None:
        """Let its connections go."""
        self.services.database.close()


def open_office(folder: Path, url: str | None = None) -> Office:
    """An office whose data lie in ``folder``; ``url`` of its database, by default a SQLite file there."""
    clock = Hand()
    settings = parse(
        {
            "site": {"slug": "hoa-thuan", "name_vi": "Phường Hòa Thuận", "name_en": "Hoa Thuan ward"},
            "database": {"url": url or f"sqlite:///{folder / 'anninh.db'}", "pool_size": 20},
            "evidence_dir": str(folder / "evidence"),
            "criteria_file": str(ROOT / "configs" / "criteria.yaml"),
        }
    )
    return Office(app=create_app(settings, clock=clock, with_ingest=False), clock=clock)


def sign_in(client: TestClient, username: str, password: str = PASSWORD) -> httpx.Response:
    """Sign in; from now on the client sends its session's CSRF token."""
    answer = client.post("/api/v1/session", json={"username": username, "password": password})
    if answer.status_code == 200:
        client.headers[CSRF_HEADER] = answer.json()["csrf"]
    return answer


def decide(client: TestClient, code: str, move: str, version: int = 1, **more: str) -> httpx.Response:
    """Make a move on an incident."""
    return client.post(f"/api/v1/incidents/{code}/verdicts", json={"move": move, "version": version, **more})
