"""An incident's life in a real browser: entered by hand, handled by keys, changed, merged; what a colleague sees."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESK, PHONE, Officer
from tests.e2e.test_pages import INLINE, SMALL, TOO_WIDE, TWICE, UNLABELLED, seen_something
from tests.support.office import NOON, decide
from tests.support.site import Scene, Ward

pytestmark = pytest.mark.browser


def enter(officer: Officer) -> str:
    """A tip, entered by hand; its code."""
    page = officer.page
    page.goto("/incidents/new")
    page.select_option("#source", "tip")
    page.fill("#title", "Mất trộm xe máy tại nhà trọ")
    page.fill("#occurred", "2026-03-01T21:30")
    page.select_option("#fact-category", "social_order")
    page.fill("#fact-unit", "Khóm 4")
    page.fill("#fact-suspects", "5")
    page.fill("#fact-official_number", "12/TB-2026")
    page.locator("#entry button[type=submit]").click()
    page.wait_for_url("**/incidents/AN-*")
    return page.url.rsplit("/", 1)[1]


def test_a_tip_is_entered_by_hand_and_handled_by_keys(officer: Officer, ward: Ward) -> None:
    officer.sign_in("chi", "supervisor")
    code = enter(officer)
    page, handling = officer.page, officer.page.locator("#handling")
    expect(page.locator("h1")).to_contain_text("Mất trộm xe máy tại nhà trọ")
    expect(page.locator(".lede")).to_contain_text("21:30:00 01/03/2026")
    for text in ("Trật tự xã hội", "Khóm 4", "05 đối tượng", "12/TB-2026", "còn 20 ngày"):
        expect(handling).to_contain_text(text)
    expect(page.locator("#tale")).to_contain_text("Chi nhập vụ việc: tin báo")
    officer.press("v")
    expect(page.locator("#decision")).to_have_attribute("data-state", "verifying")
    officer.press("1")
    expect(page.locator("#decision")).to_have_attribute("data-state", "confirmed")
    page.fill("#note", "đã làm cam kết tại trụ sở")
    page.locator("h1").click()
    officer.press("e")
    expect(page.locator("#decision")).to_have_attribute("data-state", "pledged")
    expect(page.locator("#tale")).to_contain_text("đã làm cam kết tại trụ sở")
    officer.press("u")
    expect(page.locator("#decision")).to_have_attribute("data-state", "confirmed")
    officer.press("g")
    expect(page.locator("#decision")).to_have_attribute("data-state", "resolved")
    officer.press("d")
    expect(page.locator("#decision")).to_have_attribute("data-state", "closed")
    expect(page.locator("#handling [data-move]")).to_have_count(1)
    officer.press("o")
    expect(page.locator(".toast")).to_contain_text("phải ghi lý do")
    officer.complaints[:] = [line for line in officer.complaints if "422" not in line]
    page.fill("#note", "có thêm chứng cứ")
    page.locator("[data-move=reopen]").click()
    expect(page.locator("#decision")).to_have_attribute("data-state", "confirmed")
    page.goto("about:blank")  # an open page would leave for the door by itself
    ward.office.clock.turn(days=22, hours=3)
    page.goto(f"/incidents/{code}")
    # the session has ended meanwhile, and the page leads to the door
    officer.sign_in("chi.hai", "supervisor")
    page.goto(f"/incidents/{code}")
    expect(page.locator("#handling")).to_contain_text("quá hạn 3 ngày")


def test_facts_are_changed_assigned_merged_and_split_on_the_page(officer: Officer, ward: Ward) -> None:
    first = seen_something(ward)
    ward.see(Scene(at=NOON - timedelta(minutes=40), rule="cong-truong", place="cong"))
    other = next(code for code in ward.waiting() if code != first)
    officer.sign_in()
    page = officer.page
    page.goto(f"/incidents/{first}")
    officer.press("a")
    page.fill("#fact-suspects", "2")
    page.fill("#fact-note", "xem lại đoạn ghi")
    page.locator("#deed-facts button[type=submit]").click()
    expect(page.locator("#handling")).to_contain_text("02 đối tượng")
    expect(page.locator("#tale")).to_contain_text("sửa: đối tượng 0 → 2")
    officer.press("i")
    page.locator("#deed-assign button[type=submit]").click()
    expect(page.locator("#tale")).to_contain_text("giao cho tran.b")
    officer.press("m")
    page.get_by_role("button", name=other).and_(page.locator("[data-fill=merge-into]")).click()
    expect(page.locator("#merge-into")).to_have_value(other)
    expect(page.locator("#merge-note")).to_be_focused()
    page.locator("#deed-merge button[type=submit]").click()
    expect(page.locator("#decision")).to_have_attribute("data-state", "merged")
    page.goto(f"/incidents/{other}")
    expect(page.locator("#handling")).to_contain_text(first)
    page.goto(f"/incidents/{first}")
    page.locator("[data-deed=split] button").click()
    expect(page.locator("#decision")).to_have_attribute("data-state", "new")


def test_a_form_on_a_stale_page_says_so_and_shows_how_it_stands(officer: Officer, ward: Ward) -> None:
    code = seen_something(ward)
    officer.sign_in()
    page = officer.page
    page.goto(f"/incidents/{code}")
    officer.press("a")
    page.fill("#fact-suspects", "2")
    colleague = ward.office.desk("binh", "officer")
    assert decide(colleague, code, "confirm").status_code == 200
    page.locator("#deed-facts button[type=submit]").click()
    expect(page.locator(".toast")).to_contain_text("vừa thay đổi")
    expect(page.locator("#decision")).to_have_attribute("data-state", "confirmed")
    officer.complaints[:] = [line for line in officer.complaints if "409" not in line]


def test_what_was_typed_on_a_stale_page_stays_beside_what_changed(officer: Officer, ward: Ward) -> None:
    code = seen_something(ward)
    officer.sign_in()
    page = officer.page
    page.goto(f"/incidents/{code}")
    officer.press("a")
    page.fill("#fact-suspects", "2")
    page.fill("#fact-note", "xem lại đoạn ghi")
    page.check("[name=is_complex]")
    colleague = ward.office.desk("binh", "officer")
    version = colleague.get(f"/api/v1/incidents/{code}").json()["version"]
    changed = {"version": version, "suspects": 4, "victims": 1, "official_number": "7/TB"}
    assert colleague.patch(f"/api/v1/incidents/{code}", json=changed).status_code == 200
    assert decide(colleague, code, "confirm", version + 1).status_code == 200
    page.locator("#deed-facts button[type=submit]").click()
    told = page.locator("[data-carried]")
    expect(told).to_be_focused()
    expect(told.locator("li")).to_have_text(
        [
            "Trạng thái: Chưa duyệt → Đã xác nhận",
            "Số hồ sơ: – → 7/TB",
            "Đối tượng: 0 → 4; bạn ghi 2",
            "Bị hại: 0 → 1",
        ]
    )
    expect(page.locator("#fact-suspects")).to_have_value("2")
    expect(page.locator("#fact-note")).to_have_value("xem lại đoạn ghi")
    expect(page.locator("[name=is_complex]")).to_be_checked()
    expect(page.locator("#fact-victims")).to_have_value("1")
    officer.complaints[:] = [line for line in officer.complaints if "409" not in line]
    page.locator("#deed-facts button[type=submit]").click()
    expect(page.locator("#handling")).to_contain_text("02 đối tượng, 01 bị hại")
    kept = colleague.get(f"/api/v1/incidents/{code}").json()
    assert (kept["suspects"], kept["victims"], kept["official_number"], kept["is_complex"]) == (2, 1, "7/TB", True)


def test_what_was_typed_is_shown_when_there_is_no_form_for_it_any_more(officer: Officer, ward: Ward) -> None:
    code = seen_something(ward)
    officer.sign_in()
    page = officer.page
    page.goto(f"/incidents/{code}")
    officer.press("a")
    page.fill("#fact-official_number", "12/TB-2026")
    chief = ward.office.desk("chi", "supervisor")
    for move in ("confirm", "resolve", "close"):
        version = chief.get(f"/api/v1/incidents/{code}").json()["version"]
        assert decide(chief, code, move, version).status_code == 200
    page.locator("#deed-facts button[type=submit]").click()
    told = page.locator("[data-carried]")
    expect(told).to_contain_text("Số hồ sơ: 12/TB-2026")
    expect(page.locator("#deed-facts")).to_have_count(0)
    officer.complaints[:] = [line for line in officer.complaints if "409" not in line]


def test_an_incident_is_held_and_let_go_by_keys(officer: Officer, ward: Ward) -> None:
    code = seen_something(ward)
    officer.sign_in("chi", "supervisor")
    page = officer.page
    page.goto(f"/incidents/{code}")
    officer.press("h")
    page.keyboard.type("Viện kiểm sát yêu cầu")
    officer.press("Enter")
    held = page.locator("#held")
    expect(held).to_contain_text("đang giữ lại")
    expect(held).to_contain_text("Chi giữ từ 12:00:00 02/03/2026: Viện kiểm sát yêu cầu")
    expect(page.locator("#tale")).to_contain_text("Chi giữ lại, không cho xoá")
    officer.press("h")
    expect(held).to_have_count(0)
    expect(page.locator("#deed-hold")).to_be_visible()
    expect(page.locator("#tale")).to_contain_text("Chi thôi giữ lại")


def test_an_officer_sees_a_hold_and_cannot_lift_it(officer: Officer, ward: Ward) -> None:
    code = seen_something(ward)
    chief = ward.office.desk("chi", "supervisor")
    assert chief.put(f"/api/v1/incidents/{code}/hold", json={"reason": "CV 112/VKS"}).status_code == 200
    officer.sign_in()
    page = officer.page
    page.goto(f"/incidents/{code}")
    expect(page.locator("#held")).to_contain_text("CV 112/VKS")
    expect(page.locator("#lift, #deed-hold")).to_have_count(0)
    officer.press("h")
    expect(page.locator("#held")).to_be_visible()


def test_what_was_entered_by_hand_is_judged_in_the_review_without_a_stage(officer: Officer, ward: Ward) -> None:
    seen_something(ward)
    officer.sign_in()
    page = officer.page
    page.goto("/incidents/new")
    page.select_option("#source", "denunciation")
    page.fill("#title", "Đánh bạc trong nhà trọ")
    page.fill("#fact-unit", "Khóm 4")
    page.select_option("#severity", "low")
    page.fill("#entry-note", "người báo gọi lúc 21 giờ")
    page.locator("#entry button[type=submit]").click()
    page.wait_for_url("**/incidents/AN-*")
    code = page.url.rsplit("/", 1)[1]
    page.goto("/review")
    expect(page.locator("[data-stage]")).to_be_visible()
    item = page.locator(f"#queue-{code}")
    expect(item).to_contain_text("Đánh bạc trong nhà trọ")
    expect(item).to_contain_text("Tố giác")
    officer.press("ArrowDown")
    told = page.locator("#told")
    for text in ("Tố giác", "Đánh bạc trong nhà trọ", "người báo gọi lúc 21 giờ", "Khóm 4", "Tran.B"):
        expect(told).to_contain_text(text)
    expect(page.locator("[data-stage]")).to_have_count(0)
    officer.press(" ", "b", "l", "ArrowUp")
    expect(page.locator("[data-stage]")).to_be_visible()
    officer.press("ArrowDown")
    expect(told).to_be_visible()
    officer.press("1")
    expect(page.locator(".toast")).to_contain_text(f"Đã xác nhận {code}")


def test_a_rule_is_snoozed_from_an_incident_and_woken_again(officer: Officer, ward: Ward) -> None:
    code = seen_something(ward)
    officer.sign_in()
    page = officer.page
    page.goto(f"/incidents/{code}")
    page.locator("#deed-snooze summary").click()
    page.select_option("#snooze-days", label="2 ngày")
    page.fill("#snooze-note", "sửa kho đến hết tuần")
    page.locator("#deed-snooze button[type=submit]").click()
    expect(page.locator("#handling")).to_contain_text("12:00:00 04/03/2026: sửa kho đến hết tuần")
    ward.see(Scene(at=NOON - timedelta(seconds=30), place="cong"))
    page.goto("/incidents")
    assert len(ward.waiting()) == 1, "what came meanwhile waits outside the queue"
    page.goto(f"/incidents/{code}")
    page.locator("[data-wake]").click()
    expect(page.locator("#deed-snooze")).to_be_visible()
    assert len(ward.waiting()) == 2


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_are_labelled_and_fit_desk_and_phone(officer: Officer, ward: Ward, language: str) -> None:
    officer.sign_in()
    officer.context.add_cookies([{"name": "lang", "value": language, "url": ward.url}])
    page = officer.page
    code = enter(officer)
    for path in ("/incidents/new", f"/incidents/{code}", f"/review/{code}"):
        page.goto(path)
        for fault in (UNLABELLED, TWICE, SMALL):
            assert page.evaluate(fault) == [], path
        assert page.evaluate(INLINE) == 0, path
        for width, height in (DESK, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(TOO_WIDE) <= 0, f"{path} at {width}"
