"""Incidents that are one: merged, split, linked, assigned, extended, snoozed, over real HTTP on both databases."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from server.schemas import SnoozeIn, UserOut
from server.store import snoozes
from server.tables import AuditRow, IncidentRow, UserRow
from tests.support.intake import Intake
from tests.support.messages import BEGIN, Story
from tests.support.office import NOON, Office, decide, open_office


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    url = request.getfixturevalue("postgres").with_tables() if request.param == "postgres" else None
    with open_office(tmp_path, url) as opened:
        yield opened


def do(client: httpx.Client, code: str, deed: str, version: int = 1, **more: Any) -> httpx.Response:
    return client.post(f"/api/v1/incidents/{code}/{deed}", json={"version": version, **more})


def value(client: httpx.Client) -> tuple[float, int]:
    """Confirmed and waiting incidents of TC09 this month."""
    found = client.get("/api/v1/criteria/TC09").json()
    assert len(found["counted"]["items"]) == found["value"]
    return found["value"], found["logged"]


def test_merging_two_lowers_a_count_by_one_and_splitting_raises_it_again(office: Office) -> None:
    anna = office.desk("anna", "officer")
    one, two = office.incident(), office.incident()
    for code in (one, two):
        decide(anna, code, "confirm")
    assert value(anna) == (2, 0)
    merged = do(anna, two, "merge", 2, into=one, note="cùng một nhóm")
    assert (merged.json()["state"], merged.json()["merged_into"], merged.json()["moves"]) == ("merged", one, [])
    assert merged.json()["deeds"] == ["split"]
    assert value(anna) == (1, 0)
    whole = anna.get(f"/api/v1/incidents/{one}").json()
    assert ([part["code"] for part in whole["merged"]], whole["version"]) == ([two], 3)
    back = do(anna, two, "split", 3).json()
    assert (back["state"], back["merged_into"], back["confirmed_at"] is not None) == ("confirmed", None, True)
    assert value(anna) == (2, 0)
    with office.services.database.read() as session:
        rows = [(row.action, row.subject) for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]
    assert rows[2:] == [("merge", two), ("merged_in", one), ("split", two), ("split_off", one)]


@pytest.mark.parametrize(
    ("part", "whole", "status", "why"),
    [
        ({"state": "confirmed"}, {"state": "new"}, 422, "what was counted would be counted no more"),
        ({}, {"status": "exercise"}, 422, "a drill counts nothing"),
        ({"mode": "trial"}, {}, 422, "a trial is no part of what counts"),
        ({}, {"state": "dismissed"}, 422, "that one is at its end"),
        ({}, {"state": "closed"}, 422, "that file is closed"),
        ({"state": "closed"}, {}, 409, "this file is closed"),
        ({"state": "dismissed"}, {}, 409, "this one is at its end"),
        ({"state": "verifying"}, {"state": "new"}, 200, "both wait"),
        ({"state": "new"}, {"state": "reminded"}, 200, "the same thing was handled already"),
    ],
)
def test_what_may_be_part_of_what(
    office: Office, part: dict[str, str], whole: dict[str, str], status: int, why: str
) -> None:
    anna = office.desk("anna", "officer")
    one, two = office.incident(**part), office.incident(**whole)  # type: ignore[arg-type]
    assert do(anna, one, "merge", into=two).status_code == status, why


def test_none_is_part_of_itself_or_of_a_part_or_of_nothing(office: Office) -> None:
    anna = office.desk("anna", "officer")
    one, two, three = office.incident(), office.incident(), office.incident()
    assert do(anna, one, "merge", into=one).status_code == 422
    assert do(anna, one, "merge", into="AN-2026-999999").status_code == 404
    assert do(anna, two, "merge", into=one).status_code == 200
    assert do(anna, one, "merge", 2, into=two).status_code == 422, "two is part of one"
    assert do(anna, one, "merge", 1, into=three).status_code == 409, "one has a new part: look again"
    assert do(anna, one, "merge", 2, into=three).status_code == 200
    assert do(anna, two, "split", 2).json()["state"] == "new"


def test_links_join_two_without_counting_them_together(office: Office) -> None:
    anna = office.desk("anna", "officer")
    one, two = office.incident(state="confirmed"), office.incident(state="confirmed")
    for _ in range(2):
        linked = anna.post(f"/api/v1/incidents/{one}/links", json={"to": two, "note": "cùng xe"})
        assert [link["code"] for link in linked.json()["links"]] == [two]
    assert anna.get(f"/api/v1/incidents/{two}").json()["links"][0]["code"] == one
    assert value(anna) == (2, 0)
    assert anna.delete(f"/api/v1/incidents/{two}/links/{one}").json()["links"] == []
    assert anna.delete(f"/api/v1/incidents/{two}/links/{one}").status_code == 404


def test_an_officer_takes_what_is_free_and_a_supervisor_gives_it_to_anybody(office: Office) -> None:
    anna, chief = office.desk("anna", "officer"), office.desk("chi", "supervisor")
    office.account("binh", "officer")
    office.account("guest", "viewer")
    code = office.incident()
    assert do(anna, code, "assign", to="binh").status_code == 403
    taken = do(anna, code, "assign", to="anna").json()
    assert (taken["assigned_to"], taken["assigned_name"]) == ("anna", "Anna")
    assert do(anna, code, "assign", 2, to="binh").json()["assigned_to"] == "binh", "they pass on their own"
    assert do(anna, code, "assign", 3, to="anna").status_code == 403, "it is Binh's now"
    assert do(chief, code, "assign", 2, to=None).status_code == 409, "stale"
    assert do(chief, code, "assign", 3, to="guest").status_code == 422
    assert do(chief, code, "assign", 3, to=None).json()["assigned_to"] is None


def test_time_is_extended_once_by_a_supervisor(office: Office) -> None:
    anna, chief = office.desk("anna", "officer"), office.desk("chi", "supervisor")
    code = office.incident()
    assert do(chief, code, "extend", note="chờ giám định").status_code == 409, "no deadline runs for a warning"
    confirmed = decide(anna, code, "confirm").json()
    assert datetime.fromisoformat(confirmed["due_at"]) == NOON + timedelta(days=20)
    assert do(anna, code, "extend", 2, note="chờ giám định").status_code == 403
    extended = do(chief, code, "extend", 2, note="chờ giám định").json()
    assert (extended["due_at"], extended["is_extended"]) == ("2026-05-22T05:00:00Z", True)
    assert "extend" not in extended["deeds"]
    assert do(chief, code, "extend", 3, note="lần nữa").status_code == 409
    undone = decide(anna, code, "undo", version=3).json()
    assert (undone["due_at"], undone["confirmed_at"]) == (None, None)


def test_a_snooze_keeps_out_of_the_queue_what_is_made_meanwhile_and_gives_it_back(office: Office) -> None:
    anna = office.desk("anna", "officer")
    camera = office.camera()
    body = {"camera": camera, "rule_name": "kho-dem", "note": "sửa kho đến hết tuần"}
    too_long = {"until": (NOON + timedelta(days=8)).isoformat()}
    assert anna.post("/api/v1/snoozes", json=body | too_long).status_code == 422
    assert anna.post("/api/v1/snoozes", json=body | {"until": NOON.isoformat()}).status_code == 422
    made = anna.post("/api/v1/snoozes", json=body | {"until": (NOON + timedelta(days=2)).isoformat()})
    assert made.status_code == 201
    code = office.incident(camera_id=camera)
    with office.services.database.transaction() as session:
        session.execute(update(IncidentRow).values(snoozed_until=NOON + timedelta(days=2), created_at=NOON))
    assert anna.get("/api/v1/review").json() == []
    assert anna.get(f"/api/v1/incidents/{code}").json()["snoozed_until"] is not None
    assert value(anna) == (0, 1), "it is logged"
    (listed,) = anna.get("/api/v1/snoozes").json()
    assert (listed["rule_name"], listed["incidents"]) == ("kho-dem", 1)
    assert anna.delete(f"/api/v1/snoozes/{listed['id']}").status_code == 204
    assert [item["code"] for item in anna.get("/api/v1/review").json()] == [code]
    assert anna.delete(f"/api/v1/snoozes/{listed['id']}").status_code == 404


def test_what_a_snoozed_rule_raises_says_until_when_it_sleeps(intake: Intake) -> None:
    until = intake.clock.at + timedelta(days=1)
    with intake.database.transaction() as session:
        row = UserRow(username="anna", display_name="Anna", password_hash="none", role="officer", created_at=BEGIN)
        session.add(row)
        session.flush()
        by = UserOut(id=row.id, username="anna", display_name="Anna", role="officer")
        given = SnoozeIn(camera=1, rule_name=Story().rule, until=until, note="hội chợ")
        snoozes.add(session, given, by, intake.clock.at)
    intake.take(*Story().life(), *Story(number=2, rule="cong").life())
    assert [row.snoozed_until for row in intake.rows(IncidentRow)] == [until, None]


def test_units_are_renamed_and_merged_from_a_day_on(office: Office) -> None:
    chief = office.desk("chi", "supervisor")

    def add(name: str, since: str, *replaces: int) -> dict[str, Any]:
        body = {"name": name, "kind": "khom", "valid_from": since, "replaces": replaces}
        answer = chief.post("/api/v1/units", json=body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    one, two = add("Khóm 1", "2020-01-01"), add("Khóm 2", "2020-01-01")
    again = chief.post("/api/v1/units", json={"name": "Khóm 1", "kind": "khom", "valid_from": "2024-01-01"})
    assert again.status_code == 409
    both = add("Khóm 1", "2025-07-01", one["id"], two["id"])
    old = {unit["id"]: unit for unit in chief.get("/api/v1/units?on=2025-06-30").json()}
    assert {unit["name"] for unit in old.values()} == {"Khóm 1", "Khóm 2"}
    assert old[two["id"]]["successor"] == both["id"]
    assert [unit["id"] for unit in chief.get("/api/v1/units?on=2025-07-01").json()] == [both["id"]]
    ended = chief.patch(f"/api/v1/units/{both['id']}", json={"valid_to": "2026-01-01"})
    assert ended.json()["valid_to"] == "2026-01-01"
    assert chief.patch(f"/api/v1/units/{both['id']}", json={"valid_to": "2026-02-01"}).status_code == 422


def test_an_event_near_a_merged_incident_joins_the_one_it_is_part_of(intake: Intake) -> None:
    intake.take(*Story().life(), *Story(number=2, at_s=1000).life())
    one, two = intake.rows(IncidentRow)
    with intake.database.transaction() as session:
        merged = {"state": "merged", "merged_into": one.id}
        session.execute(update(IncidentRow).where(IncidentRow.id == two.id).values(**merged))
    intake.take(*Story(number=3, at_s=1500).life())
    whole, part = intake.rows(IncidentRow)
    assert (whole.id, whole.version, whole.last_seen_at > part.last_seen_at) == (one.id, 2, True)


def test_an_event_near_a_merged_incident_of_another_camera_is_one_of_its_own(intake: Intake) -> None:
    intake.take(*Story(rule="cong").life())
    intake.take(*Story(number=2).life())
    one, two = intake.rows(IncidentRow)
    with intake.database.transaction() as session:
        merged = {"state": "merged", "merged_into": one.id}
        session.execute(update(IncidentRow).where(IncidentRow.id == two.id).values(**merged))
    intake.take(*Story(number=3, at_s=60).life())
    assert [row.state for row in intake.rows(IncidentRow)] == ["new", "merged", "new"]
