"""Quản trị and Hệ thống in a real browser: every page, both languages, desk and phone, and what their forms do."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from server.store import audit
from tests.e2e.conftest import DESK, PHONE, Officer
from tests.e2e.test_pages import INLINE, SMALL, TOO_WIDE, TWICE, UNLABELLED, seen_something
from tests.support.office import NOON
from tests.support.site import Ward

pytestmark = pytest.mark.browser

PAGES = (
    "/admin",
    "/admin/people/tran.b",
    "/admin/edges",
    "/admin/retention",
    "/admin/letters",
    "/admin/audit",
    "/admin/units",
    "/system",
)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_fits_and_is_named(officer: Officer, ward: Ward, language: str, size: tuple[int, int]) -> None:
    seen_something(ward)
    officer.sign_in(role="admin")
    page = officer.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for path in PAGES:
        page.goto(f"{path}?lang={language}")
        expect(page.locator("h1")).to_have_count(1)
        for script in (UNLABELLED, TWICE, SMALL):
            assert page.evaluate(script) == [], (path, script)
        assert page.evaluate(INLINE) == 0, path
        assert page.evaluate(TOO_WIDE) <= 0, path


def test_a_new_account_s_password_is_shown_once_and_its_rights_hold(officer: Officer, ward: Ward) -> None:
    officer.sign_in(role="admin")
    page = officer.page
    page.goto("/review")
    officer.press("q")
    page.wait_for_url("**/admin")
    officer.press("n")
    page.keyboard.type("le.c")
    page.locator("#display_name").fill("Lê C.")
    page.locator("#new-account button[type=submit]").click()
    expect(page.locator("#secret")).to_be_visible()
    assert len(page.locator("[data-secret]").inner_text()) >= 10
    page.goto("/admin/people/le.c")
    expect(page.locator("#secret")).to_be_hidden()
    page.locator("[name=is_limited]").check()
    page.locator("[name=cameras]").first.check()
    with page.expect_navigation():
        page.locator("#rights button[type=submit]").click()
    expect(page.locator("[name=is_limited]")).to_be_checked()
    page.goto("/admin")
    expect(page.locator("#accounts")).to_contain_text("một số camera")
    page.goto("/admin/audit")
    expect(page.locator("#deeds")).to_contain_text("Tran.B đặt quyền xem của le.c – chỉ xem một số camera; 1 camera.")


def test_the_log_reads_as_sentences_and_is_filtered(officer: Officer, ward: Ward) -> None:
    has = ward.office.services
    officer.sign_in(role="supervisor")
    with has.database.transaction() as session:
        audit.record(session, NOON - timedelta(days=2), user_id=1, action="sign_out", subject="tran.b")
        said = {"from": "new", "to": "dismissed", "reason": "light"}
        audit.record(session, NOON, user_id=1, action="dismiss", subject="AN-2026-000412", detail=said)
    page = officer.page
    page.goto("/admin")
    expect(page.locator("#deeds li").first).to_contain_text("Tran.B loại bỏ AN-2026-000412 – bóng, ánh sáng.")
    page.locator("#from_day").fill("2026-03-02")
    page.locator("#filters button").click()
    expect(page.locator("#deeds li")).to_have_count(1)
    page.goto("/admin/audit?lang=en")
    expect(page.locator("#deeds li").first).to_contain_text("Tran.B dismissed AN-2026-000412 – shadow or light.")


def test_the_system_page_follows_a_heartbeat(officer: Officer, ward: Ward) -> None:
    officer.sign_in(role="supervisor")
    page = officer.page
    page.goto("/system")
    expect(page.locator("#machines")).to_contain_text("trực tuyến")
    expect(page.locator("#machines")).to_contain_text("cấu hình 01234567")
    ward.office.clock.turn(minutes=5)
    ward.office.services.live.publish("camera", id=1, state="silent")
    expect(page.locator("#machines")).to_contain_text("im lặng")


def test_an_officer_has_no_way_in(officer: Officer, ward: Ward) -> None:
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    expect(page.locator("[data-place-key]")).to_have_count(0)
    for path in PAGES:
        answer = page.request.get(path)
        assert answer.status == 403, path
