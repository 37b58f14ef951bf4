"""Officers at work: claim, confirm, dismiss, undo, on both databases; and twenty at once."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from server.store import audit
from server.tables import AuditRow, VerdictRow
from server.verdict import CLAIM_LASTS
from tests.support.office import Office, decide, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office on each database: for what rests on locks, versions and counts."""
    url = request.getfixturevalue("postgres").with_tables() if request.param == "postgres" else None
    with open_office(tmp_path, url) as opened:
        yield opened


def value(client: httpx.Client, code: str = "TC09") -> tuple[float, int]:
    """Confirmed and machine-logged incidents of a criterion in the month that is now."""
    found = client.get(f"/api/v1/criteria/{code}").json()
    assert len(found["counted"]["items"]) == found["value"]
    assert len(found["waiting"]["items"]) == found["logged"]
    return found["value"], found["logged"]


def test_confirming_adds_one_and_undo_takes_it_back(either: Office) -> None:
    anna = either.desk("anna", "officer")
    code = either.incident()
    assert value(anna) == (0, 1)
    confirmed = decide(anna, code, "confirm", note="rõ hình").json()
    assert (confirmed["state"], confirmed["version"], confirmed["moves"]) == (
        "confirmed",
        2,
        ["remind", "pledge", "penalise", "transfer", "resolve", "undo"],
    )
    assert value(anna) == (1, 0)
    undone = decide(anna, code, "undo", version=2).json()
    assert undone["state"] == "new"
    assert value(anna) == (0, 1)
    assert [given["move"] for given in undone["verdicts"]] == ["confirm", "undo"]


def test_a_dismissed_incident_counts_no_more(office: Office) -> None:
    anna = office.desk("anna", "officer")
    code = office.incident()
    assert decide(anna, code, "dismiss").status_code == 422
    answer = decide(anna, code, "dismiss", reason="animal")
    assert answer.json()["verdicts"][0]["reason"] == "animal"
    assert value(anna) == (0, 0)


@pytest.mark.parametrize("never", [{"mode": "trial"}, {"status": "exercise"}, {"status": "test"}])
def test_trial_exercise_and_test_are_never_counted(office: Office, never: dict[str, str]) -> None:
    anna = office.desk("anna", "officer")
    code = office.incident(**never)  # type: ignore[arg-type]
    assert value(anna) == (0, 0)
    assert decide(anna, code, "confirm").status_code == 200
    assert value(anna) == (0, 0)


def test_a_claim_shows_its_holder_and_holds_colleagues_back_until_it_expires(either: Office) -> None:
    anna, binh = either.desk("anna", "officer"), either.desk("binh", "officer")
    code = either.incident()
    assert decide(anna, code, "claim").json()["claimed_by"] == "Anna"
    (waiting,) = binh.get("/api/v1/review").json()
    assert (waiting["state"], waiting["claimed_by"]) == ("claimed", "Anna")
    refused = decide(binh, code, "confirm", version=2)
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert "Anna" in refused.json()["detail"]
    assert refused.json()["current"]["claimed_by"] == "Anna"
    either.clock.at += CLAIM_LASTS
    (free,) = binh.get("/api/v1/incidents?state=new").json()["items"]
    assert (free["state"], free["claimed_by"]) == ("new", None)
    assert decide(binh, code, "confirm", version=2).json()["state"] == "confirmed"


def test_a_stale_version_gets_409_with_the_current_incident(either: Office) -> None:
    anna, binh = either.desk("anna", "officer"), either.desk("binh", "officer")
    code = either.incident()
    decide(anna, code, "claim")
    decide(anna, code, "release", version=2)
    refused = decide(binh, code, "confirm", version=1)
    assert refused.status_code == 409
    assert refused.json()["current"]["version"] == 3
    assert decide(binh, code, "confirm", version=3).status_code == 200


def test_a_supervisor_corrects_what_an_officer_decided_and_a_colleague_may_not(office: Office) -> None:
    anna, binh = office.desk("anna", "officer"), office.desk("binh", "officer")
    chief = office.desk("chi", "supervisor")
    code = office.incident()
    decide(anna, code, "confirm")
    assert decide(binh, code, "undo", version=2).status_code == 403
    assert decide(chief, code, "undo", version=2).json()["state"] == "new"


def test_every_move_is_an_appended_verdict_and_an_audit_row(either: Office) -> None:
    anna = either.desk("anna", "officer")
    code = either.incident()
    for version, move in enumerate(["claim", "confirm", "undo"], start=1):
        decide(anna, code, move, version=version)
    with either.services.database.read() as session:
        verdicts = [(row.from_state, row.to_state) for row in session.scalars(select(VerdictRow))]
        rows = session.scalars(select(AuditRow).where(AuditRow.subject == code)).all()
    assert verdicts == [("new", "claimed"), ("claimed", "confirmed"), ("confirmed", "new")]
    assert [row.action for row in rows] == ["claim", "confirm", "undo"]
    assert rows[1].detail == {"from": "claimed", "to": "confirmed", "reason": None, "note": ""}


@pytest.mark.parametrize(("move", "counted"), [("claim", (0, 1)), ("confirm", (1, 0))])
def test_twenty_officers_reach_for_the_same_incident_and_exactly_one_wins(
    either: Office, move: str, counted: tuple[float, int]
) -> None:
    code = either.incident()
    desks = [either.desk(f"officer{number}", "officer") for number in range(20)]
    start, statuses = threading.Barrier(20), []

    def reach(client: httpx.Client) -> None:
        start.wait()
        statuses.append(decide(client, code, move).status_code)

    threads = [threading.Thread(target=reach, args=(client,)) for client in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * 19
    assert value(desks[0]) == counted
    with either.services.database.read() as session:
        assert len(session.scalars(select(VerdictRow)).all()) == 1
        assert audit.verify(session).broken is None


def test_open_pages_are_told_after_a_decision(office: Office) -> None:
    anna = office.desk("anna", "officer")
    code = office.incident()
    before = office.services.live.latest_id
    decide(anna, code, "confirm")
    assert office.services.live.latest_id == before + 2
    decide(anna, code, "confirm")
    assert office.services.live.latest_id == before + 2, "a refused move tells nobody"


def test_a_viewer_looks_and_may_not_decide(office: Office) -> None:
    guest = office.desk("guest", "viewer")
    code = office.incident()
    assert guest.get(f"/api/v1/incidents/{code}").json()["moves"] == []
    assert decide(guest, code, "confirm").status_code == 403
    assert guest.get("/api/v1/incidents/AN-2026-999999").status_code == 404
