"""A worked year, come in through the product's own doors: the 20 criteria and the yearly report give the figures that a
person computes by hand.

The year and the hand computation stand in ``data/worked_year.yaml``; ``tests/support/year.py`` lives it.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import reading
from tests.support.drilling import counted
from tests.support.office import open_office
from tests.support.reading import as_sheet, tables_of
from tests.support.year import DAY, Ward, ok

YEAR: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "data" / "worked_year.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with open_office(tmp_path_factory.mktemp("year")) as office:
        ward = Ward(office, YEAR)
        ward.live()
        yield ward


@pytest.fixture(scope="module")
def board(ward: Ward) -> dict[str, dict[str, Any]]:
    """The year's scoreboard, by criterion."""
    return board_of(ward, YEAR["year"])


def board_of(ward: Ward, period: str) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in ok(ward.anna.get(f"/api/v1/criteria?period={period}"))["criteria"]}


def agrees(row: dict[str, Any], expected: dict[str, Any]) -> None:
    assert row["state"] == expected["state"], row["why_vi"]
    assert row["value"] == (None if expected["value"] is None else pytest.approx(expected["value"])), row["why_vi"]
    if "baseline" in expected:
        assert row["baseline"] == expected["baseline"]
    assert expected["says"] in row["why_vi"]


@pytest.mark.parametrize("code", [f"TC{number:02d}" for number in range(1, 21)])
def test_each_criterion_gives_what_a_person_computes(board: dict[str, Any], code: str) -> None:
    agrees(board[code], YEAR["expected"][code])
    assert board[code]["merged_on"] is None, "2024 against 2023 lies before the merger"


@pytest.mark.parametrize("which", YEAR["checks"])
def test_each_figure_beside_it_too(board: dict[str, Any], which: str) -> None:
    code, key = which.split(".")
    (found,) = [each for each in board[code]["checks"] if each["key"] == key]
    expected = YEAR["checks"][which]
    assert found["value"] == expected["value"]
    assert found["baseline"] == expected.get("baseline")
    assert found["change_vi"] == expected.get("change", "")


def test_months_and_quarters_add_up_to_the_year(ward: Ward) -> None:
    months = [board_of(ward, f"2024-M{month:02d}") for month in range(1, 13)]
    quarters = [board_of(ward, f"2024-Q{number}") for number in range(1, 5)]
    for parts in (months, quarters):
        rows = [part["TC09"] for part in parts]
        assert sum(row["value"] for row in rows) == 5
        assert sum(row["checks"][1]["value"] for row in rows) == 9
    for code, values in YEAR["months"].items():
        assert [month[code]["value"] for month in months] == pytest.approx(values)


def test_the_drill_down_lists_exactly_what_was_counted(ward: Ward) -> None:
    for code in ("TC09", "TC10", "TC15", "TC17", "TC18"):
        found = ok(ward.anna.get(f"/api/v1/criteria/{code}?period=2024-Y"))
        rows = counted(ward.anna, code, "2024-Y")
        assert len(rows) == found["counted_by"][found["checks"][0]["key"]], code
        if found["unit"] != "%":
            assert len(rows) == found["value"], code
    tips = ok(ward.anna.get("/api/v1/criteria/TC10?period=2024-Y"))
    first, second, third, fourth, again = (ward.incidents[f"tips {number}"]["code"] for number in range(5))
    assert [each["code"] for each in tips["counted"]["items"]] == [fourth, third, second, first]
    parts = ok(ward.anna.get(f"/api/v1/incidents/{third}"))["merged"]
    assert [part["code"] for part in parts] == [again], "what was told twice is part of the first telling"


def test_model_ward_needs_all_and_these_are_missing(board: dict[str, Any]) -> None:
    missing = [code for code, row in board.items() if row["state"] != "met"]
    assert missing == ["TC03", "TC05", "TC10", "TC12", "TC16", "TC17", "TC18", "TC19", "TC20"]


def test_what_the_edge_sent_came_once_and_whole(ward: Ward) -> None:
    """Each event was delivered twice; nothing was refused, nothing is missing, and every event is one incident."""
    (edge,) = ok(ward.root.get("/api/v1/edges"))
    assert (edge["missing_messages"], edge["session"]) == (0, 2), "its box was repaired once"
    assert ok(ward.root.get("/api/v1/dead-letters"))["items"] == []
    seen = ok(ward.anna.get("/api/v1/incidents", params={"q": "source:camera", "limit": 100}))["items"]
    states = Counter(each["state"] for each in seen)
    assert states == {"reminded": 6, "resolved": 1, "confirmed": 1 + 3, "dismissed": 1, "cancelled": 1}


def test_the_yearly_report_says_the_same(ward: Ward, board: dict[str, Any]) -> None:
    report = ok(ward.anna.get(f"/api/v1/reports/{YEAR['year']}.json"))
    tables = {table["key"]: table["rows"] for table in tables_of(report)}
    for key, expected in YEAR["report"].items():
        assert [values(row) for row in tables[key]] == expected, key
    assert [row["cells"][3]["value"] for row in tables["criteria"]] == [row["value"] for row in board.values()]
    assert len(tables["cases"]) == 10 + 3 + 1 + 4 + 1, "the total of crimes, traffic, fires, urban order, unclassified"
    assert not said(report, "Địa bàn thay đổi"), "2024 against 2023 lies before the merger"


def test_the_yearly_workbook_holds_the_same_numbers(ward: Ward) -> None:
    report = ok(ward.anna.get(f"/api/v1/reports/{YEAR['year']}.json"))
    body = ward.anna.get(f"/api/v1/reports/{YEAR['year']}.xlsx").content
    rows = [row for sheet in reading.of_xlsx(body).values() for row in sheet]
    for table in tables_of(report):
        for row in table["rows"]:
            assert [value for value in map(as_sheet, row["cells"]) if value is not None] in rows, table["key"]


def test_next_year_is_compared_across_the_merger_and_says_so(ward: Ward) -> None:
    row = board_of(ward, "2025-Y")["TC09"]
    agrees(row, YEAR["next_year"]["TC09"])
    assert row["merged_on"] == "2025-07-01"
    report = ok(ward.anna.get("/api/v1/reports/2025-Y.json"))
    assert said(report, "Địa bàn thay đổi từ ngày 01/07/2025: số cùng kỳ là của địa bàn cũ")
    (cameras,) = (table["rows"] for table in tables_of(report) if table["key"] == "cameras")
    assert [values(row)[:2] for row in cameras[:2]] == [["Khóm 1", "Khóm Hòa Lợi"], ["Khóm 4", "Khóm Hòa Lợi"]]


def test_units_have_their_names_of_the_time(ward: Ward) -> None:
    merger = YEAR["merger"]
    before, after = (
        {unit["name"] for unit in ok(ward.anna.get("/api/v1/units", params={"on": str(day)}))}
        for day in (merger["day"] - DAY, merger["day"])
    )
    assert (before, after) == (set(merger["units"]), {merger["into"]})
    every = {unit["name"]: unit for unit in ok(ward.anna.get("/api/v1/units"))}
    assert {every[name]["successor"] for name in merger["units"]} == {every[merger["into"]]["id"]}
    units = [ward.incidents[f"spots {number}"]["unit"] for number in range(len(YEAR["spots"]))]
    assert units == ["Khóm 1", "Khóm 1", "Khóm 4", "Khóm 4", "Khóm 1", "Khóm 1", "Khóm Hòa Lợi"]


def values(row: dict[str, Any]) -> list[Any]:
    """Of a report's row: numbers, and words where there are none."""
    return [cell["text"] if cell["value"] is None else cell["value"] for cell in row["cells"]]


def said(report: dict[str, Any], what: str) -> bool:
    """Whether the report's first sentences say so."""
    return what in " ".join(report["opening"])
