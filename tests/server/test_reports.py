"""A worked month as a report: what a person adds up by hand stands in Word, Excel, CSV, JSON and on the page alike."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from server.tables import AuditRow, IncidentRow
from tests.support import reading, worked
from tests.support.office import NOON, Office, open_office
from tests.support.reading import as_sheet, tables_of

LANGUAGES = ("vi", "en")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as opened:
        worked.enter(opened)
        yield opened


@pytest.fixture(scope="module")
def desk(office: Office) -> httpx.Client:
    return office.desk("tran.b", "officer")


def take(desk: httpx.Client, ending: str, language: str = "vi", key: str = worked.MONTH) -> httpx.Response:
    answer = desk.get(f"/api/v1/reports/{key}.{ending}", params={"lang": language})
    assert answer.status_code == 200, answer.text[:500]
    return answer


def table(report: dict[str, Any], key: str) -> list[list[Any]]:
    """The values of a table; its words where there is no value."""
    found = next(each for each in tables_of(report) if each["key"] == key)
    return [
        [cell["text"] if cell["value"] is None else cell["value"] for cell in row["cells"]] for row in found["rows"]
    ]


def said(report: dict[str, Any]) -> str:
    """Every sentence."""
    return "\n".join(sentence for section in report["sections"] for sentence in section["sentences"])


def test_the_figures_are_those_a_person_adds_up(desk: httpx.Client) -> None:
    report = take(desk, "json").json()
    crimes = table(report, "crimes")
    for row, (now, before) in zip(crimes, [*worked.EXPECTED.values(), worked.TOTAL], strict=True):
        assert row[1:] == [now[0], before[0], now[0] - before[0], now[1], before[1], now[1] - before[1]], row[0]
    traffic, fire = (row[1:] for row in table(report, "accidents"))
    for row, (these, those) in ((traffic, worked.TRAFFIC), (fire, worked.FIRE)):
        assert row == [each for pair in zip(these, those, strict=True) for each in pair]
    urban, unregistered, unclassified = (row[1:3] for row in table(report, "apart"))
    assert urban == [worked.URBAN[0][0], worked.URBAN[1][0]]
    assert (unregistered, unclassified) == ([worked.UNREGISTERED, 0], [1, 0])
    assert [row[1] for row in table(report, "contribution")] == [*worked.BY_CAMERA, sum(worked.BY_CAMERA)]
    received, handled, in_time, overdue = worked.TIPS
    assert table(report, "tips")[0][1:] == [received, handled, 80.0, in_time, 75.0, overdue]
    assert tuple(table(report, "logged")[-1][1:]) == worked.LOGGED
    assert [row[2:6] for row in table(report, "cameras")] == [
        [372.0, 100.0, 0, 0],  # 15.5 days of hours, until noon
        [186.0, 50.0, 2, 1],
        [558.0, 75.0, 2, 1],
    ]
    assert len(table(report, "cases")) == worked.CASES


def test_the_sentences_are_the_ward_s(desk: httpx.Client) -> None:
    vi, en = said(take(desk, "json").json()), said(take(desk, "json", "en").json())
    assert (
        "Trật tự xã hội: 05 vụ, 09 đối tượng; giảm 02 vụ (-28,57%), giảm 03 đối tượng (-25,00%) so với cùng kỳ."
    ) in vi
    assert "Kinh tế: 01 vụ, 01 đối tượng; tăng 01 vụ (kỳ trước 0), tăng 01 đối tượng (kỳ trước 0)" in vi
    assert "Ma tuý: 02 vụ, 03 đối tượng; không tăng, không giảm so với cùng kỳ." in vi
    assert "Qua camera đã phát hiện, xử lý 09 vụ, 03 đối tượng;" in vi
    assert "Giao thông: 02 vụ, 01 người chết, 03 người bị thương;" in vi
    assert "Tiếp nhận 05 tin báo, tố giác, kiến nghị khởi tố, phản ánh; đã giải quyết 04 tin (80%)" in vi
    assert "Social order: 5 cases, 9 people involved; down 2 cases (-28.57%), down 3 people involved (-25.00%)" in en
    for word in ("vi phạm hành chính", "theo quy định"):
        assert word not in vi.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_says_the_same(desk: httpx.Client, language: str) -> None:
    report = take(desk, "json", language).json()
    tables = list(tables_of(report))
    assert reading.of_docx(take(desk, "docx", language).content) == [
        [[cell["text"] for cell in row["cells"]] for row in each["rows"]] for each in tables
    ]
    in_csv = reading.of_csv(take(desk, "csv", language).content)
    on_page = reading.of_page(desk.get(f"/reports?period={worked.MONTH}&lang={language}").text)
    assert list(in_csv) == list(on_page) == [each["key"] for each in tables]
    for each in tables:
        for row, fields, shown in zip(each["rows"], in_csv[each["key"]], on_page[each["key"]], strict=True):
            for cell, written, (text, value) in zip(row["cells"], fields, shown, strict=True):
                assert text == cell["text"]
                if cell["value"] is None:
                    assert (written.removeprefix("'"), value) == (cell["text"], None)
                elif isinstance(cell["value"], str):  # an instant
                    assert written == cell["value"]
                else:
                    assert float(written) == float(value or "") == cell["value"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_holds_numbers_as_numbers(desk: httpx.Client, language: str) -> None:
    report = take(desk, "json", language).json()
    sheets = list(reading.of_xlsx(take(desk, "xlsx", language).content).values())
    where = {"summary": sheets[0], "criteria": sheets[1], "cameras": sheets[2], "cases": sheets[3]}
    assert len(sheets) == 4
    for section in report["sections"]:
        if section["table"] is not None:
            for row in section["table"]["rows"]:
                wanted = [value for value in map(as_sheet, row["cells"]) if value is not None]
                assert wanted in where[section["sheet"]]
        if section["sheet"] == "summary":
            assert all([sentence] in where["summary"] for sentence in section["sentences"])


def test_a_workbook_can_be_read_and_printed(desk: httpx.Client) -> None:
    book = load_workbook(io.BytesIO(take(desk, "xlsx").content))
    assert book.sheetnames == ["Tổng hợp", "Tiêu chí", "Camera", "Vụ việc"]
    for page in book.worksheets:
        assert page.freeze_panes
        assert page.page_setup.paperSize == 9, "A4"
        assert page.page_setup.fitToWidth == 1
        assert page.column_dimensions["B"].width > 7
    assert book["Vụ việc"].print_title_rows == "$1:$1"
    assert book["Vụ việc"]["C2"].is_date


def test_the_criteria_are_the_scoreboard_s(desk: httpx.Client) -> None:
    board = desk.get("/api/v1/criteria", params={"period": worked.MONTH}).json()["criteria"]
    rows = table(take(desk, "json").json(), "criteria")
    assert [row[0].rstrip("*") for row in rows] == [each["code"] for each in board]
    for row, each in zip(rows, board, strict=True):
        assert row[0].endswith("*") == (each["basis"] == "P"), "what we proposed is marked as such"
        for shown, number in ((row[3], each["value"]), (row[4], each["baseline"])):
            assert shown == ("–" if number is None else round(number, 2))
        assert (row[5], row[6]) == (each["logged"], each["why_vi"])


def test_the_head_is_the_site_s_and_the_document_s(desk: httpx.Client) -> None:
    text = reading.text_of_docx(take(desk, "docx").content)
    for line in (
        "CÔNG AN PHƯỜNG HÒA THUẬN",
        "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập – Tự do – Hạnh phúc",
        "Hòa Thuận, ngày 02 tháng 3 năm 2026",
        "BÁO CÁO",
        "Kết quả công tác bảo đảm an ninh, trật tự tháng 3/2026",
        "(Từ ngày 15/02/2026 đến hết ngày 14/03/2026)",
        "Số liệu tính đến 12:00 02/03/2026; kỳ báo cáo chưa kết thúc",
        "Nơi nhận:",
        "TRƯỞNG CÔNG AN",
        "* Số liệu tham khảo: mức đạt do hệ thống đề xuất",
    ):
        assert line in text


def test_what_was_confirmed_late_is_said(desk: httpx.Client) -> None:
    report = take(desk, "json").json()
    late, earlier = report["findings"]["adjustments"]["after"], report["findings"]["adjustments"]["before"]
    assert (len(late), len(earlier)) == (1, 1)
    text = said(report)
    assert f"01 vụ của kỳ này được xác minh sau khi kỳ kết thúc, đã tính vào kỳ này: {late[0]}." in text
    assert f"01 vụ xảy ra trước kỳ được xác minh trong kỳ này, tính vào kỳ xảy ra: {earlier[0]}." in text
    assert late[0] in [row[1] for row in table(report, "cases")]
    assert earlier[0] not in [row[1] for row in table(report, "cases")]


@pytest.mark.parametrize(
    ("key", "cases"),
    [
        ("2026-03-02", 11),  # 4 and 2 by camera; of the register: theft, economic, drugs, and 2 of traffic
        ("2026-W10", 11),
        ("2026-Q1", worked.CASES + 1),  # with the one of 10 February
        ("2026-H1", worked.CASES + 1),
        ("2026-9M", worked.CASES + 1),
        ("2026-Y", worked.CASES + 1),
        ("2026-02-10--2026-03-02", worked.CASES + 1),
        ("2020-Y", 0),
    ],
)
def test_every_kind_of_period_has_its_report(desk: httpx.Client, key: str, cases: int) -> None:
    report = take(desk, "json", key=key).json()
    assert report["key"] == key
    assert len(table(report, "cases")) == cases
    for ending in ("docx", "xlsx", "csv"):
        assert len(take(desk, ending, key=key).content) > 500


def test_where_nobody_recorded_anything_a_zero_is_no_figure(desk: httpx.Client) -> None:
    report = take(desk, "json", key="2020-Y").json()
    assert "Trật tự xã hội: 00 vụ, 00 đối tượng; chưa có số liệu cùng kỳ." in said(report)
    assert table(report, "crimes")[0][1:] == [0, "–", "–", 0, "–", "–"]


def test_a_name_is_no_formula(desk: httpx.Client, office: Office) -> None:
    """What somebody wrote into a title is run by no spreadsheet, and breaks no document."""
    for title in ("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A0", "bell\x07 \u2028line\ttab", "<b>&amp;</b>"):
        office.incident(at=datetime(2031, 5, 1, tzinfo=UTC), state="confirmed", category="economic", title=title)
    report = take(desk, "json", key="2031-05-01").json()
    titles = [row[3] for row in table(report, "cases")]
    assert titles == ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A0", "bell line tab", "<b>&amp;</b>"]
    fields = [field for row in reading.of_csv(take(desk, "csv", key="2031-05-01").content)["cases"] for field in row]
    assert not [field for field in fields if field.startswith(("=", "+", "-", "@"))]
    page = load_workbook(io.BytesIO(take(desk, "xlsx", key="2031-05-01").content))["Vụ việc"]
    for number, title in enumerate(titles, start=2):
        assert (page.cell(number, 4).value, page.cell(number, 4).data_type) == (title, "s")
    assert [row[3] for row in reading.of_docx(take(desk, "docx", key="2031-05-01").content)[-1]] == titles
    assert [row[3][0] for row in reading.of_page(desk.get("/reports?period=2031-05-01").text)["cases"]] == titles


@pytest.mark.parametrize(
    ("key", "status"), [("2026-M13", 422), ("2026-02-30", 422), ("x", 422), ("2026-03-01--2026-02-01", 422)]
)
def test_what_is_no_period_is_refused(desk: httpx.Client, key: str, status: int) -> None:
    for ending in ("docx", "xlsx", "csv", "json"):
        assert desk.get(f"/api/v1/reports/{key}.{ending}").status_code == status
    assert desk.get(f"/reports?period={key}").status_code == 404


def test_days_that_were_picked_are_a_span_in_whatever_order(desk: httpx.Client) -> None:
    for query in ("first=2026-03-01&last=2026-03-20", "first=2026-03-20&last=2026-03-01"):
        assert 'data-key="2026-03-01--2026-03-20"' in desk.get(f"/reports?{query}").text
    assert 'data-key="2026-03-01"' in desk.get("/reports?first=2026-03-01&last=").text
    assert desk.get("/reports?first=nonsense&last=2026-03-01").status_code == 404


def test_who_takes_a_report_away_is_on_record(office: Office) -> None:
    desk = office.desk("le.c", "officer")
    take(desk, "docx", "en", key="2026-W10")
    with office.services.database.read() as session:
        row = session.query(AuditRow).filter_by(action="report").order_by(AuditRow.id.desc()).first()
        assert row is not None
        assert (row.subject, row.detail) == ("2026-W10", {"format": "docx", "language": "en"})


def test_a_viewer_reads_the_page_and_takes_nothing_away(office: Office) -> None:
    viewer = office.desk("nguyen.v", "viewer")
    page = viewer.get(f"/reports?period={worked.MONTH}")
    assert page.status_code == 200
    assert "/api/v1/reports/" not in page.text
    assert viewer.get(f"/api/v1/reports/{worked.MONTH}.docx").status_code == 403


def test_files_are_named_for_what_they_are(desk: httpx.Client) -> None:
    answer = take(desk, "docx")
    assert answer.headers["content-disposition"] == 'attachment; filename="bao-cao_hoa-thuan_2026-M03.docx"'
    assert answer.headers["content-type"].endswith("wordprocessingml.document")
    assert take(desk, "csv").content.startswith(b"\xef\xbb\xbf"), "Excel knows UTF-8 by its mark"


def test_a_report_of_thousands_says_what_it_left_out(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        code = office.incident(at=NOON, state="confirmed", category="urban_order")
        with office.services.database.transaction() as session:
            first = session.query(IncidentRow).filter_by(code=code).one()
            columns = {
                each.name: getattr(first, each.name)
                for each in IncidentRow.__table__.columns
                if each.name not in {"id", "code"}
            }
            session.bulk_insert_mappings(
                IncidentRow.__mapper__, [columns | {"code": f"AN-2026-9{number:05d}"} for number in range(2500)]
            )
        desk = office.desk("tran.b", "officer")
        report = take(desk, "json").json()
        assert table(report, "apart")[0][1] == 2501
        assert len(table(report, "cases")) == 2000
        notes = [note for section in report["sections"] for note in section["notes"]]
        assert "Danh sách chỉ nêu 2.000 vụ đầu; xem đủ ở trang Vụ việc." in notes
        assert len(reading.of_docx(take(desk, "docx").content)[-1]) == 2000


def test_a_merger_of_wards_is_marked_as_a_break(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        chief = office.desk("chi.huy", "supervisor")
        assert "Địa bàn thay đổi" not in " ".join(take(chief, "json").json()["opening"])
        merger = {"day": "2025-07-01", "note": "Phường 5 và xã Hòa Thuận"}
        assert chief.post("/api/v1/mergers", json=merger).status_code < 300
        assert "Địa bàn thay đổi từ ngày 01/07/2025: số cùng kỳ là của địa bàn cũ" in " ".join(
            take(chief, "json").json()["opening"]
        )
