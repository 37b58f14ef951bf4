"""The report's files in an office program that is not ours: they open, and hold on paper what they hold."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pypdf import PdfReader

from tests.support import needs, worked
from tests.support.office import open_office

pytestmark = pytest.mark.libreoffice
A4_POINTS = (595, 842)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with open_office(tmp_path_factory.mktemp("office")) as office:
        worked.enter(office)
        yield office.desk("tran.b", "officer")


def on_paper(desk: httpx.Client, folder: Path, ending: str, language: str = "vi") -> PdfReader:
    """The file as LibreOffice prints it, with a profile of its own."""
    program = needs.libreoffice()
    assert program is not None
    file = folder / f"report.{ending}"
    file.write_bytes(desk.get(f"/api/v1/reports/{worked.MONTH}.{ending}?lang={language}").content)
    subprocess.run(
        [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            str(file),
        ],
        check=True,
        capture_output=True,
        timeout=200,
    )
    return PdfReader(folder / "report.pdf")


def words(folder: Path, page: int | None = None) -> str:
    """Its text without any space: a font that lacks some letter tears words apart."""
    which = [] if page is None else ["-f", str(page), "-l", str(page)]
    found = subprocess.run(["pdftotext", *which, str(folder / "report.pdf"), "-"], check=True, capture_output=True)
    return _close(found.stdout.decode().replace("\u2011", "-"))


def _close(text: str) -> str:
    return "".join(text.split())


def test_the_word_file_prints_as_an_administrative_document(desk: httpx.Client, tmp_path: Path) -> None:
    paper = on_paper(desk, tmp_path, "docx")
    assert 4 <= len(paper.pages) <= 7
    sizes = [(round(page.mediabox.width), round(page.mediabox.height)) for page in paper.pages]
    assert sizes[0] == A4_POINTS
    assert sizes[-1] == A4_POINTS[::-1], "the list lies on its side"
    text = words(tmp_path)
    for part in (
        "CÔNG AN PHƯỜNG HÒA THUẬN",
        "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Trật tự xã hội: 05 vụ, 09 đối tượng; giảm 02 vụ (-28,57%), giảm 03 đối tượng (-25,00%) so với cùng kỳ.",
        "Qua camera đã phát hiện, xử lý 09 vụ, 03 đối tượng",
        "TRƯỞNG CÔNG AN",
        "Phụ lục: Danh sách vụ việc được tính",
        "AN-2026-000008",
    ):
        assert _close(part) in text
    assert words(tmp_path, 1).startswith("CÔNGAN"), "the first page bears no number"
    assert words(tmp_path, 2).startswith("2")


def test_the_word_file_is_whole_in_english(desk: httpx.Client, tmp_path: Path) -> None:
    on_paper(desk, tmp_path, "docx", "en")
    text = words(tmp_path)
    assert _close("Social order: 5 cases, 9 people involved; down 2 cases (-28.57%)") in text
    assert _close("Independence – Freedom – Happiness") in text


def test_the_workbook_opens_and_prints(desk: httpx.Client, tmp_path: Path) -> None:
    paper = on_paper(desk, tmp_path, "xlsx")
    assert 4 <= len(paper.pages) <= 8
    text = words(tmp_path)
    assert _close("Trật tự xã hội") in text
    assert "AN-2026-000008" in text
    assert "###" not in text, "no column is too narrow for its figures"
