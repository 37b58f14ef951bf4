"""Incidents entered by hand, over real HTTP: what they are born as, what their facts become, until when they run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from server.tables import AuditRow
from tests.support.office import NOON, Office, decide, open_office

TIP: dict[str, Any] = {
    "source": "tip",
    "title": "Mất trộm xe máy tại nhà trọ",
    "category": "social_order",
    "unit": "Khóm 4",
    "occurred_at": "2026-03-01T21:30:00+07:00",
    "official_number": "12/TB-2026",
    "suspects": 1,
    "victims": 2,
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def enter(client: httpx.Client, **more: Any) -> dict[str, Any]:
    """An incident entered by hand, as it was answered."""
    answer = client.post("/api/v1/incidents", json=TIP | more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def change(client: httpx.Client, code: str, version: int, **facts: Any) -> httpx.Response:
    return client.patch(f"/api/v1/incidents/{code}", json={"version": version, **facts})


def test_a_tip_waits_for_a_verdict_with_twenty_days_to_handle_it(office: Office) -> None:
    anna = office.desk("anna", "officer")
    found = enter(anna)
    assert found["code"] == "AN-2026-000001"
    assert (found["state"], found["camera"], found["place"], found["rule_name"]) == ("new", "", "", "by_hand")
    assert (found["rule_kind"], found["severity"], found["mode"], found["status"]) == (
        "reported",
        "medium",
        "active",
        "actual",
    )
    assert {name: found[name] for name in TIP if name != "occurred_at"} == {
        name: value for name, value in TIP.items() if name != "occurred_at"
    }
    assert datetime.fromisoformat(found["occurred_at"]) == datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
    assert datetime.fromisoformat(found["due_at"]) == NOON + timedelta(days=20)
    assert (found["days_left"], found["is_overdue"]) == (20, False)
    assert [item["code"] for item in anna.get("/api/v1/review").json()] == [found["code"]]


def test_official_figures_are_confirmed_at_once_and_no_deadline_runs(office: Office) -> None:
    anna = office.desk("anna", "officer")
    found = enter(anna, source="official", occurred_at="2024-05-02T08:00:00+07:00")
    assert (found["state"], found["due_at"], found["days_left"]) == ("confirmed", None, None)
    assert datetime.fromisoformat(found["confirmed_at"]) == NOON


def test_a_complex_one_has_two_months_by_the_calendar(office: Office) -> None:
    anna = office.desk("anna", "officer")
    office.clock.at = datetime(2025, 12, 31, 3, tzinfo=UTC)
    found = enter(anna, is_complex=True, occurred_at="2025-12-30T10:00:00+07:00")
    assert found["due_at"] == "2026-02-28T03:00:00Z", "February has no 31st"
    back = change(anna, found["code"], 1, is_complex=False).json()
    assert back["due_at"] == "2026-01-20T03:00:00Z"


def test_the_category_is_the_rule_kind_s_unless_the_officer_says_another(office: Office) -> None:
    anna = office.desk("anna", "officer")
    assert enter(anna, category=None, rule_kind="fire")["category"] == "fire"
    assert enter(anna, category="environment", rule_kind="fire")["category"] == "environment"
    assert enter(anna, category=None)["category"] == "", "a report of no kind"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"source": "camera"}, "cameras speak for themselves"),
        ({"title": " "}, "what is it about"),
        ({"occurred_at": "2026-03-01T21:30:00"}, "which zone"),
        ({"occurred_at": "2027-03-01T21:30:00+07:00"}, "the future"),
        ({"suspects": -1}, "nobody counts below none"),
        ({"category": "witchcraft"}, "a closed list"),
        ({"name": "Nguyễn Văn A"}, "no names"),
        ({"title": "a\x00b"}, "no database knows it"),
    ],
)
def test_what_makes_no_sense_is_refused(office: Office, wrong: dict[str, Any], why: str) -> None:
    anna = office.desk("anna", "officer")
    answer = anna.post("/api/v1/incidents", json=TIP | wrong)
    assert answer.status_code == 422, why
    assert anna.get("/api/v1/incidents").json()["items"] == []


def test_a_drill_is_entered_as_one_and_counts_nowhere(office: Office) -> None:
    anna = office.desk("anna", "officer")
    found = enter(anna, status="exercise", rule_kind="intrusion")
    decide(anna, found["code"], "confirm")
    assert anna.get("/api/v1/criteria/TC09").json()["value"] in {0, None}


def test_what_is_entered_and_changed_is_found_by_its_words(office: Office) -> None:
    anna = office.desk("anna", "officer")
    code = enter(anna)["code"]

    def found(words: str) -> list[str]:
        return [each["code"] for each in anna.get("/api/v1/incidents", params={"q": words}).json()["items"]]

    assert found("MAT TROM") == [code]
    change(anna, code, 1, title="Đánh nhau").raise_for_status()
    assert (found("mat trom"), found("danh nhau")) == ([], [code])
    change(anna, code, 2, official_number="77/TB").raise_for_status()
    assert (found("77/tb"), found("danh nhau")) == ([code], [code])


def test_facts_are_changed_one_by_one_and_every_change_is_on_record(office: Office) -> None:
    anna = office.desk("anna", "officer")
    code = enter(anna)["code"]
    changed = change(anna, code, 1, suspects=3, victims=2, unit="Ấp Đa Lộc", note="theo lời khai").json()
    assert (changed["suspects"], changed["unit"], changed["title"], changed["version"]) == (
        3,
        "Ấp Đa Lộc",
        TIP["title"],
        2,
    )
    with office.services.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.subject == code).order_by(AuditRow.id)).all()
    assert [row.action for row in rows] == ["enter", "facts"]
    assert rows[1].detail == {
        "unit.from": "Khóm 4",
        "unit.to": "Ấp Đa Lộc",
        "suspects.from": 1,
        "suspects.to": 3,
        "note": "theo lời khai",
    }


def test_facts_written_on_a_stale_version_get_409_with_the_incident_as_it_is(office: Office) -> None:
    anna, binh = office.desk("anna", "officer"), office.desk("binh", "officer")
    code = enter(anna)["code"]
    assert change(anna, code, 1, suspects=3).status_code == 200
    stale = change(binh, code, 1, suspects=5)
    assert stale.status_code == 409
    assert (stale.json()["current"]["suspects"], stale.json()["current"]["version"]) == (3, 2)
    assert change(binh, code, 1).status_code == 422, "no fact is named"
    assert change(binh, "AN-2026-999999", 1, suspects=2).status_code == 404


def test_who_does_not_handle_it_in_time_is_told_so_in_days(office: Office) -> None:
    anna = office.desk("anna", "officer")
    code = enter(anna)["code"]
    office.clock.turn(days=22, hours=3)
    late = office.desk("later", "officer").get(f"/api/v1/incidents/{code}").json()
    assert (late["is_overdue"], late["days_left"]) == (True, -3)


def test_a_viewer_enters_nothing(office: Office) -> None:
    assert office.desk("guest", "viewer").post("/api/v1/incidents", json=TIP).status_code == 403
