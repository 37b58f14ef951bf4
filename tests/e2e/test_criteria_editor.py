"""Bộ tiêu chí in a real browser: faults lead to their lines, the change is seen before it is saved, and taken back."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESK, PHONE, Officer
from tests.e2e.test_pages import INLINE, SMALL, TOO_WIDE, TWICE, UNLABELLED
from tests.support.needs import ROOT
from tests.support.site import Ward

pytestmark = pytest.mark.browser

FILE = (ROOT / "configs" / "criteria.yaml").read_text(encoding="utf-8")
SELECTED = "yaml.value.slice(yaml.selectionStart, yaml.selectionEnd)"
SEEN = """
(() => { const line = yaml.value.slice(0, yaml.selectionStart).split('\\n').length - 1;
  const top = line * 20 - yaml.scrollTop; return top >= 0 && top < yaml.clientHeight; })()
"""


def test_an_admin_corrects_checks_saves_and_takes_back(officer: Officer, ward: Ward) -> None:
    officer.sign_in("quan.tri", role="admin")
    page = officer.page
    page.goto("/admin")
    officer.press("5")
    page.wait_for_url("**/admin/criteria")
    text = page.locator("#yaml")
    expect(text).to_have_value(FILE)
    expect(page.locator("#save button")).to_be_disabled()
    last = FILE.rindex("    input: ")
    text.fill(FILE[:last] + FILE[last:].replace("input: ", "inputt: ", 1))
    officer.press("Control+Enter")
    expect(page.locator("#faults li")).to_have_count(2)
    expect(page.locator("#told")).to_contain_text("Có 2 lỗi")
    expect(page.locator("#faults")).to_contain_text("TC20: input: còn thiếu, cần ghi thêm")
    page.locator("#faults button", has_text="inputt").click()
    assert "inputt: " in page.evaluate(SELECTED)
    assert page.evaluate(SEEN), "the line is scrolled to"
    expect(page.locator("#save button")).to_be_disabled()

    cut = FILE[: FILE.rindex("\n  - code: ")] + "\n"
    text.fill(cut)
    officer.press("Control+Enter")
    expect(page.locator("#changes li")).to_have_count(1)
    expect(page.locator("#changes li")).to_contain_text("TC20")
    expect(page.locator("#changes li")).to_contain_text("bị bỏ")
    page.fill("#reason", "Bỏ TC20")
    officer.press("Control+s")
    expect(page.locator("#in-force")).to_contain_text("Đang dùng bản 1.")
    expect(page.locator("#in-force")).to_contain_text("Bỏ TC20")
    page.goto("/criteria")
    expect(page.locator("main")).not_to_contain_text("TC20")

    page.goto("/admin/criteria")
    officer.press("b")
    expect(page.locator("#changes li")).to_contain_text("thêm mới")
    expect(page.locator("#reason")).to_have_value("Dùng lại tệp của máy chủ")
    page.locator("#save button").click()
    expect(page.locator("#in-force")).to_contain_text("Đang dùng tệp tiêu chí của máy chủ, theo bản 2.")
    page.wait_for_load_state("load")  # then the page's script listens
    page.locator("[data-take-back='1']").click()
    expect(page.locator("#changes li")).to_contain_text("bị bỏ")
    expect(page.locator("#reason")).to_have_value("Lấy lại bản 1")
    page.locator("#save button").click()
    expect(page.locator("#in-force")).to_contain_text("Đang dùng bản 3.")
    page.goto("/admin/audit")
    expect(page.locator("#deeds")).to_contain_text("Quan.Tri dùng lại tệp tiêu chí của máy chủ, bản 2 – ")


def test_a_colleague_who_was_quicker_costs_nobody_their_text(officer: Officer, ward: Ward) -> None:
    officer.sign_in("quan.tri", role="admin")
    page = officer.page
    page.goto("/admin/criteria")
    page.locator("#yaml").fill(FILE + "# của tôi\n")
    officer.press("Control+Enter")
    expect(page.locator("#told")).to_contain_text("không đổi")
    colleague = ward.office.desk("le.c", "admin")
    mine = {"version": 0, "text": FILE[: FILE.rindex("\n  - code: ")] + "\n", "reason": "Bỏ TC20"}
    colleague.put("/api/v1/criteria-definition", json=mine).raise_for_status()
    page.fill("#reason", "Ghi chú")
    officer.press("Control+s")
    expect(page.locator("#problem")).to_contain_text("Le.C vừa lưu bản 1")
    officer.complaints.clear()  # Chromium notes the 409 in its console
    expect(page.locator("#save button")).to_be_disabled()
    assert page.locator("#yaml").input_value().endswith("# của tôi\n")
    officer.press("Control+Enter")
    expect(page.locator("#changes li")).to_contain_text("thêm mới")
    officer.press("Control+s")
    expect(page.locator("#in-force")).to_contain_text("Đang dùng bản 2.")


@pytest.mark.parametrize(
    ("language", "faults"),
    [
        (
            "vi",
            [
                "TC20: input: chỉ được ghi 'auto', 'mixed' hoặc 'manual'",
                "TC20: at_most đi với better: lower, at_least đi với better: higher",
                "tiêu chí 19: code: cần là chữ; nếu là số, ngày hay true, false thì đặt trong ngoặc kép",
            ],
        ),
        (
            "en",
            [
                "TC20: input: Input should be 'auto', 'mixed' or 'manual'",
                "TC20: at_most is better: lower, at_least is better: higher",
                "criterion 19: code: Input should be a valid string",
            ],
        ),
    ],
)
def test_a_fault_speaks_the_officers_language(officer: Officer, ward: Ward, language: str, faults: list[str]) -> None:
    officer.sign_in("quan.tri", role="admin")
    page = officer.page
    page.goto(f"/admin/criteria?lang={language}")
    last = FILE.rindex("  - code: TC20")
    broken = FILE[last:].replace("input: manual", "input: magic").replace("better: higher", "better: lower")
    page.locator("#yaml").fill(FILE[:last].replace("code: TC19", "code: 19") + broken)
    officer.press("Control+Enter")
    expect(page.locator("#faults li")).to_have_count(len(faults))
    for fault in faults:
        expect(page.locator("#faults .fault-text").get_by_text(fault, exact=True)).to_be_visible()


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_it_fits_and_is_named(officer: Officer, ward: Ward, language: str, size: tuple[int, int]) -> None:
    officer.sign_in("quan.tri", role="admin")
    page = officer.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"/admin/criteria?lang={language}")
    page.locator("#check").click()
    expect(page.locator("#told")).to_contain_text("20")
    for script in (UNLABELLED, TWICE, SMALL):
        assert page.evaluate(script) == [], script
    assert page.evaluate(INLINE) == 0
    assert page.evaluate(TOO_WIDE) <= 0
