"""A worked year, entered through the HTTP API: the 20 criteria give the figures that a person computes by hand.

The year and the hand computation stand in ``data/worked_year.yaml``.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from server.tables import IncidentRow
from tests.support.office import Office, decide, open_office

YEAR: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "data" / "worked_year.yaml").read_text(encoding="utf-8"))
AFTER = datetime(2024, 12, 28, 5, tzinfo=UTC)


def noon(day: date) -> datetime:
    """Noon of a day in Vietnam."""
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)


class Ward:
    """An officer and a supervisor at work in an office whose clock they turn."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.anna = office.desk("anna", "officer")
        self.chief = office.desk("chief", "supervisor")

    def enter(self, source: str, at: date, **facts: Any) -> dict[str, Any]:
        body = {"source": source, "title": "Vụ việc", "occurred_at": noon(at).isoformat(), **facts}
        answer = self.anna.post("/api/v1/incidents", json=body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def move(self, code: str, what: str) -> None:
        version = self.anna.get(f"/api/v1/incidents/{code}").json()["version"]
        answer = decide(self.anna, code, what, version=version, note="đã làm rõ")
        assert answer.status_code < 300, answer.text

    def entry(self, code: str, period: str, figures: dict[str, float]) -> None:
        body = {"period": period, "figures": figures, "note": "Theo sổ của phường"}
        made = self.anna.post(f"/api/v1/criteria/{code}/entries", json=body)
        assert made.status_code == 201, made.text
        done = self.chief.post(f"/api/v1/criteria/entries/{made.json()['id']}/decision", json={"approve": True})
        assert done.json()["state"] == "approved", done.text

    def live_the_year(self) -> None:
        """All of it."""
        for each in YEAR["official"]:
            facts = {key: value for key, value in each.items() if key != "at"}
            self.office.clock.at = noon(each["at"])
            self.enter("official", each["at"], **facts)
        self._tips()
        self._seen()
        for name, share in YEAR["cameras"].items():
            start = self.office.services.calendar.period("2024-Y").start_at
            camera = self.office.camera(name, since=start - timedelta(days=1))
            self.office.was_up(camera, start, self.office.services.calendar.period("2024-Y").end_at, share)
        self.office.clock.at = AFTER
        for each in YEAR["entries"]:
            self.entry(each["code"], each["period"], each["figures"])

    def _tips(self) -> None:
        codes: list[str] = []
        for each in YEAR["tips"]:
            self.office.clock.at = noon(each["at"])
            code = self.enter("tip", each["at"], category="economic")["code"]
            codes.append(code)
            if "same_as" in each:
                with self.office.services.database.transaction() as session:
                    row = session.query(IncidentRow).filter_by(code=code).one()
                    whole = session.query(IncidentRow).filter_by(code=codes[each["same_as"]]).one()
                    row.state, row.merged_into = "merged", whole.id
                continue
            self.move(code, "confirm")
            self.office.clock.at = noon(each["handled"])
            self.move(code, "resolve")

    def _seen(self) -> None:
        for each in YEAR["spots"]:
            self.office.clock.at = noon(each["at"])
            code = self.office.incident(at=noon(each["at"]), rule_kind=each["kind"], rule_name=each["name"])
            self.move(code, "confirm")
            if "handled" in each:
                self.office.clock.at = noon(each["handled"])
                self.move(code, "remind")
        for each in YEAR["never"]:
            more = {key: each[key] for key in ("mode", "status", "state") if key in each}
            self.office.incident(at=noon(each["at"]), rule_kind=each["kind"], rule_name="x", **more)


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with open_office(tmp_path_factory.mktemp("year")) as office:
        ward = Ward(office)
        ward.live_the_year()
        yield ward


def board(client: httpx.Client, period: str = "2024-Y") -> dict[str, dict[str, Any]]:
    rows = client.get(f"/api/v1/criteria?period={period}").json()["criteria"]
    return {row["code"]: row for row in rows}


@pytest.mark.parametrize("code", [f"TC{number:02d}" for number in range(1, 21)])
def test_each_criterion_gives_what_a_person_computes(ward: Ward, code: str) -> None:
    row, expected = board(ward.anna)[code], YEAR["expected"][code]
    assert row["state"] == expected["state"], row["why_vi"]
    assert row["value"] == (None if expected["value"] is None else pytest.approx(expected["value"])), row["why_vi"]
    if "baseline" in expected:
        assert row["baseline"] == expected["baseline"]
    assert expected["says"] in row["why_vi"]


@pytest.mark.parametrize("which", YEAR["checks"])
def test_each_figure_beside_it_too(ward: Ward, which: str) -> None:
    code, key = which.split(".")
    (found,) = [each for each in board(ward.anna)[code]["checks"] if each["key"] == key]
    expected = YEAR["checks"][which]
    assert found["value"] == expected["value"]
    assert found["baseline"] == expected.get("baseline")
    assert found["change_vi"] == expected.get("change", "")


def test_months_and_quarters_add_up_to_the_year(ward: Ward) -> None:
    keys = {"M": [f"2024-M{month:02d}" for month in range(1, 13)], "Q": [f"2024-Q{number}" for number in range(1, 5)]}
    for parts in keys.values():
        rows = [board(ward.anna, key)["TC09"] for key in parts]
        assert sum(row["value"] for row in rows) == 5
        assert sum(row["checks"][1]["value"] for row in rows) == 9


def test_the_drill_down_lists_exactly_what_was_counted(ward: Ward) -> None:
    for code in ("TC09", "TC10", "TC15", "TC17", "TC18"):
        found = ward.anna.get(f"/api/v1/criteria/{code}?period=2024-Y").json()
        if found["unit"] != "%":
            assert len(found["counted"]) == found["value"], code
    tips = ward.anna.get("/api/v1/criteria/TC10?period=2024-Y").json()
    assert len(tips["counted"]) == 4, "the one that was merged is part of another"


def test_model_ward_needs_all_and_these_are_missing(ward: Ward) -> None:
    missing = [code for code, row in board(ward.anna).items() if row["state"] != "met"]
    assert missing == ["TC03", "TC05", "TC10", "TC12", "TC16", "TC17", "TC18", "TC19", "TC20"]


def test_next_year_is_compared_across_the_merger_and_says_so(ward: Ward) -> None:
    merger = {"day": "2025-07-01", "note": "Phường 5 + xã Hòa Thuận"}
    assert ward.chief.post("/api/v1/mergers", json=merger).status_code == 201
    ward.office.clock.at = datetime(2025, 12, 20, tzinfo=UTC)
    ward.entry("TC09", "2025-Y", {"cases": 6, "suspects": 8})
    row = board(ward.anna, "2025-Y")["TC09"]
    assert (row["state"], row["value"], row["baseline"], row["merged_on"]) == ("not_met", 6, 5, "2025-07-01")
    assert "tăng 01 vụ (+20,00%) so với cùng kỳ, qua mốc sáp nhập 01/07/2025" in row["why_vi"]
    assert board(ward.anna)["TC09"]["merged_on"] is None, "2024 against 2023 lies before it"
    ward.office.clock.at = AFTER
