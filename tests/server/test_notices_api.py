"""Channels, rules and the outbox over the API."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from server.tables import AuditRow, NoticeChannel
from tests.support.office import Office, open_office
from tests.support.sinks import http_sink

CHANNELS, RULES, MESSAGES = (f"/api/v1/notices/{name}" for name in ("channels", "rules", "messages"))
ADDRESS = "mailtos://an:mat-khau-dai@mail.example.vn"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(office: Office) -> httpx.Client:
    return office.desk("quan.tri", "admin")


def test_an_address_goes_in_and_never_comes_out(office: Office, admin: httpx.Client) -> None:
    made = admin.post(CHANNELS, json={"name": "Trực ban", "address": ADDRESS, "username": "quan.tri"})
    assert made.status_code == 201
    assert made.json()["channel"]["address"] == "mailtos://…@mail.example.vn"
    assert made.json()["secret"] is None
    answers = made.text + admin.get(CHANNELS).text + admin.get("/admin/notices").text
    with office.services.database.read() as session:
        row = session.get(NoticeChannel, made.json()["channel"]["id"])
        assert row is not None
        kept = f"{row.sealed} {row.shown} {[each.detail for each in session.query(AuditRow)]}"
    assert "mat-khau-dai" not in answers + kept
    assert office.services.vault.open(row.sealed).url == ADDRESS


def test_a_webhook_s_secret_is_shown_once(admin: httpx.Client) -> None:
    body = {"name": "Tỉnh", "kind": "webhook", "address": "https://tinh.example.vn/hook/token"}
    made = admin.post(CHANNELS, json=body).json()
    assert made["secret"].startswith("whsec_")
    assert made["channel"]["address"] == "https://tinh.example.vn/…"
    kept = admin.put(f"{CHANNELS}/{made['channel']['id']}", json={"name": "Công an tỉnh"}).json()
    assert (kept["channel"]["name"], kept["secret"]) == ("Công an tỉnh", None)
    assert made["secret"] not in admin.get(CHANNELS).text
    moved = admin.put(
        f"{CHANNELS}/{made['channel']['id']}", json={"name": "Tỉnh", "address": "https://moi.vn/x"}
    ).json()
    assert moved["secret"] not in {None, made["secret"]}


def test_a_test_is_sent_now_and_says_what_came_of_it(admin: httpx.Client) -> None:
    with http_sink() as web:
        web.answers = [204, 500]
        made = admin.post(CHANNELS, json={"name": "Thử", "address": f"json://127.0.0.1:{web.port}/x"}).json()
        url = f"{CHANNELS}/{made['channel']['id']}/test"
        good, bad = admin.post(url).json(), admin.post(url).json()
        assert (good["state"], good["error"]) == ("sent", "")
        assert (bad["state"], "500" in bad["error"]) == ("queued", True)
        assert [post.document["title"] for post in web.posts] == ["Gửi thử từ Camera An Ninh"] * 2
        again = admin.post(f"{MESSAGES}/{bad['id']}/retry").json()
        assert (again["state"], again["attempts"]) == ("queued", 0)
    listed = admin.get(MESSAGES).json()
    assert [each["id"] for each in listed][:2] == [bad["id"], good["id"]]
    assert admin.get(MESSAGES, params={"cursor": bad["id"]}).json()[0]["id"] == good["id"]
    assert admin.post(f"{MESSAGES}/{good['id']}/retry").status_code == 404, "it was sent"


def test_a_rule_is_made_changed_and_deleted(office: Office, admin: httpx.Client) -> None:
    channel = admin.post(CHANNELS, json={"name": "A", "address": ADDRESS}).json()["channel"]["id"]
    body = {
        "name": "Ban đêm",
        "occasion": "opened",
        "severity": "high",
        "units": ["Khóm 4"],
        "hours_from": 1320,
        "hours_to": 300,
        "channel_ids": [channel],
    }
    made = admin.post(RULES, json=body).json()
    assert {key: made[key] for key in body} == body
    changed = admin.put(f"{RULES}/{made['id']}", json={**body, "enabled": False}).json()
    assert not changed["enabled"]
    assert admin.delete(f"{CHANNELS}/{channel}").status_code == 204
    (left,) = [rule for rule in admin.get(RULES).json() if rule["id"] == made["id"]]
    assert left["channel_ids"] == [], "a channel that is gone is in no rule"
    assert admin.delete(f"{RULES}/{made['id']}").status_code == 204
    with office.services.database.read() as session:
        actions = [row.action for row in session.query(AuditRow).order_by(AuditRow.id)]
    assert actions[-5:] == [
        "channel_made",
        "notice_rule_made",
        "notice_rule_changed",
        "channel_deleted",
        "notice_rule_deleted",
    ]


@pytest.mark.parametrize(
    ("url", "body", "said"),
    [
        (CHANNELS, {"name": "A", "address": ""}, "missing"),
        (CHANNELS, {"name": "A", "address": "dbus://"}, "is none of"),
        (CHANNELS, {"name": "A", "kind": "webhook", "address": "ftp://x"}, "write https://host/path"),
        (CHANNELS, {"name": "A", "address": ADDRESS, "username": "khong.co"}, "no account"),
        (CHANNELS, {"name": "A", "address": ADDRESS, "quiet_from": 60}, "go together"),
        (CHANNELS, {"name": "A", "address": ADDRESS, "quiet_from": 1440, "quiet_to": 0}, "quiet_from"),
        (CHANNELS, {"name": "A\x00", "address": ADDRESS}, "name"),
        (RULES, {"name": "A", "occasion": "opened", "channel_ids": [99999]}, "99999"),
        (RULES, {"name": "A", "occasion": "never"}, "occasion"),
        (RULES, {"name": "A", "occasion": "opened", "severity": "awful"}, "severity"),
        (RULES, {"name": "A", "occasion": "opened", "hours_to": 3}, "go together"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_cure(
    admin: httpx.Client, url: str, body: dict[str, object], said: str
) -> None:
    answer = admin.post(url, json=body)
    assert (answer.status_code, said in answer.json()["detail"]) == (422, True), answer.text


def test_what_is_not_there_is_not_found(admin: httpx.Client) -> None:
    for number in (0, 777_777, 2**63, 2**80):
        assert admin.delete(f"{CHANNELS}/{number}").status_code == 404
        assert admin.put(f"{RULES}/{number}", json={"name": "A", "occasion": "opened"}).status_code == 404
        assert admin.post(f"{CHANNELS}/{number}/test").status_code == 404


def test_the_page_is_for_admins(office: Office, admin: httpx.Client, tmp_path: Path) -> None:
    page = admin.get("/admin/notices", params={"lang": "en"})
    assert page.status_code == 200
    assert "Add a channel" in page.text
    refused = office.desk("can.bo", "supervisor").get("/admin/notices")
    assert (refused.status_code, "quản trị" in refused.text) == (403, True)
