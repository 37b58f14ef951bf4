"""The review queue, pages of incidents, the scoreboard's addresses, and what OpenAPI declares."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from contract.receipt import Refusal
from server.store import deadletters
from server.store.deadletters import Refusing
from tests.support.office import NOON, Office, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def test_the_queue_shows_the_most_severe_first_then_the_newest(office: Office) -> None:
    anna = office.desk("anna", "officer")
    expected = [
        office.incident(severity=severity, at=NOON - timedelta(hours=hours), state=state)
        for severity, hours, state in (
            ("urgent", 9, "claimed"),
            ("high", 1, "new"),
            ("high", 2, "claimed"),
            ("medium", 1, "new"),
            ("low", 1, "new"),
            ("low", 8, "new"),
        )
    ]
    office.incident(state="confirmed")
    office.incident(state="cancelled")
    assert [one["code"] for one in anna.get("/api/v1/review").json()] == expected
    assert [one["code"] for one in anna.get("/api/v1/review?limit=3").json()] == expected[:3]


def test_pages_list_every_incident_once_even_when_new_ones_arrive(office: Office) -> None:
    anna = office.desk("anna", "officer")
    # three of them at the same instant: the cursor must part them too
    known = {office.incident(at=NOON - timedelta(minutes=minutes // 3)) for minutes in range(10)}
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(10):
        page = anna.get("/api/v1/incidents", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [one["code"] for one in page["items"]]
        cursor = page["next_cursor"]
        office.incident(at=NOON + timedelta(minutes=1))
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 10
    assert set(seen) == known


def test_lists_are_narrowed_by_state_camera_and_rule(office: Office) -> None:
    anna = office.desk("anna", "officer")
    gate = office.camera("cong")
    at_gate = office.incident(camera_id=gate, state="confirmed")
    office.incident(rule_kind="loitering")

    def codes(query: str) -> list[str]:
        return [one["code"] for one in anna.get(f"/api/v1/incidents?{query}").json()["items"]]

    assert codes(f"camera={gate}") == codes("state=confirmed") == codes("rule_kind=intrusion") == [at_gate]
    (shown,) = anna.get(f"/api/v1/incidents?camera={gate}").json()["items"]
    assert (shown["camera"], shown["unit"], shown["counts_toward"]) == ("cong", "Khóm 4", ["TC09"])


@pytest.mark.parametrize(
    "query", ["incidents?state=lost", "incidents?cursor=abc", "incidents?cursor=MjAyNiAx", "criteria?period=2026-M13"]
)
def test_a_question_that_makes_no_sense_gets_422_with_a_sentence(office: Office, query: str) -> None:
    answer = office.desk("anna", "officer").get(f"/api/v1/{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_the_scoreboard_has_twenty_rows_for_the_month_that_is_now(office: Office) -> None:
    anna = office.desk("anna", "officer")
    board = anna.get("/api/v1/criteria").json()
    assert board["period"]["key"] == "2026-M03"
    assert len(board["criteria"]) == 20
    assert all(row["why_vi"] and row["why_en"] for row in board["criteria"])
    assert anna.get("/api/v1/criteria/TC99").status_code == 404
    assert {"2026-Y", "2026-Q1", "2026-M03", "2025-M12"} <= {one["key"] for one in anna.get("/api/v1/periods").json()}


def test_a_camera_whose_edge_is_not_heard_is_silent(office: Office) -> None:
    gate = office.camera("cong")
    office.was_up(gate, NOON - timedelta(hours=23), NOON, 0.5)
    (shown,) = office.desk("anna", "viewer").get("/api/v1/cameras").json()
    assert (shown["state"], shown["up_share_24h"], shown["picture_url"]) == ("silent", pytest.approx(0.5), None)


def test_reasons_are_listed_with_their_meanings(office: Office) -> None:
    reasons = office.desk("anna", "viewer").get("/api/v1/reasons").json()
    assert [reason["code"] for reason in reasons][:3] == ["animal", "light", "weather"]
    assert len(reasons) == 9


def test_refused_messages_are_listed_page_by_page(office: Office) -> None:
    refusals = [
        Refusing(topic="anninh/v1/a/b/event", payload=bytes([200, number]), reason=Refusal.NOT_JSON, detail="no JSON")
        for number in range(3)
    ]
    with office.services.database.transaction() as session:
        deadletters.put(session, [*refusals, refusals[0]], office.clock.now())
    admin = office.desk("quan.tri", "admin")
    first = admin.get("/api/v1/dead-letters?limit=2").json()
    rest = admin.get(f"/api/v1/dead-letters?limit=2&cursor={first['next_cursor']}").json()
    letters = [*first["items"], *rest["items"]]
    assert [letter["times"] for letter in letters] == [1, 1, 2]
    assert rest["next_cursor"] is None
    assert letters[0]["reason"] == "not_json"
    assert letters[0]["payload_bytes"] == 2


def test_openapi_tells_each_operation_its_errors_as_problems(office: Office) -> None:
    document = office.browser().get("/openapi.json").json()
    ours = [
        (path, operation)
        for path, operations in document["paths"].items()
        if path.startswith("/api/v1/") and "evidence" not in path and "picture" not in path
        for operation in operations.values()
    ]
    assert len(ours) >= 20
    for path, operation in ours:
        assert operation["tags"], path
        assert operation["summary"], path
        assert "application/problem+json" in operation["responses"]["401"]["content"], path
    verdict = document["paths"]["/api/v1/incidents/{code}/verdicts"]["post"]
    assert "current" in verdict["responses"]["409"]["content"]["application/problem+json"]["schema"]["properties"]
