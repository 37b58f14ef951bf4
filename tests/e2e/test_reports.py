"""Báo cáo in a real browser: choose a period, read it as it will be printed, take it away by key."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.e2e.conftest import PHONE, Officer
from tests.e2e.test_pages import INLINE, SMALL, TOO_WIDE, TWICE, UNDESCRIBED, UNLABELLED
from tests.support import worked
from tests.support.office import NOON
from tests.support.site import Ward

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_report_is_chosen_read_and_taken_away(officer: Officer, ward: Ward, tmp_path: Path, language: str) -> None:
    worked.enter(ward.office)
    officer.sign_in()
    officer.context.add_cookies([{"name": "lang", "value": language, "url": ward.url}])
    page = officer.page
    page.goto("/review")
    page.get_by_role("link", name={"vi": "Báo cáo", "en": "Reports"}[language]).click()
    expect(page.locator("h1")).to_have_text({"vi": "Báo cáo", "en": "Reports"}[language])
    assert page.locator("#report").get_attribute("data-key") == worked.MONTH
    total = page.locator('table[data-table="crimes"] .paper-total td').nth(1)
    expect(total).to_have_text({"vi": "08", "en": "8"}[language])
    page.wait_for_load_state("load")  # then the page's script listens to keys
    for key, ending in (("w", "docx"), ("e", "xlsx"), ("c", "csv")):
        with page.expect_download(timeout=60_000) as waiting:
            officer.press(key)
        assert waiting.value.suggested_filename.endswith(f"hoa-thuan_{worked.MONTH}.{ending}")
    page.get_by_role("link", name={"vi": "Hôm nay", "en": "Today"}[language]).click()
    expect(page.locator("#report")).to_have_attribute("data-key", "2026-03-02")
    page.fill("#first", "2026-02-20")
    page.fill("#last", "2026-03-01")
    page.locator("#span button").click()
    expect(page.locator("#report")).to_have_attribute("data-key", "2026-02-20--2026-03-01")


def test_the_printed_sheet_is_a4_with_the_margins_of_a_document(officer: Officer, ward: Ward, tmp_path: Path) -> None:
    worked.enter(ward.office)
    officer.sign_in()
    officer.page.goto(f"/reports?period={worked.MONTH}")
    file = tmp_path / "print.pdf"
    officer.page.pdf(path=file, prefer_css_page_size=True)
    paper = PdfReader(file)
    sizes = [(round(sheet.mediabox.width), round(sheet.mediabox.height)) for sheet in paper.pages]
    assert sizes[0] == (595, 842)
    assert sizes[-1] == (842, 595), "the list lies on its side"
    assert 4 <= len(sizes) <= 9
    lefts: list[float] = []

    def note(text: str, at: list[float], *_more: object) -> None:
        if text.strip() and at[4] > 0:  # the number of the page stands in the margin
            lefts.append(at[4] / 72 * 25.4)

    paper.pages[1].extract_text(visitor_text=note)
    assert 29 <= min(lefts) <= 32, "30 mm to the left, as the form has it"
    text = paper.pages[0].extract_text()
    assert "In" not in text.split(), "no buttons"
    assert "Duyệt" not in text, "no frame around it"
    officer.page.evaluate("window.print = () => { window.printed = true; }")
    officer.press("p")
    officer.until("window.printed === true")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_is_labelled_and_fits_desk_and_phone(officer: Officer, ward: Ward, language: str) -> None:
    ward.office.incident(at=NOON - timedelta(hours=1), state="confirmed", category="urban_order")
    officer.sign_in()
    officer.context.add_cookies([{"name": "lang", "value": language, "url": ward.url}])
    page = officer.page
    for size in (None, PHONE):
        if size:
            page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto("/reports")
        assert page.locator("h1").count() == 1
        for fault in (UNLABELLED, UNDESCRIBED, TWICE, SMALL):
            assert page.evaluate(fault) == []
        assert page.evaluate(INLINE) == 0
        assert page.evaluate(TOO_WIDE) == 0
    page.set_viewport_size({"width": 1366, "height": 768})
    officer.press("?")
    expect(page.locator("#key-dialog")).to_contain_text({"vi": "Xuất Word", "en": "Word"}[language])
