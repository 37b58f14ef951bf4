"""An officer's work in the review, in a real browser: clips that play, verdicts by key, what arrives meanwhile."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Officer
from tests.support.film import street
from tests.support.office import NOON, decide
from tests.support.process import wait_until
from tests.support.site import Scene, Ward

pytestmark = pytest.mark.browser

H264 = 'video/mp4; codecs="avc1.42E01E"'


def three_scenes(ward: Ward) -> list[str]:
    """Three incidents of three rules, each with picture and clip; their codes in the queue's order."""
    film = street()
    ward.see(
        Scene(at=NOON - timedelta(minutes=3), film=film),
        Scene(at=NOON - timedelta(minutes=9), film=film, rule="san-sau", place="san_sau"),
        Scene(
            at=NOON - timedelta(minutes=16),
            film=film,
            camera="cong-truong",
            kind="static_object",
            rule="dung-do",
            place="cong",
            severity="medium",
            class_name="car",
        ),
    )
    return ward.waiting()


def holder_becomes(desk: httpx.Client, code: str, name: str | None) -> int:
    """Wait until this colleague has it claimed; the incident's version then."""

    def seen() -> dict[str, Any]:
        found: dict[str, Any] = desk.get(f"/api/v1/incidents/{code}").json()
        return found

    wait_until(lambda: seen()["claimed_by"] == name, f"{code} is claimed by {name}")
    return int(seen()["version"])


def open_case(officer: Officer, code: str) -> None:
    """Wait until this incident is the one on stage."""
    expect(officer.page.locator(f'#case[data-code="{code}"]')).to_be_visible()


def test_the_clip_of_an_incident_plays(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    assert page.evaluate(f"document.createElement('video').canPlayType('{H264}')") == "probably"
    open_case(officer, codes[0])
    officer.until("document.querySelector('[data-clip]').currentTime > 0.5")
    assert page.evaluate("document.querySelector('[data-clip]').videoWidth") == 640
    officer.press(" ")
    assert page.evaluate("document.querySelector('[data-clip]').paused")
    expect(page.locator("[data-overlay] text").first).to_have_text("người 86%")


def test_a_verdict_by_key_opens_the_next_and_counts_toward_its_criterion(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    board = officer.context.new_page()
    officer.listen(board)
    board.goto("/criteria")
    value = board.locator("#TC09 [data-value]")
    expect(value).to_have_text("00 vụ")
    expect(board.locator("#TC09")).to_contain_text("máy ghi nhận 02, chờ duyệt")
    officer.page.bring_to_front()
    officer.page.goto("/review")
    open_case(officer, codes[0])
    officer.press("1")
    open_case(officer, codes[1])
    officer.until("document.querySelector('[data-clip]').currentTime > 0")
    expect(officer.page.locator("#waiting")).to_have_text("2")
    expect(value).to_have_text("01 vụ")  # without a reload
    board.locator("#TC09").click()
    expect(board.locator("[data-value]")).to_have_text("01 vụ")
    expect(board.locator("#counted .row")).to_have_count(1)
    expect(board.locator(f"#incident-{codes[0].removeprefix('AN-2026-').lstrip('0')}")).to_contain_text(codes[0])


def test_dismissing_takes_two_keys_and_u_takes_it_back(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    open_case(officer, codes[0])
    officer.press("2")
    expect(page.locator("[data-reason]")).to_have_count(9)
    assert page.locator("[data-reason]").last.evaluate("at => at.getBoundingClientRect().bottom <= innerHeight")
    officer.press("4")
    open_case(officer, codes[1])
    expect(page.locator("#toasts")).to_contain_text(f"Đã loại bỏ {codes[0]}.")
    expect(page.locator(f"#queue-{codes[0]}")).to_have_count(0)
    officer.press("u")
    open_case(officer, codes[0])
    expect(page.locator(f"#queue-{codes[0]}")).to_have_attribute("aria-current", "true")
    page.goto(f"/incidents/{codes[0]}")
    story = page.locator("#tale")
    expect(story).to_contain_text("Tran.B loại bỏ – Người có phận sự")
    expect(story).to_contain_text("Tran.B hoàn tác")


def test_arrows_and_brackets_walk_the_queue_and_the_end_says_what_to_do(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    open_case(officer, codes[0])
    for key, code in (("ArrowDown", codes[1]), ("]", codes[2]), ("[", codes[1])):
        officer.press(key)
        open_case(officer, code)
    for left, following in ((2, codes[2]), (1, codes[0]), (0, None)):
        officer.press("1")
        expect(page.locator("#queue [data-code]")).to_have_count(left)
        if following:
            # a key judges what is shown, and nothing before it is shown
            open_case(officer, following)
    expect(page.locator("#case")).to_contain_text("Đã duyệt hết")


def test_what_a_camera_sees_appears_without_a_reload(officer: Officer, ward: Ward) -> None:
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    expect(page.locator("#case")).to_contain_text("Đã duyệt hết")
    page.evaluate("window.sameDocument = true")
    ward.see(Scene(at=NOON - timedelta(minutes=1), film=street()))
    (code,) = ward.waiting()
    open_case(officer, code)
    officer.until("document.querySelector('[data-clip]').videoWidth > 0")
    expect(page.locator("#waiting")).to_have_text("1")
    ward.see(Scene(at=NOON, camera="cong-truong"))
    expect(page.locator("#queue [data-code]")).to_have_count(2)
    open_case(officer, code)
    assert page.evaluate("window.sameDocument")


def test_a_colleague_who_was_faster_is_named(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    colleague = ward.office.desk("le.c", "supervisor")
    page = officer.page
    page.route("**/api/v1/live*", lambda route: route.abort())  # this page has not heard of it yet
    page.goto("/review")
    open_case(officer, codes[0])
    held = holder_becomes(colleague, codes[0], "Tran.B")
    ward.office.clock.turn(minutes=6)  # called away: the claim has run out
    decide(colleague, codes[0], "confirm", held).raise_for_status()
    officer.press("1")
    expect(page.locator("#toasts")).to_contain_text(f"Le.C vừa xác nhận {codes[0]}.")
    expect(page.locator("#decision")).to_contain_text("Đã xác nhận")
    expect(page.locator('[data-move="confirm"]')).to_have_count(0)
    officer.complaints.clear()  # the 409 and the connection that was cut are what this test is about


def test_an_event_that_joined_meanwhile_asks_for_a_second_look(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    page = officer.page
    page.route("**/api/v1/live*", lambda route: route.abort())
    page.goto("/review")
    open_case(officer, codes[0])
    ward.see(Scene(at=NOON - timedelta(minutes=1), film=street()))
    officer.press("1")
    expect(page.locator("#toasts")).to_contain_text(f"{codes[0]} vừa có thêm sự việc")
    expect(page.locator("[data-event]")).to_have_count(2)
    officer.press("1")
    open_case(officer, codes[1])
    officer.complaints.clear()  # the 409 and the connection that was cut are what this test is about


def test_a_claim_shows_who_looks(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    colleague = ward.office.desk("le.c", "supervisor")
    page = officer.page
    decide(colleague, codes[0], "claim").raise_for_status()
    page.goto("/review")
    open_case(officer, codes[1])  # what a colleague looks at is offered to nobody else
    expect(page.locator("#decision")).to_contain_text("Bạn đang xem vụ này.")
    expect(page.locator(f"#queue-{codes[0]}")).to_contain_text("Le.C")
    decide(colleague, codes[2], "claim").raise_for_status()
    expect(page.locator(f"#queue-{codes[2]}")).to_contain_text("Le.C")  # without a reload
    officer.press("ArrowUp")
    open_case(officer, codes[0])
    expect(page.locator("#decision")).to_contain_text("Le.C đang xem vụ này.")
    expect(page.locator("[data-move=confirm], [data-open-reasons]")).to_have_count(0)
    officer.until("document.querySelector('[data-clip]').currentTime > 0")
    holder_becomes(colleague, codes[1], None)  # left without a verdict: put back


def test_opening_an_incident_claims_it_and_a_verdict_ends_the_claim(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    colleague = ward.office.desk("le.c", "officer")
    officer.page.goto("/review")
    version = holder_becomes(colleague, codes[0], "Tran.B")
    assert decide(colleague, codes[0], "dismiss", version, reason="light").status_code == 409
    officer.press("1")
    open_case(officer, codes[1])
    holder_becomes(colleague, codes[1], "Tran.B")
    assert colleague.get(f"/api/v1/incidents/{codes[0]}").json()["state"] == "confirmed"


def test_who_may_only_look_claims_nothing(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in("xem.thoi", "viewer")
    officer.page.goto("/review")
    open_case(officer, codes[0])
    officer.until("document.querySelector('[data-clip]').currentTime > 0")
    assert ward.office.desk("le.c", "officer").get(f"/api/v1/incidents/{codes[0]}").json()["version"] == 1


def test_a_note_goes_with_the_verdict(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    page = officer.page
    page.goto(f"/review/{codes[0]}")
    open_case(officer, codes[0])
    officer.press("n")
    page.keyboard.type("2 người, 1 xe")  # digits in a field are text, not verdicts
    officer.press("Escape", "1")
    open_case(officer, codes[1])
    page.goto(f"/incidents/{codes[0]}")
    expect(page.locator("#tale blockquote")).to_have_text("2 người, 1 xe")


def test_a_hidden_page_holds_no_connection(officer: Officer, ward: Ward) -> None:
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    live = ward.office.services.live

    def becomes(count: int) -> None:
        wait_until(lambda: page.evaluate("true") and live.subscribers == count, f"{count} connections")

    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    becomes(1)
    page.evaluate(hide, True)
    # the server notices with its next write
    live.publish("camera", id=1, state="online")
    becomes(0)
    ward.see(Scene(at=NOON))
    page.evaluate(hide, False)
    becomes(1)
    expect(page.locator("#queue [data-code]")).to_have_count(1)
