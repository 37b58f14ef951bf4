"""Saved filters: whose they are, who shares them, and what may be kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from server.tables import AuditRow
from tests.support.office import Office, open_office

URL = "/api/v1/filters"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def test_a_filter_is_one_s_own_until_a_supervisor_shares_one(office: Office) -> None:
    anna, binh, chief = (
        office.desk("anna", "officer"),
        office.desk("binh", "officer"),
        office.desk("chief", "supervisor"),
    )
    kept = anna.post(URL, json={"name": " Chờ  duyệt ", "query": "trạng thái:chờ-duyệt khóm:4"})
    assert kept.status_code == 201
    assert (kept.json()["name"], kept.json()["query"]) == ("Chờ duyệt", "state:waiting unit:4")
    shared = chief.post(URL, json={"name": "Quá hạn", "query": "overdue:yes", "is_shared": True}).json()
    assert [one["name"] for one in binh.get(URL).json()] == ["Quá hạn"]
    assert {(one["name"], one["is_mine"]) for one in anna.get(URL).json()} == {("Chờ duyệt", True), ("Quá hạn", False)}
    assert anna.post(URL, json={"name": "x", "query": "xe", "is_shared": True}).status_code == 403
    assert binh.delete(f"{URL}/{kept.json()['id']}").status_code == 404, "somebody else's is not there"
    assert binh.delete(f"{URL}/{shared['id']}").status_code == 404, "a shared one is the supervisors'"
    assert anna.delete(f"{URL}/{kept.json()['id']}").status_code == 204
    assert office.desk("deputy", "supervisor").delete(f"{URL}/{shared['id']}").status_code == 204
    with office.services.database.read() as session:
        actions = list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))
    assert actions == ["keep_filter", "keep_filter", "delete_filter", "delete_filter"]


def test_the_same_name_again_replaces_the_search(office: Office) -> None:
    anna = office.desk("anna", "officer")
    first = anna.post(URL, json={"name": "Của tôi", "query": "xe"}).json()
    again = anna.post(URL, json={"name": "Của tôi", "query": "rule:fire"}).json()
    assert first["id"] == again["id"]
    assert [one["query"] for one in anna.get(URL).json()] == ["rule:fire"]


@pytest.mark.parametrize(
    ("query", "says"), [("state:maybe", "state"), ("  ", "a name and a search"), ('xe "', "never closed")]
)
def test_a_search_that_makes_no_sense_is_not_kept(office: Office, query: str, says: str) -> None:
    answer = office.desk("anna", "officer").post(URL, json={"name": "x", "query": query})
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


def test_nobody_keeps_more_than_fifty(office: Office) -> None:
    anna = office.desk("anna", "officer")
    for number in range(50):
        assert anna.post(URL, json={"name": f"f{number}", "query": "xe"}).status_code == 201
    assert anna.post(URL, json={"name": "one more", "query": "xe"}).status_code == 409


def test_what_may_be_typed_next_comes_from_the_ward(office: Office) -> None:
    office.camera("kho-sau")
    anna = office.desk("anna", "viewer")

    def offered(q: str, lang: str = "vi") -> list[tuple[str, str]]:
        found = anna.get("/api/v1/incidents/suggest", params={"q": q, "lang": lang}).json()
        return [(one["text"], one["about"]) for one in found]

    assert offered("xe camera:kho") == [("xe camera:kho-sau", "kho-sau")]
    assert offered("unit:4") == [('unit:"Khóm 4"', "")]
    assert offered("officer:an") == [("officer:anna", "Anna")]
    assert offered("rule:xam") == [("rule:intrusion", "xâm nhập")]
    assert offered("criterion:TC17", "en")[0][0] == "criterion:TC17"
    assert offered("nhóm:ma", "en") == [("category:drugs", "")]


def test_a_wrong_search_gets_422_with_its_cure_and_a_wrong_month_too(office: Office) -> None:
    anna = office.desk("anna", "viewer")
    for path, says in (
        ("incidents?q=state:maybe", "confirmed"),
        ("incidents?q=camera:nowhere", "nowhere"),
        ("incidents/days?month=2026-13", "month"),
        ("incidents/days?month=2026-03&q=on:x", "2026-03-01"),
        ("incidents/tallies?q=criterion:TC99", "TC01"),
    ):
        answer = anna.get(f"/api/v1/{path}")
        assert answer.status_code == 422, path
        assert says in answer.json()["detail"], path
    assert len(anna.get("/api/v1/incidents/days?month=2024-02").json()) == 29
    assert anna.get("/api/v1/incidents/tallies").json() == []
