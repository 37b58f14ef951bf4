"""Every page in a real browser: the door, both languages and themes, desk and phone, keyboard and labels."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from contract.health import CameraState, PictureState
from server.tables import UserRow
from tests.e2e.conftest import DESK, PHONE, Officer
from tests.support.film import street
from tests.support.office import NOON, PASSWORD
from tests.support.site import Scene, Ward

pytestmark = pytest.mark.browser

PAGES = ("/review", "/incidents", "/criteria", "/criteria/TC17", "/cameras", "/cameras/1", "/password")

UNLABELLED = """
[...document.querySelectorAll('input, select, textarea, button, a, video, summary')].filter((at) => {
  const named = at.labels?.length || at.getAttribute('aria-label') || at.textContent.trim() || at.title;
  return !named && !at.hidden;
}).map((at) => at.outerHTML.slice(0, 120))
"""
UNDESCRIBED = "[...document.images].filter((at) => !at.hasAttribute('alt')).map((at) => at.outerHTML.slice(0, 120))"
TWICE = """
(() => { const ids = [...document.querySelectorAll('[id]')].map((at) => at.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at); })()
"""
INLINE = "document.querySelectorAll('[style], style, script:not([src]):not([type=\"application/json\"])').length"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """
[...document.querySelectorAll('button, .places a, summary')].filter((at) => {
  const { width, height } = at.getBoundingClientRect();
  return width && (width < 24 || height < 24);
}).map((at) => at.outerHTML.slice(0, 120))
"""


def seen_something(ward: Ward) -> str:
    """An incident with evidence; its code."""
    ward.see(Scene(at=NOON - timedelta(minutes=3), film=street()))
    return ward.waiting()[0]


def test_the_door_says_what_was_wrong_and_opens_for_an_officer(officer: Officer, ward: Ward) -> None:
    ward.office.account("tran.b", "officer", PASSWORD)
    page = officer.page
    page.goto("/criteria?period=2026-M03")
    expect(page.locator("h1")).to_have_text("Phường Hòa Thuận")
    expect(page.locator("#username")).to_be_focused()
    officer.press("Enter")
    expect(page.locator("#problem")).to_have_text("Hãy nhập tên đăng nhập và mật khẩu.")
    page.keyboard.type("tran.b")
    officer.press("Tab")
    page.keyboard.type("sai rồi")
    officer.press("Enter")
    expect(page.locator("#problem")).to_have_text("Tên đăng nhập hoặc mật khẩu không đúng.")
    assert [line for line in officer.complaints if "401" not in line] == []
    officer.complaints.clear()  # a browser's console notes every 401
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    officer.press("Enter")
    page.wait_for_url("**/criteria?period=2026-M03")
    page.locator(".menu summary").click()
    page.locator("#sign-out").click()
    page.wait_for_url("**/sign-in")
    page.goto("/review")
    assert "/sign-in" in page.url


def test_the_door_leads_to_no_other_site(officer: Officer, ward: Ward) -> None:
    ward.office.account("tran.b", "officer", PASSWORD)
    page = officer.page
    page.goto("/sign-in?next=//example.org/")
    page.fill("#username", "tran.b")
    page.fill("#password", PASSWORD)
    page.locator("button[type=submit]").click()
    page.wait_for_url(f"{ward.url}/review*")


def test_a_one_time_password_is_replaced_by_ones_own(officer: Officer, ward: Ward) -> None:
    ward.office.account("tran.b", "officer", "mot lan thoi")
    with ward.office.services.database.transaction() as session:
        session.query(UserRow).one().password_is_one_time = True
    page = officer.page
    page.goto("/sign-in")
    page.fill("#username", "tran.b")
    page.fill("#password", "mot lan thoi")
    officer.press("Enter")
    page.wait_for_url("**/password")
    page.fill("#current", "mot lan thoi")
    page.fill("#new", "ngan")
    page.fill("#again", "ngan")
    officer.press("Enter")
    expect(page.locator("#problem")).to_contain_text("Mật khẩu mới còn ngắn")
    page.fill("#new", PASSWORD)
    officer.press("Enter")
    expect(page.locator("#problem")).to_have_text("Hai lần nhập mật khẩu mới chưa giống nhau.")
    page.fill("#again", PASSWORD)
    officer.press("Enter")
    page.wait_for_url("**/review*")
    expect(page.locator("h1")).to_have_text("Duyệt")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_labelled_and_fits_desk_and_phone(officer: Officer, ward: Ward, language: str) -> None:
    code = seen_something(ward)
    officer.sign_in()
    officer.context.add_cookies([{"name": "lang", "value": language, "url": ward.url}])
    page = officer.page
    for path in (*PAGES, f"/incidents/{code}", "/incidents/AN-1999-000001"):
        page.goto(path)
        where = f"{path} ({language})"
        assert page.evaluate("document.documentElement.lang") == language
        assert page.locator("h1").count() == 1, where
        assert page.locator("main").count() == 1, where
        for fault in (UNLABELLED, UNDESCRIBED, TWICE, SMALL):
            assert page.evaluate(fault) == [], where
        assert page.evaluate(INLINE) == 0, where
        for width, height in (DESK, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(TOO_WIDE) <= 0, f"{where} at {width}"
    officer.complaints[:] = [line for line in officer.complaints if "404" not in line]  # the last page is none


def test_the_review_fits_a_duty_desk_without_scrolling(officer: Officer, ward: Ward) -> None:
    seen_something(ward)
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.evaluate("(at => at.scrollHeight <= at.clientHeight)(document.getElementById('decision'))")
    for part in ("[data-move=confirm]", "[data-open-reasons]", "[data-play]"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1280, "height": 600})
    officer.press("2")
    for reason in page.locator("[data-reason]").all():
        expect(reason).to_be_in_viewport(ratio=1)


def test_a_printed_incident_shows_its_picture_and_no_buttons(officer: Officer, ward: Ward) -> None:
    code = seen_something(ward)
    officer.sign_in()
    page = officer.page
    page.goto(f"/incidents/{code}")
    expect(page.locator("[data-clip]")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("[data-picture]")).to_be_visible()
    for part in (".frame", ".controls", ".choices", "[data-clip]"):
        expect(page.locator(part)).not_to_be_visible()


def test_on_a_phone_the_verdict_is_under_the_thumb(officer: Officer, ward: Ward) -> None:
    seen_something(ward)
    officer.sign_in()
    page = officer.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto("/review")
    for part in ("[data-screen]", "[data-move=confirm]", "[data-open-reasons]", ".places"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    page.locator("[data-open-reasons]").click()
    expect(page.locator("[data-reason]").last).to_be_in_viewport(ratio=1)


def test_tab_goes_through_a_page_in_reading_order(officer: Officer, ward: Ward) -> None:
    seen_something(ward)
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    reached = []
    for _ in range(20):
        officer.press("Tab")
        reached.append(
            page.evaluate(
                "(at => ['frame', 'queue', 'stage', 'decision'].find((part) => at.closest(`.${part}`)) ?? at.className)"
                "(document.activeElement)"
            )
        )
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert list(dict.fromkeys(reached))[:4] == ["skip", "frame", "queue", "stage"]


def test_the_theme_and_the_language_are_kept(officer: Officer) -> None:
    officer.sign_in()
    page = officer.page
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    page.goto("/review")
    light = page.evaluate(ground)
    officer.press("t", "t")  # as the device, light, dark
    assert page.evaluate(ground) != light
    page.goto("/cameras")
    assert page.evaluate(ground) != light
    page.locator(".languages a[lang=en]").click()
    expect(page.locator("h1")).to_have_text("Cameras")
    page.goto("/incidents")
    expect(page.locator("h1")).to_have_text("Incidents")


def test_the_keys_are_told(officer: Officer, ward: Ward) -> None:
    seen_something(ward)
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    officer.press("?")
    table = page.locator("#key-dialog")
    for key in ("↓", "J", "K", "L", "1", "2", "U", "B", "Phím cách"):
        expect(table.locator("kbd", has_text=key).first).to_be_visible()
    officer.press("Escape")
    expect(table).not_to_be_visible()


def test_a_camera_that_falls_silent_turns_the_counter_red(officer: Officer, ward: Ward) -> None:
    officer.sign_in()
    page: Page = officer.page
    page.goto("/cameras")
    lamp = page.locator("#lamp a")
    expect(lamp).to_contain_text("2/2")
    expect(lamp).not_to_have_class("lamp lamp-late")
    ward.hear(
        {"kho-sau": CameraState.OFFLINE, "cong-truong": CameraState.ONLINE}, {"kho-sau": "không nối được với đầu ghi"}
    )
    expect(lamp).to_contain_text("1/2")
    expect(lamp).to_have_class("lamp lamp-late")
    first = page.locator(".camera").first
    expect(first).to_contain_text("mất hình")
    expect(first).to_contain_text("không nối được với đầu ghi")


def test_a_camera_that_is_covered_counts_as_blind_and_says_so(officer: Officer, ward: Ward) -> None:
    officer.sign_in()
    page: Page = officer.page
    page.goto("/cameras")
    lamp = page.locator("#lamp a")
    expect(lamp).to_contain_text("2/2")
    both = {"kho-sau": CameraState.ONLINE, "cong-truong": CameraState.ONLINE}
    ward.hear(both, pictures={"kho-sau": PictureState.COVERED}, clocks_ms={"kho-sau": -92_000, "cong-truong": 400})
    expect(lamp).to_contain_text("1/2")
    first = page.locator(".camera").first
    expect(first).to_contain_text("bị che ống kính")
    expect(first).to_contain_text("chậm 1 phút 32 giây")
    expect(page.locator(".camera").nth(1)).not_to_contain_text("Đồng hồ")
    page.locator(".languages a[lang=en]").click()
    expect(page.locator(".camera").first).to_contain_text("lens covered")
    expect(page.locator(".camera").first).to_contain_text("1 min 32 s behind")


def test_a_fault_of_a_camera_is_an_incident_in_plain_words(officer: Officer, ward: Ward) -> None:
    at = ward.office.clock.now() - timedelta(minutes=12)
    fault = Scene(at=at, kind="camera_covered", rule="camera-covered", place="kho-sau", lasts_s=312.0)
    ward.see(fault)
    officer.sign_in()
    page: Page = officer.page
    page.goto("/review")
    expect(page.locator("main")).to_contain_text("Camera bị che ống kính")
    expect(page.locator("main")).to_contain_text(
        "Ống kính camera “kho sau” bị che hoặc mất hết chi tiết, kéo dài 5 phút 12 giây."
    )
