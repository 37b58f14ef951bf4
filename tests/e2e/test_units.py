"""Khóm, ấp in a real browser: added, renamed, merged, ended; the days on which the ward's area changed."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESK, PHONE, Officer
from tests.e2e.test_pages import INLINE, SMALL, TOO_WIDE, TWICE, UNLABELLED

pytestmark = pytest.mark.browser


def add(officer: Officer, name: str, *replaces: str, day: str = "2026-01-01") -> None:
    """A unit, by the form at the foot of the page."""
    page = officer.page
    page.fill("#unit-name", name)
    page.fill("#unit-day", day)
    for other in replaces:
        page.locator("#new-unit").get_by_label(other, exact=True).check()
    with page.expect_navigation():
        page.locator("#new-unit button[type=submit]").click()


def test_units_are_added_renamed_merged_and_ended(officer: Officer) -> None:
    officer.sign_in(role="supervisor")
    page = officer.page
    page.goto("/admin")
    page.locator(".parts a", has_text="Các khóm, ấp").click()
    page.wait_for_url("**/admin/units")
    officer.press("n")
    expect(page.locator("#unit-name")).to_be_focused()
    for name in ("Khóm 1", "Khóm 2", "Khóm 3", "Khóm 4"):
        add(officer, name)
    units, former = page.locator("#units strong"), page.locator("#former li")
    expect(units).to_have_text(["Khóm 1", "Khóm 2", "Khóm 3", "Khóm 4"])
    page.locator("#units summary").first.click()
    page.locator("#units").get_by_label("Tên mới").first.fill("Khóm Một")
    with page.expect_navigation():
        page.locator("#units").get_by_role("button", name="Đổi tên").first.click()
    expect(units).to_have_text(["Khóm 2", "Khóm 3", "Khóm 4", "Khóm Một"])
    expect(former).to_contain_text(["từ 01/01/2026 đến hết ngày trước 02/03/2026nay là Khóm Một"])
    page.locator("#units summary").first.click()
    page.locator("#units select").first.select_option(label="Khóm 3")
    with page.expect_navigation():
        page.locator("#units").get_by_role("button", name="Lưu").first.click()
    expect(units).to_have_text(["Khóm 3", "Khóm 4", "Khóm Một"])
    add(officer, "Khóm 34", "Khóm 3", "Khóm 4", day="2026-03-02")
    expect(units).to_have_text(["Khóm 34", "Khóm Một"])
    expect(former).to_contain_text(
        ["Khóm 1", "Khóm 2", "nay là Khóm 34", "nay là Khóm 34"],
    )
    page.locator("#units summary").first.click()
    page.locator("#units").get_by_label("Kể từ ngày").nth(1).fill("2026-03-03")
    with page.expect_navigation():
        page.locator("#units").get_by_role("button", name="Lưu").first.click()
    expect(units).to_have_text(["Khóm Một"])
    expect(former.filter(has_text="đã kết thúc")).to_have_count(1)
    page.goto("/admin/audit")
    expect(page.locator("#deeds li").first).to_contain_text("kết thúc khóm, ấp Khóm 34")


def test_what_cannot_be_is_said_beside_the_form_and_nothing_typed_is_lost(officer: Officer) -> None:
    officer.sign_in(role="supervisor")
    page = officer.page
    page.goto("/admin/units")
    add(officer, "Khóm 1")
    page.fill("#unit-name", "Khóm 1")
    page.locator("#new-unit button[type=submit]").click()
    expect(page.locator("#new-unit [data-problem]")).to_have_text("Đã có đơn vị Khóm 1 vào ngày này.")
    expect(page.locator("#unit-name")).to_have_value("Khóm 1")
    officer.complaints[:] = [line for line in officer.complaints if "409" not in line]


def test_a_merger_of_the_ward_is_marked_and_unmarked(officer: Officer) -> None:
    officer.sign_in(role="supervisor")
    page = officer.page
    page.goto("/admin/units")
    officer.press("m")
    page.fill("#merger-day", "2025-07-01")
    page.fill("#merger-note", "Phường 5 và xã Hòa Thuận")
    with page.expect_navigation():
        page.locator("#new-merger button[type=submit]").click()
    row = page.locator("#mergers li")
    expect(row).to_contain_text("01/07/2025")
    expect(row).to_contain_text("Phường 5 và xã Hòa Thuận")
    page.on("dialog", lambda dialog: dialog.accept())
    with page.expect_navigation():
        row.get_by_role("button").click()
    expect(row).to_have_count(0)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_fits_with_every_form_open(officer: Officer, language: str, size: tuple[int, int]) -> None:
    officer.sign_in(role="admin")
    page = officer.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto("/admin/units")
    for name in ("Ấp Vĩnh Hội, phần đất sau khi điều chỉnh địa giới", "Khóm 1"):
        add(officer, name)
    page.locator("#units summary").nth(1).click()
    with page.expect_navigation():
        page.locator("#units").get_by_role("button", name="Lưu").last.click()
    page.goto(f"/admin/units?lang={language}")
    page.locator("#units summary").click()
    expect(page.locator("#former li")).to_have_count(1)
    for script in (UNLABELLED, TWICE, SMALL):
        assert page.evaluate(script) == [], script
    assert page.evaluate(INLINE) == 0
    assert page.evaluate(TOO_WIDE) <= 0
