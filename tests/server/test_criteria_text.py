"""The criteria's text: checked by line, compared, saved in versions, and followed by every server without a restart."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from server.criteria import definition
from server.schemas import CriteriaTextIn
from server.tables import AuditRow, CriteriaVersion
from tests.server.conftest import BOTH
from tests.support.needs import ROOT
from tests.support.office import NOON, Office, decide, open_office

BASE = "/api/v1/criteria-definition"
FILE = (ROOT / "configs" / "criteria.yaml").read_text(encoding="utf-8")
MARCH = "2026-M03"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture(params=BOTH)
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    url = request.getfixturevalue("postgres").with_tables() if request.param == "postgres" else None
    with open_office(tmp_path, url) as opened:
        yield opened


def one(target: int, name: str = "Vụ nghi vấn ban đêm") -> str:
    """Criteria of which there is one: confirmed intrusions, at most ``target``, however little the cameras were up."""
    return f"""version: 1
criteria:
  - code: TC01
    name: {{vi: {name}, en: Intrusions}}
    target: {{vi: không quá, en: at most}}
    basis: {{mark: P, note: thử}}
    legal_basis: ""
    input: auto
    measure: {{entity: incident, aggregate: count, time: occurred_at, unit: vụ}}
    where: {{rule_kind: [intrusion]}}
    compare: {{against: target, rule: at_most, target: {target}}}
    better: lower
    requires: {{camera_uptime: 0.1, rule_in_service: true}}
    effective: {{from: 2026-01-01}}
"""


def put(client: httpx.Client, version: int, text: str | None, reason: str = "thử nghiệm") -> httpx.Response:
    return client.put(BASE, json={"version": version, "text": text, "reason": reason})


def check(client: httpx.Client, text: str) -> dict[str, Any]:
    found: dict[str, Any] = client.post(f"{BASE}/check", json={"text": text, "period": MARCH}).json()
    return found


def board(client: httpx.Client) -> dict[str, tuple[str, float | None]]:
    found = client.get(f"/api/v1/criteria?period={MARCH}").json()["criteria"]
    return {each["code"]: (each["state"], each["value"]) for each in found}


def confirmed(office: Office, count: int) -> None:
    """So many confirmed intrusions of yesterday."""
    camera, officer = office.camera(), office.desk("le.c", "officer")
    office.was_up(camera, NOON - timedelta(days=20), NOON, 1.0)
    for at in range(count):
        code = office.incident(at=NOON - timedelta(days=1, hours=at))
        decide(officer, code, "confirm").raise_for_status()


def test_a_saved_text_holds_at_once_and_the_way_back_leads_to_the_file(either: Office) -> None:
    confirmed(either, 2)
    admin = either.desk("quan.tri", "admin")
    first = admin.get(BASE).json()
    assert (first["version"], first["text"], first["is_from_file"]) == (0, FILE, True)
    before = board(admin)
    made = put(admin, 0, one(1), "Chỉ tiêu mới")
    assert (made.status_code, made.json()["version"], made.json()["is_from_file"]) == (200, 1, False)
    assert board(admin) == {"TC01": ("not_met", 2)}
    assert put(admin, 1, one(2)).json()["version"] == 2
    assert board(admin) == {"TC01": ("met", 2)}
    back = put(admin, 2, None, "Về tệp").json()
    assert (back["version"], back["is_from_file"], back["text"]) == (3, True, FILE)
    assert board(admin) == before
    told = admin.get(f"{BASE}/versions").json()
    assert [(row["version"], row["is_from_file"], row["reason"], row["saved_by"]) for row in told] == [
        (3, True, "Về tệp", "Quan.Tri"),
        (2, False, "thử nghiệm", "Quan.Tri"),
        (1, False, "Chỉ tiêu mới", "Quan.Tri"),
    ]
    assert admin.get(f"{BASE}/versions/1").json()["text"] == one(1)
    assert admin.get(f"{BASE}/versions/0").json()["text"] == FILE
    assert admin.get(f"{BASE}/versions/9").status_code == 404
    with either.services.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action.like("criteria_%")).order_by(AuditRow.id))
        assert [(row.action, row.subject, row.detail["why"]) for row in rows] == [
            ("criteria_saved", "1", "Chỉ tiêu mới"),
            ("criteria_saved", "2", "thử nghiệm"),
            ("criteria_from_file", "3", "Về tệp"),
        ]


def test_another_server_of_the_same_database_follows_and_so_does_one_that_starts_later(
    either: Office, tmp_path: Path
) -> None:
    url = either.services.settings.database.url
    (tmp_path / "other").mkdir()
    admin = either.desk("quan.tri", "admin")
    with open_office(tmp_path / "other", url) as other:
        there = other.desk("tran.b", "viewer")
        assert len(board(there)) == 20
        put(admin, 0, one(1)).raise_for_status()
        assert set(board(there)) == {"TC01"}
    (tmp_path / "later").mkdir()
    with open_office(tmp_path / "later", url) as later:
        assert [each.code for each in later.services.definitions.criteria] == ["TC01"]


def test_of_two_who_save_the_second_is_shown_what_the_first_saved(either: Office) -> None:
    first, second = either.desk("quan.tri", "admin"), either.desk("tran.b", "admin")
    put(first, 0, one(1)).raise_for_status()
    refused = put(second, 0, one(2))
    assert (refused.status_code, refused.json()["current"]["version"]) == (409, 1)
    assert refused.json()["current"]["text"] == one(1)
    assert "Quan.Tri vừa lưu bản 1" in refused.json()["detail"]
    assert put(second, 1, one(2)).status_code == 200


def test_of_many_who_save_at_once_one_is_taken(either: Office) -> None:
    desks = [either.desk(f"quan.tri.{at}", "admin") for at in range(4)]
    together = Barrier(len(desks))

    def save(at: int) -> int:
        together.wait(timeout=10)
        return put(desks[at], 0, one(at)).status_code

    with ThreadPoolExecutor(len(desks)) as pool:
        assert sorted(pool.map(save, range(len(desks)))) == [200, 409, 409, 409]
    assert [row["version"] for row in desks[0].get(f"{BASE}/versions").json()] == [1]


def test_a_fault_says_itself_in_both_languages(office: Office) -> None:
    admin = office.desk("quan.tri", "admin")
    (fault,) = check(admin, one(1).replace("code: TC01", "code: 1"))["faults"]
    assert fault == {
        "line": 3,
        "criterion": "criterion 1",
        "criterion_vi": "tiêu chí 1",
        "key": "code",
        "message": "Input should be a valid string",
        "message_vi": "cần là chữ; nếu là số, ngày hay true, false thì đặt trong ngoặc kép",
    }


def test_a_figure_without_an_end_is_a_fault_and_not_a_scoreboard_that_fails(office: Office) -> None:
    admin = office.desk("quan.tri", "admin")
    (fault,) = check(admin, one(1).replace("target: 1}", "target: .inf}"))["faults"]
    assert (fault["line"], fault["key"]) == (11, "compare.target")


def test_faults_are_told_by_line_and_nothing_with_faults_is_saved(office: Office) -> None:
    admin = office.desk("quan.tri", "admin")
    broken = one(1).replace("better: lower", "better: upper").replace("input: auto", "input: magic")
    found = check(admin, broken)
    assert [(fault["line"], fault["criterion"], fault["key"]) for fault in found["faults"]] == [
        (8, "TC01", "input"),
        (12, "TC01", "better"),
    ]
    assert found["changes"] == []
    refused = put(admin, 0, broken)
    assert refused.status_code == 422
    vi, en = refused.json()["detail"].split(" / ")
    assert vi == "Bộ tiêu chí còn 2 lỗi: dòng 8: TC01: input: chỉ được ghi 'auto', 'mixed' hoặc 'manual'."
    assert en == "The criteria have 2 faults: line 8: TC01: input: Input should be 'auto', 'mixed' or 'manual'."
    assert admin.get(BASE).json()["version"] == 0


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("version: 1\ncriteria: &a [*a]\n", 2, "*a: write out"),
        ("a: &a [x, x]\nb: &b [*a, *a]\n", 2, "*a: write out"),
        ("version: 1\ncriteria:\n" + "- " * 5_000 + "x\n", 3, "within each other"),
        ("version: 1\n\tcriteria: []\n", 2, "is not YAML"),
    ],
    ids=["itself", "a hundred laughs", "deep", "tab"],
)
def test_a_text_that_would_eat_the_server_is_a_fault(office: Office, text: str, line: int, message: str) -> None:
    (fault,) = check(office.desk("quan.tri", "admin"), text)["faults"]
    assert fault["line"] == line
    assert message in fault["message"]


def test_before_it_is_saved_a_text_says_what_it_would_change(either: Office) -> None:
    confirmed(either, 2)
    admin = either.desk("quan.tri", "admin")
    assert check(admin, FILE)["changes"] == []
    assert check(admin, FILE)["criteria"] == 20
    found = {each["code"]: each for each in check(admin, one(1))["changes"]}
    assert found["TC01"]["kind"] in {"result", "wording"}
    assert {each["kind"] for code, each in found.items() if code != "TC01"} == {"removed"}
    put(admin, 0, one(2)).raise_for_status()
    (turned,) = check(admin, one(1))["changes"]
    assert (turned["kind"], turned["was"]["state"], turned["becomes"]["state"]) == ("result", "met", "not_met")
    (reworded,) = check(admin, one(2, "Tên khác"))["changes"]
    assert (reworded["kind"], reworded["becomes"]["name_vi"]) == ("wording", "Tên khác")
    added = check(admin, one(2) + one(2).partition("criteria:\n")[2].replace("TC01", "TC02"))["changes"]
    assert [(each["code"], each["kind"], each["was"]) for each in added] == [("TC02", "added", None)]
    assert board(admin) == {"TC01": ("met", 2)}, "a check changes nothing"


def test_a_frozen_period_stays_as_it_was_frozen(either: Office) -> None:
    confirmed(either, 2)
    admin = either.desk("quan.tri", "admin")
    put(admin, 0, one(2)).raise_for_status()
    either.clock.turn(days=30)
    admin = either.desk("chi.huy", "admin")
    admin.post(f"/api/v1/periods/{MARCH}/freeze").raise_for_status()
    kept = admin.get(f"/api/v1/criteria/TC01?period={MARCH}").json()
    assert check(admin, one(1))["changes"][0]["kind"] == "wording", "its result is not another one"
    put(admin, 1, one(1)).raise_for_status()
    after = admin.get(f"/api/v1/criteria/TC01?period={MARCH}").json()
    assert (after["state"], after["definition_sha256"]) == ("met", kept["definition_sha256"])


def test_the_example_in_the_api_s_description_is_one() -> None:
    example = CriteriaTextIn.model_config["json_schema_extra"]
    assert isinstance(example, dict)
    given = CriteriaTextIn.model_validate(example["example"])
    assert given.text is not None
    assert isinstance(definition.check(given.text), definition.Definitions)


@pytest.mark.logs_errors
def test_a_version_that_this_release_can_t_read_is_told_and_the_one_before_holds(office: Office) -> None:
    admin = office.desk("quan.tri", "admin")
    put(admin, 0, one(1)).raise_for_status()
    board(admin)
    with office.services.database.transaction() as session:
        future = one(1).replace("version: 1", "version: 2")
        session.add(CriteriaVersion(id=2, saved_at=NOON, saved_by=1, reason="later", text=future, sha256="0" * 64))
    assert set(board(admin)) == {"TC01"}
    told = admin.get(BASE).json()
    assert (told["version"], told["faults"][0]["line"], told["faults"][0]["key"]) == (2, 1, "version")
    page = admin.get("/admin/criteria").text
    assert "không dùng được với phiên bản phần mềm này (dòng 1: version: chỉ được ghi 1)" in page
    page = admin.get("/admin/criteria?lang=en").text
    assert "by this release of the software (line 1: version: Input should be 1)" in page
    admin.get("/admin/criteria?lang=vi")
    put(admin, 2, one(3)).raise_for_status()
    assert admin.get(BASE).json()["faults"] == []
