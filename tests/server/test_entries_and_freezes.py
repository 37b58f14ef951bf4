"""Figures that officers enter, periods that a supervisor freezes, adjustments, and what if: over real HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from server.tables import AuditRow
from tests.support.drilling import counted
from tests.support.office import NOON, Office, decide, open_office

FEBRUARY = "2026-M02"
"""15 January to 14 February 2026: over at NOON of 2 March."""
IN_FEBRUARY = datetime(2026, 2, 1, 5, tzinfo=UTC)
PDF = b"%PDF-1.7 mot trang"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    url = request.getfixturevalue("postgres").with_tables() if request.param == "postgres" else None
    with open_office(tmp_path, url) as opened:
        yield opened


def enter(client: httpx.Client, code: str, figures: dict[str, float], **more: Any) -> httpx.Response:
    body = {"period": FEBRUARY, "figures": figures, "note": "Theo sổ"} | more
    return client.post(f"/api/v1/criteria/{code}/entries", json=body)


def approve(client: httpx.Client, entry_id: int, *, approve: bool = True) -> httpx.Response:
    return client.post(
        f"/api/v1/criteria/entries/{entry_id}/decision", json={"approve": approve, "note": "đã đối chiếu"}
    )


def see(client: httpx.Client, code: str, period: str = FEBRUARY) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/criteria/{code}?period={period}").json()
    return found


def test_an_entry_decides_once_somebody_else_approved_it(either: Office) -> None:
    anna, chief = either.desk("anna", "officer"), either.desk("chief", "supervisor")
    made = enter(anna, "TC02", {"value": 0}).json()
    assert (made["state"], made["entered_by"]) == ("waiting", "Anna")
    waits = see(anna, "TC02")
    assert (waits["state"], "chờ chỉ huy duyệt" in waits["why_vi"]) == ("unknown", True)
    assert approve(anna, made["id"]).status_code == 403, "an officer approves nothing"
    assert approve(chief, made["id"]).json()["decided_by"] == "Chief"
    assert approve(chief, made["id"]).status_code == 409
    assert (see(anna, "TC02")["state"], see(anna, "TC02")["value"]) == ("met", 0)
    worse = enter(anna, "TC02", {"value": 2}).json()
    assert see(anna, "TC02")["state"] == "met", "a later entry that waits changes nothing"
    approve(chief, worse["id"], approve=False)
    assert (see(anna, "TC02")["state"], [one["state"] for one in see(anna, "TC02")["entries"]]) == (
        "met",
        ["refused", "approved"],
    )
    with either.services.database.read() as session:
        actions = [row.action for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]
    assert actions.count("criterion_entered") == 2
    assert {"criterion_entry_approved", "criterion_entry_refused"} <= set(actions)


def test_a_supervisor_does_not_approve_their_own_entry(office: Office) -> None:
    chief = office.desk("chief", "supervisor")
    made = enter(chief, "TC02", {"value": 0}).json()
    answer = approve(chief, made["id"])
    assert (answer.status_code, "không tự duyệt" in answer.json()["detail"]) == (403, True)


@pytest.mark.parametrize(
    ("code", "figures", "more", "status"),
    [
        ("TC02", {"cases": 1}, {}, 422),
        ("TC02", {"value": -1}, {}, 422),
        ("TC07", {"value": 101}, {}, 422),
        ("TC17", {"standing": 0}, {}, 422),
        ("TC99", {"value": 1}, {}, 404),
        ("TC02", {"value": 1}, {"period": "2026-M13"}, 422),
        ("TC02", {"value": 1}, {"note": ""}, 422),
        ("TC02", {"value": 1}, {"file_sha256": "0" * 64}, 422),
    ],
)
def test_figures_that_make_no_sense_are_refused(
    office: Office, code: str, figures: dict[str, float], more: dict[str, Any], status: int
) -> None:
    assert enter(office.desk("anna", "officer"), code, figures, **more).status_code == status


def test_a_paper_is_kept_with_the_entry(office: Office) -> None:
    anna = office.desk("anna", "officer")
    kept = anna.put("/api/v1/criteria/files?name=so-thu-ly.pdf", content=PDF)
    assert (kept.status_code, kept.json()["media_type"]) == (201, "application/pdf")
    sha256 = kept.json()["sha256"]
    assert anna.put("/api/v1/criteria/files?name=so-thu-ly.pdf", content=PDF).json()["sha256"] == sha256
    made = enter(anna, "TC02", {"value": 0}, file_sha256=sha256).json()
    assert made["file_name"] == "so-thu-ly.pdf"
    back = anna.get(f"/api/v1/criteria/files/{sha256}")
    assert (back.content, back.headers["content-type"]) == (PDF, "application/pdf")
    assert anna.put("/api/v1/criteria/files?name=x.exe", content=b"MZ").status_code == 415
    assert anna.get(f"/api/v1/criteria/files/{'0' * 64}").status_code == 404


def test_an_official_figure_stands_for_what_was_counted(office: Office) -> None:
    anna, chief = office.desk("anna", "officer"), office.desk("chief", "supervisor")
    office.incident(at=IN_FEBRUARY, state="confirmed")
    approve(chief, enter(anna, "TC09", {"cases": 4, "suspects": 6}, period="2025-M02").json()["id"])
    assert (see(anna, "TC09")["value"], see(anna, "TC09")["baseline"]) == (1, 4)
    approve(chief, enter(anna, "TC09", {"cases": 3, "suspects": 5}).json()["id"])
    found = see(anna, "TC09")
    assert (found["state"], found["value"], found["change_vi"]) == ("met", 3, "giảm 01 vụ (-25,00%)")
    assert (found["checks"][0]["counted_value"], len(found["counted"]["items"])) == (1, 1)


def test_what_if_changes_nothing(office: Office) -> None:
    anna = office.desk("anna", "officer")
    codes = [office.incident(at=IN_FEBRUARY, rule_kind="crowd") for _ in range(3)]
    asked = anna.get(f"/api/v1/criteria/TC12/what-if?period={FEBRUARY}&codes={codes[0]}&codes={codes[1]}").json()
    assert (asked["now"]["state"], asked["now"]["value"], asked["now"]["logged"]) == ("at_risk", 0, 3)
    assert (asked["then"]["state"], asked["then"]["value"], asked["then"]["logged"]) == ("not_met", 2, 1)
    assert anna.get(f"/api/v1/criteria/TC12/what-if?period={FEBRUARY}").json()["then"]["value"] == 3
    assert see(anna, "TC12")["value"] == 0
    assert anna.get(f"/api/v1/criteria/TC12/what-if?period={FEBRUARY}&codes=AN-1").status_code == 422


def test_a_frozen_period_stays_and_is_adjusted_visibly(either: Office) -> None:
    anna, chief = either.desk("anna", "officer"), either.desk("chief", "supervisor")
    first = either.incident(at=IN_FEBRUARY, rule_kind="crowd", state="confirmed")
    late = either.incident(at=IN_FEBRUARY + timedelta(hours=1), rule_kind="crowd")
    assert chief.post(f"/api/v1/periods/{FEBRUARY}/adjustments/TC12", json={"why": "x"}).status_code == 422
    assert chief.post("/api/v1/periods/2026-M03/freeze").status_code == 422, "it still runs"
    assert anna.post(f"/api/v1/periods/{FEBRUARY}/freeze").status_code == 403
    board = chief.post(f"/api/v1/periods/{FEBRUARY}/freeze").json()
    assert board["period"]["frozen_at"]
    assert {row["revision"] for row in board["criteria"]} == {1}
    assert chief.post(f"/api/v1/periods/{FEBRUARY}/freeze").status_code == 409
    decide(anna, late, "confirm")
    either.clock.turn(hours=3)
    frozen = see(anna, "TC12")
    assert (frozen["value"], frozen["differs"], [one["code"] for one in frozen["counted"]["items"]]) == (
        1,
        True,
        [first],
    )
    assert not see(anna, "TC17")["differs"]
    adjusted = chief.post(f"/api/v1/periods/{FEBRUARY}/adjustments/TC12", json={"why": "Xác minh muộn"}).json()
    assert (adjusted["value"], adjusted["revision"], adjusted["differs"]) == (2, 2, False)
    newest, oldest = adjusted["revisions"]
    assert (newest["why"], newest["made_by"], newest["value"], oldest["value"]) == ("Xác minh muộn", "Chief", 2, 1)
    assert {"what": "cases", "was": "1", "became": "2"} in newest["changes"]
    assert {"what": "added", "was": "", "became": late} in newest["changes"]
    assert len(newest["definition_sha256"]) == 64
    again = chief.post(f"/api/v1/periods/{FEBRUARY}/adjustments/TC12", json={"why": "nữa"})
    assert (again.status_code, "Không có gì thay đổi" in again.json()["detail"]) == (422, True)


def test_a_frozen_list_has_pages_too(either: Office) -> None:
    anna, chief = either.desk("anna", "officer"), either.desk("chief", "supervisor")
    codes = [
        either.incident(at=IN_FEBRUARY + timedelta(hours=hour), rule_kind="crowd", state="confirmed")
        for hour in range(7)
    ]
    chief.post(f"/api/v1/periods/{FEBRUARY}/freeze").raise_for_status()
    either.incident(at=IN_FEBRUARY + timedelta(hours=3, minutes=1), rule_kind="crowd", state="confirmed")
    either.clock.turn(hours=3)
    assert see(anna, "TC12")["counted_by"] == {"cases": 7}
    assert [each["code"] for each in counted(anna, "TC12", FEBRUARY)] == codes[::-1]
    after_the_late_one = anna.get("/api/v1/incidents?q=rule:crowd&limit=4").json()["next_cursor"]
    asked = f"/api/v1/criteria/TC12/incidents?period={FEBRUARY}&cursor={after_the_late_one}"
    assert anna.get(asked).status_code == 422, "that one is on no page of this list"


def test_a_list_that_there_is_not_is_refused(office: Office) -> None:
    anna = office.desk("anna", "officer")
    for query, status in (("check=spots", 404), ("check=x", 404), ("cursor=x", 422), ("part=x", 422)):
        assert anna.get(f"/api/v1/criteria/TC12/incidents?{query}").status_code == status, query
    assert anna.get("/api/v1/criteria/TC99/incidents").status_code == 404


def test_a_merger_is_marked_once_and_can_be_taken_back(office: Office) -> None:
    chief = office.desk("chief", "supervisor")
    given = {"day": "2025-07-01", "note": "Phường 5 + xã Hòa Thuận"}
    assert chief.post("/api/v1/mergers", json=given).status_code == 201
    assert chief.post("/api/v1/mergers", json=given).status_code == 409
    assert see(chief, "TC09", "2026-M03")["merged_on"] == "2025-07-01"
    assert see(chief, "TC02", "2026-M03")["merged_on"] is None, "it compares with nothing"
    assert chief.delete("/api/v1/mergers/2025-07-01").status_code == 204
    assert chief.delete("/api/v1/mergers/2025-07-01").status_code == 404
    assert chief.get("/api/v1/mergers").json() == []


def test_a_day_is_a_period_too(office: Office) -> None:
    office.incident(at=NOON - timedelta(hours=1), state="confirmed", rule_kind="crowd")
    anna = office.desk("anna", "officer")
    assert see(anna, "TC12", "2026-03-02")["value"] == 1
    assert see(anna, "TC12", "2026-03-01")["value"] == 0
    assert see(anna, "TC12", "2026-03-01--2026-03-02")["value"] == 1
