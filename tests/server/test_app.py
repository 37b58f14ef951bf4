"""The application as a whole: errors are problems, headers guard the pages, probes answer."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from server.app import create_app
from server.services import Services
from server.tables import CameraRow, TallyCalendar, UnitRow
from tests.support.intake import Intake, raw, site_settings
from tests.support.messages import camera_health, heartbeat
from tests.support.process import free_port, wait_until
from tests.support.sqlite import with_tables


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    return create_app(
        site_settings(database={"url": f"sqlite:///{tmp_path / 'anninh.db'}"}, evidence_dir=tmp_path / "evidence"),
        with_ingest=False,
    )


@pytest.fixture
def http(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "why"),
    [
        ("GET", "/api/v1/nothing", 404, "no such thing"),
        ("DELETE", "/healthz", 405, "not to be deleted"),
        ("GET", "/api/v1/incidents", 401, "nobody signed in"),
        ("PUT", "/api/v1/evidence/abc", 401, "no edge's token"),
        ("POST", "/api/v1/session", 422, "no body"),
    ],
)
def test_every_error_is_a_problem(http: TestClient, method: str, path: str, status: int, why: str) -> None:
    answer = http.request(method, path, headers={"Authorization": "Bearer x"})
    assert answer.status_code == status, why
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail"}


@pytest.mark.logs_errors
def test_a_fault_of_ours_tells_the_log_and_not_the_stranger(app: FastAPI, http: TestClient) -> None:
    @app.get("/fault")
    def fault() -> None:
        raise RuntimeError("the secret is hunter2")

    answer = http.get("/fault")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/nothing", "/sign-in", "/metrics"])
def test_every_answer_carries_the_headers_that_guard_a_page(http: TestClient, path: str) -> None:
    headers = http.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self'; frame-ancestors 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_the_probes_answer(app: FastAPI, http: TestClient) -> None:
    services: Services = app.state.services
    Intake(services.database, metrics=services.metrics).take(raw(b"no json"))
    assert http.get("/healthz").json() == {"status": "ok"}
    assert 'anninh_messages_refused_total{reason="not_json"} 1.0' in http.get("/metrics").text


def test_a_database_that_is_away_makes_the_probe_fail(app: FastAPI, http: TestClient, tmp_path: Path) -> None:
    services: Services = app.state.services
    services.database.close()
    for path in tmp_path.glob("anninh.db*"):
        path.unlink()
    (tmp_path / "anninh.db").mkdir()
    assert http.get("/healthz").status_code == 503


def test_the_documentation_needs_nobody_elses_server(http: TestClient) -> None:
    page = http.get("/docs")
    assert "http" not in page.text.replace("http-equiv", "")
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js"):
        assert f"/docs/{name}" in page.text
        assert http.get(f"/docs/{name}").status_code == 200
    assert http.get("/docs/__init__.py").status_code == 404


def test_every_route_is_in_the_description(http: TestClient) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    for path in ("/api/v1/evidence/{sha256}", "/api/v1/incidents", "/api/v1/criteria", "/api/v1/live", "/healthz"):
        assert path in paths


def test_what_a_server_does_now_and_then_begins_with_it(tmp_path: Path) -> None:
    """Nobody asks for it: tallies are made, and a khóm that became part of another one takes its camera along."""
    app = create_app(
        site_settings(
            database={"url": with_tables(tmp_path / "anninh.db")},
            evidence_dir=tmp_path / "evidence",
            broker={"url": f"mqtt://127.0.0.1:{free_port()}"},
        )
    )
    database = app.state.services.database
    with database.transaction() as session:
        new = UnitRow(name="Khóm Hòa Lợi", kind="khom", valid_from=date(2025, 7, 1), valid_to=None, successor_id=None)
        session.add(new)
        session.flush()
        since, until = date(2008, 1, 1), new.valid_from
        session.add(UnitRow(name="Khóm 1", kind="khom", valid_from=since, valid_to=until, successor_id=new.id))
    Intake(database).take(heartbeat(camera_health(unit="Khóm 1")))

    def is_done() -> bool:
        with database.read() as session:
            units = set(session.scalars(select(CameraRow.unit)))
            return units == {"Khóm Hòa Lợi"} and session.get(TallyCalendar, 1) is not None

    assert not is_done()
    with TestClient(app):
        wait_until(is_done, "both", 20)
