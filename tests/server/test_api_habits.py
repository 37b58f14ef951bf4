"""What holds for the whole API: ETags, repeated writes, limits, and a description that is true."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server import commands
from server.api.rates import Buckets
from server.app import create_app
from tests.support.needs import ROOT
from tests.support.office import Office, decide, open_office

HEADER = "Idempotency-Key"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path, database_url) as opened:
        yield opened


@pytest.mark.parametrize("path", ["incidents", "incidents/AN-2026-000001", "review", "cameras", "criteria", "periods"])
def test_what_did_not_change_is_not_sent_again(office: Office, path: str) -> None:
    office.camera()
    code, desk = office.incident(), office.desk("tran.b", "officer")
    first = desk.get(f"/api/v1/{path}")
    etag = first.headers["etag"]
    office.clock.turn(seconds=1)
    again = desk.get(f"/api/v1/{path}", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    if "incidents" in path:
        decide(desk, code, "confirm").raise_for_status()
        assert desk.get(f"/api/v1/{path}", headers={"If-None-Match": etag}).status_code == 200


def verdict(desk: httpx.Client, code: str, key: str, move: str = "confirm") -> httpx.Response:
    return desk.post(f"/api/v1/incidents/{code}/verdicts", json={"move": move, "version": 1}, headers={HEADER: key})


def test_a_write_that_is_sent_again_is_made_once_and_answered_alike(office: Office) -> None:
    desk, code = office.desk("tran.b", "officer"), office.incident()
    first, again = verdict(desk, code, "k1"), verdict(desk, code, "k1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(desk.get(f"/api/v1/incidents/{code}").json()["verdicts"]) == 1


def test_a_key_belongs_to_one_body_one_person_and_one_day(office: Office) -> None:
    desk, other, code = office.desk("tran.b", "officer"), office.desk("le.c", "officer"), office.incident()
    verdict(desk, code, "k1").raise_for_status()
    assert verdict(desk, code, "k1", "claim").status_code == 422
    assert verdict(other, code, "k1").status_code == 409, "somebody else's key: the incident has changed"
    assert verdict(desk, code, "kh\x7f").status_code == 400
    office.clock.turn(hours=11)
    desk.get("/api/v1/me").raise_for_status()
    office.clock.turn(hours=11)
    desk.get("/api/v1/me").raise_for_status()
    office.clock.turn(hours=3)
    assert verdict(desk, code, "k1").status_code == 409, "a day later it is a new request"


def test_no_secret_is_kept_to_be_told_again(office: Office) -> None:
    admin = office.desk("chief", "admin")
    body = {"username": "le.c", "display_name": "Lê C.", "role": "viewer"}
    first = admin.post("/api/v1/users", json=body, headers={HEADER: "k"})
    again = admin.post("/api/v1/users", json=body, headers={HEADER: "k"})
    assert (first.status_code, again.status_code) == (201, 409)
    assert "one_time_password" not in again.text


def test_no_repeat_is_answered_without_the_session_s_token(office: Office) -> None:
    desk, code = office.desk("tran.b", "officer"), office.incident()
    verdict(desk, code, "k1").raise_for_status()
    del desk.headers["X-CSRF-Token"]
    assert verdict(desk, code, "k1").status_code == 403


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    bucket = Buckets(60, lambda: now[0])
    assert [bucket.wait_s("a") for _ in range(60)] == [0.0] * 60
    assert bucket.wait_s("a") == pytest.approx(1.0)
    assert bucket.wait_s("b") == 0.0, "each has its own"
    now[0] = 1.0
    assert bucket.wait_s("a") == 0.0
    assert bucket.wait_s("a") > 0.0


def test_who_asks_too_often_is_told_to_wait(tmp_path: Path) -> None:
    with open_office(tmp_path, rates={"per_session": 5, "per_address": 0}) as office:
        desk = office.desk("tran.b", "viewer")
        answers = [desk.get("/api/v1/me") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert office.desk("le.c", "viewer").get("/api/v1/me").status_code == 200
        assert desk.get("/static/css/base.css").status_code == 200


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The API's description as it is now."""
    found = json.loads(commands.openapi(create_app))
    assert isinstance(found, dict)
    return found


def test_the_description_in_the_repository_is_the_one_there_is(described: dict[str, Any]) -> None:
    kept = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert kept == described, "run: anninh server openapi > docs/openapi.json"


def test_every_json_body_has_an_example(described: dict[str, Any]) -> None:
    bare = []
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            name = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
            told = {*body, *described["components"]["schemas"].get(name, {})}
            if body and not told & {"example", "examples"}:
                bare.append(f"{method} {path}")
    assert bare == []
