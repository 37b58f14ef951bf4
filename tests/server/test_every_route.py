"""Every route there is, asked as nobody, as a viewer and without a CSRF token: a new one can't be forgotten."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from server.api.deps import CSRF_HEADER
from server.role import ROLES, Role
from tests.support.office import Office, open_office

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
PUBLIC = {
    ("GET", "/"): "sends on to the review",
    ("GET", "/sign-in"): "the door",
    ("POST", "/api/v1/session"): "the door's lock",
    ("GET", "/static/{path:path}"): "no secrets in style sheets and scripts",
    ("GET", "/docs"): "the API's description",
    ("GET", "/docs/start.js"): "the API's description",
    ("GET", "/docs/{name}"): "the API's description",
    ("GET", "/openapi.json"): "the API's description",
    ("GET", "/healthz"): "a watchdog has no account",
    ("GET", "/metrics"): "counters without names; a collector has no account",
}
"""What anybody may ask, and why."""
EDGES = {
    ("HEAD", "/api/v1/evidence/{sha256}"),
    ("PUT", "/api/v1/evidence/{sha256}"),
    ("PUT", "/api/v1/cameras/{camera_name}/picture"),
}
"""What an edge asks with its token."""
OWN = {("DELETE", "/api/v1/session"), ("PUT", "/api/v1/me/password")}
"""Writes that anybody who signed in may make: to what is their own."""
LOWEST: dict[tuple[str, str], Role] = {
    ("PUT", "/api/v1/cameras/{camera_id}/settings"): "supervisor",
    ("PUT", "/api/v1/cameras/{camera_id}/facts"): "supervisor",
    ("PUT", "/api/v1/cameras/{camera_id}/service"): "supervisor",
    ("POST", "/api/v1/cameras/{camera_id}/picture"): "officer",
    ("POST", "/api/v1/incidents/{code}/verdicts"): "officer",
    ("POST", "/api/v1/incidents"): "officer",
    ("PATCH", "/api/v1/incidents/{code}"): "officer",
    ("POST", "/api/v1/incidents/{code}/assign"): "officer",
    ("POST", "/api/v1/incidents/{code}/extend"): "supervisor",
    ("POST", "/api/v1/incidents/{code}/merge"): "officer",
    ("POST", "/api/v1/incidents/{code}/split"): "officer",
    ("POST", "/api/v1/incidents/{code}/links"): "officer",
    ("DELETE", "/api/v1/incidents/{code}/links/{other}"): "officer",
    ("POST", "/api/v1/snoozes"): "officer",
    ("DELETE", "/api/v1/snoozes/{snooze_id}"): "officer",
    ("POST", "/api/v1/units"): "supervisor",
    ("PATCH", "/api/v1/units/{unit_id}"): "supervisor",
    ("POST", "/api/v1/criteria/{code}/entries"): "officer",
    ("POST", "/api/v1/criteria/entries/{entry_id}/decision"): "supervisor",
    ("PUT", "/api/v1/criteria/files"): "officer",
    ("POST", "/api/v1/periods/{key}/freeze"): "supervisor",
    ("POST", "/api/v1/periods/{key}/adjustments/{code}"): "supervisor",
    ("POST", "/api/v1/mergers"): "supervisor",
    ("DELETE", "/api/v1/mergers/{day}"): "supervisor",
    ("GET", "/api/v1/reports/{key}.docx"): "officer",
    ("GET", "/api/v1/reports/{key}.xlsx"): "officer",
    ("GET", "/api/v1/reports/{key}.csv"): "officer",
    ("GET", "/api/v1/reports/{key}.json"): "officer",
    ("POST", "/api/v1/filters"): "officer",
    ("DELETE", "/api/v1/filters/{filter_id}"): "officer",
    ("PUT", "/api/v1/plan"): "admin",
    ("PUT", "/api/v1/plan/spots"): "supervisor",
    ("DELETE", "/api/v1/plan/spots"): "supervisor",
    ("POST", "/api/v1/review/dismissals"): "officer",
    ("GET", "/api/v1/users"): "admin",
    ("POST", "/api/v1/users"): "admin",
    ("PATCH", "/api/v1/users/{username}"): "admin",
    ("POST", "/api/v1/users/{username}/password"): "admin",
    ("GET", "/api/v1/edges"): "admin",
    ("POST", "/api/v1/edges"): "admin",
    ("GET", "/api/v1/dead-letters"): "admin",
    ("POST", "/api/v1/dead-letters/{letter_id}/retry"): "admin",
    ("GET", "/api/v1/users/{username}/rights"): "admin",
    ("PUT", "/api/v1/users/{username}/rights"): "admin",
    ("PUT", "/api/v1/incidents/{code}/hold"): "supervisor",
    ("DELETE", "/api/v1/incidents/{code}/hold"): "supervisor",
    ("GET", "/api/v1/deletions"): "admin",
    ("GET", "/api/v1/retention"): "admin",
    ("GET", "/api/v1/criteria-definition"): "admin",
    ("PUT", "/api/v1/criteria-definition"): "admin",
    ("POST", "/api/v1/criteria-definition/check"): "admin",
    ("GET", "/api/v1/criteria-definition/versions"): "admin",
    ("GET", "/api/v1/criteria-definition/versions/{version}"): "admin",
    ("GET", "/api/v1/audit"): "supervisor",
    ("GET", "/api/v1/system"): "supervisor",
    ("GET", "/admin"): "supervisor",
    ("GET", "/admin/people/{username}"): "admin",
    ("GET", "/admin/edges"): "admin",
    ("GET", "/admin/retention"): "admin",
    ("GET", "/admin/letters"): "admin",
    ("GET", "/admin/criteria"): "admin",
    ("GET", "/admin/audit"): "supervisor",
    ("GET", "/admin/units"): "supervisor",
    ("GET", "/system"): "supervisor",
    ("GET", "/api/v1/notices/channels"): "admin",
    ("POST", "/api/v1/notices/channels"): "admin",
    ("PUT", "/api/v1/notices/channels/{channel_id}"): "admin",
    ("DELETE", "/api/v1/notices/channels/{channel_id}"): "admin",
    ("POST", "/api/v1/notices/channels/{channel_id}/test"): "admin",
    ("GET", "/api/v1/notices/rules"): "admin",
    ("POST", "/api/v1/notices/rules"): "admin",
    ("PUT", "/api/v1/notices/rules/{rule_id}"): "admin",
    ("DELETE", "/api/v1/notices/rules/{rule_id}"): "admin",
    ("GET", "/api/v1/notices/messages"): "admin",
    ("POST", "/api/v1/notices/messages/{message_id}/retry"): "admin",
    ("GET", "/admin/notices"): "admin",
}
"""The lowest role of what not everybody may ask. Every write but one's own must stand here."""
BODIES = {
    ("PUT", "/api/v1/cameras/{camera_id}/settings"): {"version": 0, "drawing": None},
    ("PUT", "/api/v1/cameras/{camera_id}/facts"): {"version": 0},
    ("PUT", "/api/v1/cameras/{camera_id}/service"): {"in_service": False},
    ("POST", "/api/v1/incidents/{code}/verdicts"): {"move": "confirm", "version": 1},
    ("POST", "/api/v1/incidents"): {"source": "tip", "title": "Mất xe", "occurred_at": "2026-03-01T21:30:00+07:00"},
    ("PATCH", "/api/v1/incidents/{code}"): {"version": 1, "suspects": 2},
    ("POST", "/api/v1/incidents/{code}/assign"): {"version": 1, "to": None},
    ("POST", "/api/v1/incidents/{code}/extend"): {"version": 1, "note": "xin thêm"},
    ("POST", "/api/v1/incidents/{code}/merge"): {"version": 1, "into": "AN-2026-000002"},
    ("POST", "/api/v1/incidents/{code}/split"): {"version": 1},
    ("POST", "/api/v1/incidents/{code}/links"): {"to": "AN-2026-000002"},
    ("POST", "/api/v1/snoozes"): {"camera": 1, "rule_name": "x", "until": "2026-03-03T00:00:00Z", "note": "chợ đêm"},
    ("POST", "/api/v1/units"): {"name": "Khóm 4", "kind": "khom", "valid_from": "2020-01-01"},
    ("PATCH", "/api/v1/units/{unit_id}"): {"valid_to": "2025-07-01"},
    ("POST", "/api/v1/criteria/{code}/entries"): {"period": "2026-M03", "note": "Theo sổ"},
    ("POST", "/api/v1/criteria/entries/{entry_id}/decision"): {"approve": True},
    ("POST", "/api/v1/periods/{key}/adjustments/{code}"): {"why": "Xác minh muộn"},
    ("POST", "/api/v1/mergers"): {"day": "2025-07-01", "note": "Sáp nhập"},
    ("POST", "/api/v1/filters"): {"name": "Chờ duyệt", "query": "state:waiting"},
    ("PUT", "/api/v1/plan/spots"): {"kind": "unit", "name": "Khóm 4", "x": 0.5, "y": 0.5},
    ("POST", "/api/v1/review/dismissals"): {"incidents": [{"code": "nobody", "version": 1}], "reason": "light"},
    ("POST", "/api/v1/users"): {"username": "new.user", "display_name": "New", "role": "admin"},
    ("PATCH", "/api/v1/users/{username}"): {"display_name": "New"},
    ("POST", "/api/v1/edges"): {"site": "hoa-thuan", "name": "khom9"},
    ("PUT", "/api/v1/users/{username}/rights"): {"is_limited": True},
    ("PUT", "/api/v1/incidents/{code}/hold"): {"reason": "asked for"},
    ("POST", "/api/v1/notices/channels"): {"name": "Trực ban", "address": "json://127.0.0.1:9/x"},
    ("PUT", "/api/v1/notices/channels/{channel_id}"): {"name": "Trực ban"},
    ("POST", "/api/v1/notices/rules"): {"name": "Ban đêm", "occasion": "opened"},
    ("PUT", "/api/v1/notices/rules/{rule_id}"): {"name": "Ban đêm", "occasion": "opened"},
    ("PUT", "/api/v1/criteria-definition"): {"version": 9, "text": None, "reason": "thử"},
    ("POST", "/api/v1/criteria-definition/check"): {"text": "version: 1"},
    ("PUT", "/api/v1/me/password"): {"current": "wrong", "new": "mot mat khau moi"},
}


@dataclass(frozen=True)
class Asked:
    """One method of one route."""

    method: str
    path: str

    @property
    def key(self) -> tuple[str, str]:
        return self.method, self.path

    def ask(self, client: httpx.Client) -> httpx.Response:
        """A request that would do, were it allowed."""
        path = re.sub(r"\{(camera|snooze|unit)_id\}", "1", self.path)
        path = re.sub(r"\{(camera_id|entry_id)\}", "1", path)
        path = path.replace("{day}", "2025-07-01").replace("/files", "/files?name=so.pdf")
        path = re.sub(r"\{(channel|rule|message)_id\}", "999", path)
        path = re.sub(r"\{[a-z]+_id\}", "1", path)
        path = re.sub(r"\{sha256\}", "0" * 64, path)
        path = re.sub(r"\{[^}]*\}", "nobody", path)
        return client.request(self.method, path, json=BODIES.get(self.key))


def routes(app: FastAPI) -> list[Asked]:
    """Every method of every route of the application, those of included routers among them."""
    found: set[Asked] = set()
    for each in iter_route_contexts(app.routes):
        assert each.path is not None, f"{each.original_route}: what is mounted here must be checked too"
        found |= {Asked(method, each.path) for method in each.methods or ()}
    found.discard(Asked("HEAD", "/openapi.json"))  # Starlette's own shadow of its GET
    return sorted(found, key=lambda each: each.key)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture(scope="module")
def everything(office: Office) -> list[Asked]:
    """All there is to ask."""
    return routes(office.app)


@pytest.fixture(scope="module")
def guarded(everything: list[Asked]) -> list[Asked]:
    """What only somebody who signed in may ask."""
    return [each for each in everything if each.key not in PUBLIC and each.key not in EDGES]


def test_the_lists_name_only_what_there_is(everything: list[Asked]) -> None:
    there = {each.key for each in everything}
    assert {*PUBLIC, *EDGES, *OWN, *LOWEST, *BODIES} <= there
    assert len(there) > 30, "included routers are seen"


def test_every_write_has_its_role(guarded: list[Asked]) -> None:
    writes = {each.key for each in guarded if each.method in WRITES}
    assert writes - OWN == {key for key in LOWEST if key[0] in WRITES}


def test_nobody_is_refused_or_sent_to_the_door(office: Office, guarded: list[Asked]) -> None:
    for each in guarded:
        answer = each.ask(office.browser())
        to_the_door = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        is_page = not each.path.startswith("/api/")
        assert to_the_door if is_page else answer.status_code == 401, (each, answer.status_code)


def test_an_edge_s_routes_want_an_edge_s_token(office: Office, everything: list[Asked]) -> None:
    officer = office.desk("edge.less", "admin")
    for each in everything:
        if each.key in EDGES:
            assert each.ask(office.browser()).status_code == 401, each
            assert each.ask(officer).status_code == 401, f"{each}: a person's session is no edge's token"


def test_no_write_is_made_without_the_session_s_token(office: Office, guarded: list[Asked]) -> None:
    admin = office.desk("no.token", "admin")
    del admin.headers[CSRF_HEADER]
    for given in ({}, {CSRF_HEADER: "x"}, {CSRF_HEADER: ""}):
        for each in guarded:
            if each.method in WRITES:
                admin.headers.update(given)
                answer = each.ask(admin)
                assert (answer.status_code, CSRF_HEADER in answer.text) == (403, True), each
    assert admin.get("/api/v1/me").status_code == 200, "the session still stands"


@pytest.mark.parametrize("role", ROLES)
def test_everybody_does_what_their_role_may_and_no_more(office: Office, guarded: list[Asked], role: Role) -> None:
    """The whole matrix: each route and each role; nobody at all is ``test_nobody_is_refused_…``."""
    desk = office.desk(f"only.{role}", role)
    for each in guarded:
        if each.key in OWN:
            continue
        lowest = LOWEST.get(each.key, "viewer")
        if each.path == "/api/v1/live":
            with desk.stream("GET", each.path) as stream:
                status = stream.status_code
        else:
            status = each.ask(desk).status_code
        is_allowed = ROLES.index(role) >= ROLES.index(lowest)
        assert status < 500, each
        assert (status not in {401, 403}) == is_allowed, (each, role, status)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_changes_nothing_that_needs_a_token(office: Office, guarded: list[Asked], method: str) -> None:
    """No write hides behind a method that is asked for no CSRF token."""
    admin = office.desk(f"reads.{method.lower()}", "admin")
    for each in guarded:
        if each.method in WRITES and not any(other.key == (method, each.path) for other in guarded):
            assert Asked(method, each.path).ask(admin).status_code in {404, 405}, each
