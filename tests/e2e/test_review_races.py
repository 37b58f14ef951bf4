"""What comes late in the review: an answer that was asked for before, a message of before the verdict."""

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import Officer
from tests.e2e.test_review import open_case, three_scenes
from tests.e2e.test_review_screen import alarms
from tests.support.office import decide
from tests.support.process import wait_until
from tests.support.site import Ward

pytestmark = pytest.mark.browser

WATCHED = "document.addEventListener('fresh', () => { window.renewed = (window.renewed ?? 0) + 1; });"
"""Counts how often something on the page followed the server."""


def holding(officer: Officer, code: str, move: str) -> list[Route]:
    """Hold this verdict on its way to the server; it is in what is returned when it was sent."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if code in route.request.url and f'"{move}"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    officer.page.route("**/verdicts", hold)
    return held


def test_a_message_of_before_the_verdict_brings_nothing_back(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    page, held = officer.page, holding(officer, codes[0], "confirm")
    page.goto("/review")
    open_case(officer, codes[0])
    officer.press("1")
    open_case(officer, codes[1])
    wait_until(lambda: page.evaluate("true") and held, "the verdict to be on its way")
    page.evaluate(WATCHED)
    ward.office.services.live.publish("incident", id=1, code=codes[0], state="new", version=2)
    officer.until("window.renewed > 0")
    held[0].continue_()
    expect(page.locator("#toasts")).to_contain_text(f"Đã xác nhận {codes[0]}.")
    page.wait_for_timeout(500)
    open_case(officer, codes[1])


def test_a_case_that_changed_while_it_was_fetched_is_fetched_again(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    page, asked = officer.page, list[str]()
    page.goto("/review")
    open_case(officer, codes[0])
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        """code => import("/static/js/deck.js").then(({Deck}) => {
          window.deck = new Deck((code) => `/review/${code}/case?again`);
          window.deck.want([code]);
          window.deck.forget(code);
        })""",
        codes[2],
    )
    officer.until(f"window.deck.has('{codes[2]}')")
    assert len([url for url in asked if url.endswith("/case?again")]) == 2


@pytest.mark.parametrize("state", ["new", "confirmed"])
def test_a_note_that_was_begun_stays_when_the_page_follows(officer: Officer, ward: Ward, state: str) -> None:
    """Before a verdict it stands in the panel of the decision, after it among the steps that follow."""
    code = three_scenes(ward)[0]
    if state != "new":
        assert decide(ward.office.desk("chi", "supervisor"), code, "confirm").status_code == 200
    officer.sign_in()
    page = officer.page
    page.goto(f"/incidents/{code}")
    if state == "new":
        officer.press("n")
    page.locator("#note").focus()
    page.keyboard.type("người quen của chủ nhà")
    page.locator("h1").click()
    page.evaluate("for (const part of ['decision', 'handling']) document.getElementById(part).dataset.seen = 'before'")
    ward.office.services.live.publish("incident", id=1, code=code, state=state, version=9)
    officer.until("document.querySelectorAll('[data-seen]').length === 0")
    expect(page.locator("#note")).to_have_value("người quen của chủ nhà")


def test_what_comes_after_the_last_is_asked_when_every_verdict_has_arrived(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    page, held = officer.page, holding(officer, codes[1], "confirm")
    page.goto("/review")
    for code in codes:
        open_case(officer, code)
        officer.press("1")
    expect(page.locator("#toasts")).to_contain_text(f"Đã xác nhận {codes[2]}.")
    page.wait_for_timeout(500)
    open_case(officer, codes[2])  # nothing else is there to be shown, and what is next is not known yet
    held[0].continue_()
    expect(page.locator("#case")).to_contain_text("Đã duyệt hết")


def test_an_answer_that_comes_late_offers_no_undo_of_another_verdict(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    page, held = officer.page, holding(officer, codes[0], "confirm")
    page.goto("/review")
    for code in codes[:2]:
        open_case(officer, code)
        officer.press("1")
    expect(page.locator("#toasts")).to_contain_text(f"Đã xác nhận {codes[1]}.")
    with page.expect_response(lambda answer: codes[0] in answer.url and answer.url.endswith("/verdicts")):
        held[0].continue_()
    page.wait_for_timeout(500)
    expect(page.locator("#toasts")).to_have_text(f"Đã xác nhận {codes[1]}.Hoàn tác (U)")
    page.get_by_role("button", name="Hoàn tác (U)").click()
    expect(page.locator("#toasts")).to_have_text(f"Đã hoàn tác {codes[1]}.")
    open_case(officer, codes[1])


def test_a_verdict_that_was_lost_while_it_was_being_undone_takes_no_other_with_it(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    page, held = officer.page, holding(officer, codes[1], "confirm")
    page.goto("/review")
    open_case(officer, codes[0])
    officer.press("1")
    expect(page.locator("#toasts")).to_contain_text(f"Đã xác nhận {codes[0]}.")
    open_case(officer, codes[1])
    officer.press("1")
    open_case(officer, codes[2])
    wait_until(lambda: page.evaluate("true") and held, "the verdict to be on its way")
    officer.press("u")
    held[0].fulfill(status=503, content_type="application/problem+json", body='{"detail": "Máy chủ bận."}')
    expect(page.locator("#toasts")).to_contain_text("Máy chủ bận.")
    open_case(officer, codes[1])
    officer.press("u")
    expect(page.locator("#toasts")).to_have_text(f"Đã hoàn tác {codes[0]}.")
    officer.complaints[:] = [line for line in officer.complaints if "503" not in line]


def test_a_row_is_what_was_judged_in_a_row_whichever_verdict_arrives_first(officer: Officer, ward: Ward) -> None:
    codes = alarms(ward, 7)
    officer.sign_in()
    page, held = officer.page, holding(officer, codes[1], "dismiss")
    page.goto("/review")
    for number, code in enumerate(codes[:5]):
        open_case(officer, code)
        officer.press("2", "1" if number == 1 else "2")
    expect(page.locator("#toasts")).to_contain_text(codes[4])
    page.wait_for_timeout(500)
    expect(page.locator("#alike")).to_have_count(0)
    held[0].continue_()
    expect(page.locator("#alike")).to_contain_text("Loại 02 cảnh báo giống nhau?")


def test_an_officer_s_own_claim_does_not_keep_a_look_alike_from_being_dismissed(officer: Officer, ward: Ward) -> None:
    codes = alarms(ward, 6)
    officer.sign_in()
    page, held = officer.page, holding(officer, codes[3], "claim")
    page.goto("/review")
    for code in codes[:3]:
        open_case(officer, code)
        officer.press("2", "2")
    open_case(officer, codes[3])
    expect(page.locator("#alike")).to_contain_text("Loại 03 cảnh báo giống nhau?")  # as they are without the claim
    held[0].continue_()
    expect(page.locator("#decision")).to_contain_text("Bạn đang xem vụ này.")
    officer.press("a")
    expect(page.locator("#toasts")).to_contain_text("Đã loại 3 cảnh báo giống nhau.")
