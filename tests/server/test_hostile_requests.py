"""Requests that nobody honest sends: each gets a 4xx that says why, none an error of ours, on either database."""

import base64
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from server.limits import MAX_BODY_BYTES
from tests.server.conftest import BOTH
from tests.support.office import Office, decide, open_office
from tests.support.postgres import Postgres

NINES = "9" * 300
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module", params=BOTH)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    url = None
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        assert isinstance(server, Postgres)
        url = server.with_tables()
    with open_office(tmp_path_factory.mktemp("office"), url) as opened:
        opened.desk("quan.tri", "admin")
        yield opened


def cursor(text: str) -> str:
    """A cursor as a hostile page would make it."""
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "path",
    [
        f"/incidents?camera={NINES}",
        f"/incidents?camera={NINES * 20}",
        f"/incidents?cursor={cursor('9999-12-31T23:59:59-14:00 1')}",
        f"/incidents?cursor={cursor('2026-01-01T00:00:00+00:00 ' + NINES)}",
        f"/api/v1/incidents?camera={NINES}",
        f"/api/v1/incidents?cursor={cursor('0001-01-01T00:00:00+14:00 1')}",
        f"/api/v1/incidents?cursor={cursor('2026-01-01T00:00:00+00:00 ' + NINES[:60])}",
        f"/api/v1/cameras/{NINES}/picture",
        f"/api/v1/cameras/{NINES[:30]}/picture",
        f"/api/v1/dead-letters?cursor={NINES}",
        "/api/v1/incidents?rule_kind=%00",
        "/api/v1/incidents/%00",
        "/api/v1/criteria/%00",
        "/incidents?rule=%00",
        "/incidents/%00",
        "/review/%00",
        "/criteria/%00?period=2026-Y",
        "/sign-in?next=%00",
        "/static/%00",
        "/static/..%2f..%2fsettings.py",
        "/static//etc/passwd",
        f"/static/{'a' * 5000}",
        "/docs/..%2f..%2fapp.py",
    ],
)
def test_an_address_that_names_nothing_is_no_error_of_ours(office: Office, path: str) -> None:
    admin = office.browsers[0]
    answer = admin.get(path)
    assert answer.status_code in {200, 400, 404, 422}
    assert "BaseModel" not in answer.text, "no source of ours is served"


@pytest.mark.parametrize("last", ["9" * 5000, "-1", "1e9", "\u00b2", "nul"])
def test_a_live_page_with_a_hostile_last_event_id_is_served(office: Office, last: str) -> None:
    with office.browsers[0].stream("GET", "/api/v1/live", headers={b"Last-Event-ID": last.encode("latin-1")}) as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/session", {"username": "a\x00b", "password": "x"}),
        ("POST", "/api/v1/users", {"username": "x1", "display_name": "a\x00b", "role": "officer"}),
        ("POST", "/api/v1/users", {"username": "x3\n", "display_name": "a", "role": "officer"}),
        ("POST", "/api/v1/edges", {"site": "a\n", "name": "b"}),
        ("POST", "/api/v1/incidents/x/verdicts", {"move": "confirm", "version": 10**30}),
        ("POST", "/api/v1/incidents/x/verdicts", {"move": "claim", "version": 1, "note": "a\x00b"}),
        ("PATCH", "/api/v1/users/%00", {}),
    ],
)
def test_a_value_that_no_database_stores_is_refused(
    office: Office, method: str, path: str, body: dict[str, object]
) -> None:
    assert office.browsers[0].request(method, path, json=body).status_code in {400, 422}


@pytest.mark.parametrize(
    "body",
    [
        b'{"username":"\\ud800","password":"x"}',
        b'{"username":"a","password":"\\udfff"}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"username":1e999,"password":"x"}',
    ],
)
def test_a_body_that_is_no_document_is_refused(office: Office, body: bytes) -> None:
    assert office.browser().post("/api/v1/session", content=body, headers=JSON).status_code in {400, 422}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_of_another_site_cannot_sign_anybody_in(office: Office, content_type: str) -> None:
    """What a page of another site can send without asking first (CORS) is not taken for JSON."""
    headers = {"Content-Type": content_type} if content_type else {}
    body = b'{"username":"anna","password":"mot cau de nho 2026"}'
    assert office.browser().post("/api/v1/session", content=body, headers=headers).status_code == 422


def test_a_body_without_end_is_cut_off(office: Office) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(2 * MAX_BODY_BYTES // 65_536):
            yield b"x" * 65_536

    announced = office.browser().post("/api/v1/session", content=b"x" * (MAX_BODY_BYTES + 1), headers=JSON)
    streamed = office.browser().post("/api/v1/session", content=endless(), headers=JSON)
    assert (announced.status_code, streamed.status_code) == (413, 413)
    assert announced.headers["content-type"] == "application/problem+json"


def test_a_sender_that_hangs_up_in_the_middle_is_no_error_of_ours(office: Office) -> None:
    parts = urlsplit(office.url)
    with socket.create_connection((parts.hostname, parts.port or 80)) as connection:
        connection.sendall(b"PUT /api/v1/cameras/x/picture HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx")
    assert office.browser().get("/healthz").status_code == 200


def test_a_longest_note_still_fits(office: Office) -> None:
    note = "\U0001f6b2" * 4000
    assert decide(office.browsers[0], office.incident(), "confirm", note=note).status_code == 200


def test_a_body_that_stops_coming_ends(tmp_path: Path) -> None:
    with open_office(tmp_path, stall_s=0.3) as office:
        parts = urlsplit(office.url)
        with socket.create_connection((parts.hostname, parts.port or 80), timeout=10) as connection:
            connection.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
            connection.sendall(b"Content-Length: 100\r\n\r\n{")
            assert connection.recv(65_536).startswith(b"HTTP/1.1 408 ")
