"""The notifications page in a real browser: a channel, a test, a rule, the outbox."""

from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, Officer
from tests.support.sinks import http_sink


def open_page(officer: Officer) -> None:
    officer.sign_in("quan.tri", "admin")
    officer.page.goto("/admin/notices")


def test_an_admin_adds_a_channel_tests_it_and_makes_a_rule(officer: Officer) -> None:
    open_page(officer)
    page = officer.page
    with http_sink() as web:
        officer.press("k")
        expect(page.locator("#c-name")).to_be_focused()
        page.fill("#c-name", "Trực ban")
        page.fill("#c-address", f"json://127.0.0.1:{web.port}/secret-7f3a")
        page.fill("#c-from", "22:00")
        page.fill("#c-to", "05:00")
        page.click("#channel-form button[type=submit]")
        expect(page.locator("#channels")).to_contain_text("yên lặng 22:00–05:00")
        expect(page.locator("#channels")).not_to_contain_text("secret-7f3a")
        page.click("[data-test]")
        expect(page.locator("#outbox")).to_contain_text("đã gửi")
        assert web.posts[0].document["title"] == "Gửi thử từ Camera An Ninh"
    page.locator("h1").click()
    officer.press("r")
    page.fill("#r-name", "Ban đêm")
    page.select_option("#r-channels", label="Trực ban")
    page.select_option("#r-kinds", ["intrusion", "fire"])
    page.click("#rule-form button[type=submit]")
    expect(page.locator("#rules")).to_contain_text("Ban đêm")
    expect(page.locator("#rules")).to_contain_text("→ Trực ban")
    page.click("[data-edit=rule]")
    expect(page.locator("#r-name")).to_have_value("Ban đêm")
    page.select_option("#r-occasion", "unclaimed")
    page.fill("#r-after", "7")
    page.click("#rule-form button[type=submit]")
    expect(page.locator("#rules")).to_contain_text("Vụ việc chưa ai tiếp nhận sau 7 phút")


def test_what_is_wrong_is_said_at_the_form(officer: Officer) -> None:
    open_page(officer)
    page = officer.page
    officer.press("k")
    page.fill("#c-name", "Trực ban")
    page.fill("#c-address", "dbus://")
    page.click("#channel-form button[type=submit]")
    expect(page.locator("#channel-form .alert")).to_contain_text("Địa chỉ này không dùng được")
    officer.complaints.clear()  # Chromium notes the 422 in its console


def test_a_webhook_s_secret_is_shown_once_and_a_channel_is_deleted(officer: Officer) -> None:
    open_page(officer)
    page = officer.page
    officer.press("k")
    page.fill("#c-name", "Tỉnh")
    page.select_option("#c-kind", "webhook")
    page.fill("#c-address", "https://tinh.example.vn/hook")
    page.click("#channel-form button[type=submit]")
    expect(page.locator("#secret code")).to_contain_text("whsec_")
    page.reload()
    expect(page.locator("#secret")).to_be_hidden()
    page.click("[data-delete=channel]")
    page.click("#toasts .button")
    expect(page.locator("#channels")).to_contain_text("Chưa có kênh nào")


def test_it_fits_a_phone_in_english(officer: Officer) -> None:
    open_page(officer)
    page = officer.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto("/admin/notices?lang=en")
    for summary in page.locator("details.notice-form summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    expect(page.locator("h1")).to_have_text("Notifications")
