"""Signing in: cookies, CSRF, throttling, expiry, roles and accounts."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from server import auth
from server.api.deps import CSRF_HEADER, SESSION_COOKIE
from server.api.session import subscriber
from server.store.audit import PER_NAME
from server.tables import AuditRow, SessionRow, UserRow
from tests.support.office import PASSWORD, Office, decide, open_office, sign_in


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def test_the_first_start_makes_an_admin_whose_password_is_for_one_time(office: Office) -> None:
    with office.services.database.transaction() as session:
        made = auth.first_admin(session, office.clock.now())
        assert auth.first_admin(session, office.clock.now()) is None, "only once"
    assert made is not None
    browser = office.browser()
    opened = sign_in(browser, *made)
    assert (opened.json()["user"]["role"], opened.json()["must_change_password"]) == ("admin", True)
    assert browser.get("/api/v1/incidents").status_code == 403, "it opens nothing else"
    assert browser.get("/api/v1/users").status_code == 403
    new = {"current": made[1], "new": "mot mat khau moi"}
    assert browser.put("/api/v1/me/password", json={**new, "current": "wrong"}).status_code == 403
    assert browser.put("/api/v1/me/password", json={**new, "new": "short"}).status_code == 422
    assert browser.put("/api/v1/me/password", json=new).status_code == 204
    assert browser.get("/api/v1/session").json()["must_change_password"] is False
    assert browser.get("/api/v1/users").status_code == 200
    assert sign_in(office.browser(), *made).status_code == 401
    assert sign_in(office.browser(), "admin", "mot mat khau moi").status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites_and_its_value_is_not_kept(office: Office) -> None:
    office.account("anna", "officer", PASSWORD)
    browser = office.browser()
    said = sign_in(browser, " Anna ").headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=lax" in said
    token = browser.cookies[SESSION_COOKIE]
    with office.services.database.read() as session:
        (row,) = session.scalars(select(SessionRow))
    assert row.token_sha256 == auth.token_sha256(token) != token


def test_a_write_without_the_session_s_token_is_refused(office: Office) -> None:
    anna = office.desk("anna", "officer")
    code = office.incident()
    csrf = anna.headers.pop(CSRF_HEADER)
    assert decide(anna, code, "confirm").status_code == 403
    anna.headers[CSRF_HEADER] = "wrong"
    assert decide(anna, code, "confirm").status_code == 403
    assert anna.get("/api/v1/me").json()["username"] == "anna", "reading needs none"
    anna.headers[CSRF_HEADER] = csrf
    assert decide(anna, code, "confirm").status_code == 200


def test_signing_out_ends_the_session(office: Office) -> None:
    anna = office.desk("anna", "officer")
    token = anna.cookies[SESSION_COOKIE]
    assert anna.delete("/api/v1/session").status_code == 204
    thief = office.browser()
    thief.cookies.set(SESSION_COOKIE, token)
    assert thief.get("/api/v1/me").status_code == 401


def test_a_session_slides_with_use_and_ends_without(office: Office) -> None:
    anna = office.desk("anna", "officer")
    for _ in range(3):
        office.clock.turn(hours=11)
        assert anna.get("/api/v1/me").status_code == 200
    office.clock.turn(hours=12, seconds=1)
    answer = anna.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_too_many_failures_are_refused_for_that_name_and_address_only(office: Office) -> None:
    office.account("anna", "officer", PASSWORD)
    office.account("binh", "officer", PASSWORD)
    browser = office.browser()
    for _ in range(PER_NAME):
        assert sign_in(browser, "anna", "wrong").status_code == 401
        office.clock.turn(seconds=1)
    refused = sign_in(browser, "anna")
    assert refused.status_code == 429, "even with the right password"
    assert 0 < int(refused.headers["retry-after"]) <= 900
    assert sign_in(browser, "binh").status_code == 200
    office.clock.turn(seconds=int(refused.headers["retry-after"]))
    assert sign_in(browser, "anna").status_code == 200


def test_a_burst_of_guesses_is_heard_no_more_often_than_one_after_another(office: Office) -> None:
    office.account("anna", "officer", PASSWORD)
    browsers = [office.browser() for _ in range(4 * PER_NAME)]
    with ThreadPoolExecutor(len(browsers)) as all_at_once:
        answers = list(all_at_once.map(lambda browser: sign_in(browser, "anna", "wrong").status_code, browsers))
    assert (answers.count(401), answers.count(429)) == (PER_NAME, len(browsers) - PER_NAME)


def test_a_burst_of_guesses_at_the_current_password_is_throttled_too(office: Office) -> None:
    office.account("anna", "officer", PASSWORD)
    browser = office.browser()
    sign_in(browser, "anna")
    body = {"current": "wrong", "new": "mot mat khau moi"}
    with ThreadPoolExecutor(4 * PER_NAME) as all_at_once:
        asked = [all_at_once.submit(browser.put, "/api/v1/me/password", json=body) for _ in range(4 * PER_NAME)]
    answers = [each.result().status_code for each in asked]
    assert (answers.count(403), answers.count(429)) == (PER_NAME, 3 * PER_NAME)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unix", "unix"),
    ],
)
def test_one_subscriber_is_one_address(given: str, told: str) -> None:
    """Whoever has an IPv6 address has 2⁶⁴ of them: they are throttled as one."""
    assert subscriber(given) == told


def test_signing_in_again_ends_the_session_of_before(office: Office) -> None:
    office.account("anna", "officer", PASSWORD)
    browser = office.browser()
    sign_in(browser, "anna")
    before = browser.cookies[SESSION_COOKIE]
    sign_in(browser, "anna")
    other = office.browser()
    other.cookies.set(SESSION_COOKIE, before)
    assert browser.cookies[SESSION_COOKIE] != before
    assert other.get("/api/v1/me").status_code == 401


def test_a_cookie_that_somebody_else_chose_never_becomes_a_session(office: Office) -> None:
    office.account("anna", "officer", PASSWORD)
    browser = office.browser()
    browser.cookies.set(SESSION_COOKIE, "chosen")
    answer = sign_in(browser, "anna")
    flags = answer.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    other = office.browser()
    other.cookies.set(SESSION_COOKIE, "chosen")
    assert other.get("/api/v1/me").status_code == 401


def test_an_unknown_name_is_answered_like_a_wrong_password(office: Office) -> None:
    office.account("anna", "officer", PASSWORD)
    unknown, wrong = sign_in(office.browser(), "nobody", "wrong"), sign_in(office.browser(), "anna", "wrong")
    assert (unknown.status_code, unknown.text) == (wrong.status_code, wrong.text)
    assert not auth.verify(None, "wrong")


def test_a_password_typed_in_the_place_of_the_name_is_not_written_down(office: Office) -> None:
    browser = office.browser()
    for _ in range(PER_NAME):
        assert sign_in(browser, "my secret phrase", "x").status_code == 401
    assert sign_in(browser, "my secret phrase", "x").status_code == 429, "it is throttled all the same"
    with office.services.database.read() as session:
        assert not [row for row in session.scalars(select(AuditRow)) if "secret" in row.subject]


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("officer", 403), ("supervisor", 403), ("admin", 200)])
def test_only_admins_see_accounts_edges_and_dead_letters(office: Office, role: str, status: int) -> None:
    desk = office.desk("anna", role)  # type: ignore[arg-type]
    for path in ("/api/v1/users", "/api/v1/edges", "/api/v1/dead-letters"):
        assert desk.get(path).status_code == status


@pytest.mark.parametrize(
    "path", ["/review", "/incidents", "/incidents/x", "/criteria", "/criteria/TC17", "/periods", "/cameras", "/live"]
)
def test_nothing_is_shown_without_signing_in(office: Office, path: str) -> None:
    assert office.browser().get(f"/api/v1{path}").status_code == 401


def test_an_admin_makes_disables_and_resets_accounts(office: Office) -> None:
    admin = office.desk("quan.tri", "admin")
    body = {"username": "tran.b", "display_name": "Trần B.", "role": "officer"}
    made = admin.post("/api/v1/users", json=body)
    assert made.status_code == 201
    assert admin.post("/api/v1/users", json=body).status_code == 409
    officer = office.browser()
    assert sign_in(officer, "tran.b", made.json()["one_time_password"]).json()["must_change_password"] is True
    assert admin.patch("/api/v1/users/tran.b", json={"disabled": True}).json()["disabled_at"] is not None
    assert officer.get("/api/v1/me").status_code == 401, "its session ended at once"
    assert sign_in(officer, "tran.b", made.json()["one_time_password"]).status_code == 401
    admin.patch("/api/v1/users/tran.b", json={"disabled": False, "role": "supervisor"})
    again = admin.post("/api/v1/users/tran.b/password").json()
    assert sign_in(officer, "tran.b", again["one_time_password"]).json()["user"]["role"] == "supervisor"
    assert admin.patch("/api/v1/users/nobody", json={}).status_code == 404
    assert admin.patch("/api/v1/users/quan.tri", json={"role": "officer"}).status_code == 409, "the last admin stays"
    assert admin.patch("/api/v1/users/quan.tri", json={"disabled": True}).status_code == 409


def test_changing_a_password_ends_the_account_s_other_sessions(office: Office) -> None:
    office.account("anna", "officer", PASSWORD)
    one, other = office.browser(), office.browser()
    sign_in(one, "anna")
    sign_in(other, "anna")
    assert one.put("/api/v1/me/password", json={"current": PASSWORD, "new": "mot mat khau moi"}).status_code == 204
    assert one.get("/api/v1/me").status_code == 200
    assert other.get("/api/v1/me").status_code == 401


def test_an_edge_s_token_is_shown_once(office: Office) -> None:
    admin = office.desk("quan.tri", "admin")
    made = admin.post("/api/v1/edges", json={"site": "hoa-thuan", "name": "khom4"})
    assert made.status_code == 201
    (edge,) = admin.get("/api/v1/edges").json()
    assert edge["name"] == "khom4"
    assert made.json()["token"] not in admin.get("/api/v1/edges").text
    assert admin.post("/api/v1/edges", json={"site": "hoa-thuan", "name": "a/b"}).status_code == 422


def test_passwords_are_kept_as_argon2id(office: Office) -> None:
    office.account("anna", "officer", PASSWORD)
    with office.services.database.read() as session:
        kept = session.scalars(select(UserRow.password_hash)).one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_expired_sessions_are_forgotten_when_somebody_signs_in(office: Office) -> None:
    office.desk("anna", "officer")
    office.clock.at += timedelta(hours=13)
    office.desk("binh", "officer")
    with office.services.database.read() as session:
        assert len(session.scalars(select(SessionRow)).all()) == 1
