"""The review beyond the verdict: player, paths, previews, look-alikes, what lies around, a cable that is pulled."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Officer
from tests.e2e.test_review import open_case, three_scenes
from tests.support.film import small, street
from tests.support.office import NOON
from tests.support.process import wait_until
from tests.support.relay import relayed
from tests.support.site import Scene, Ward

pytestmark = pytest.mark.browser

VIDEO = "document.querySelector('[data-clip]')"
PATH = tuple((at * 100, 0.1 + at / 50, 0.3, 0.2 + at / 50, 0.6, 0.5 + at / 100) for at in range(1, 40))
"""Somebody goes to the right for four seconds, and the machine grows surer."""


def alarms(ward: Ward, count: int) -> list[str]:
    """Look-alikes: one rule, one place, an hour apart; in the queue's order."""
    ward.see(*(Scene(at=NOON - timedelta(hours=number), film=small(number), lasts_s=5.0) for number in range(count)))
    return ward.waiting()


def test_j_k_l_run_the_clip_as_in_an_editor(officer: Officer, ward: Ward) -> None:
    ward.see(Scene(at=NOON - timedelta(minutes=3), film=street(seconds=8.0)))
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    officer.until(f"{VIDEO}.currentTime > 0.3")
    officer.press("k")
    assert page.evaluate(f"{VIDEO}.paused")
    officer.press("l")
    officer.until(f"!{VIDEO}.paused && {VIDEO}.playbackRate === 1")
    officer.press("l", "l", "l", "l")
    officer.until(f"{VIDEO}.playbackRate === 8")
    expect(page.locator("[data-speed-now]")).to_have_text("8×")
    officer.press("j", "j", "j", "j")
    officer.until(f"{VIDEO}.playbackRate === 0.5")
    page.evaluate(f"{VIDEO}.currentTime = 4")
    officer.press("j")
    expect(page.locator("[data-speed-now]")).to_have_text("-1×")
    officer.until(f"{VIDEO}.currentTime < 3.5")
    officer.press("k")
    stood = page.evaluate(f"{VIDEO}.currentTime")
    officer.press(".")
    officer.until(f"Math.abs({VIDEO}.currentTime - {stood}) > 0.05")
    assert page.evaluate(f"{VIDEO}.paused")


def test_the_wheel_and_plus_go_nearer_and_zero_shows_all_again(officer: Officer, ward: Ward) -> None:
    three_scenes(ward)
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    officer.until(f"{VIDEO}.videoWidth > 0")
    width = f"{VIDEO}.getBoundingClientRect().width"
    whole = page.evaluate(width)
    officer.press("+", "+")
    assert page.evaluate(width) == pytest.approx(whole * 2.25, rel=0.01)
    before = page.evaluate(f"{VIDEO}.getBoundingClientRect().x")
    officer.press("k")
    screen = page.locator("[data-screen]")
    screen.hover(position={"x": 300, "y": 200})
    page.mouse.down()
    page.mouse.move(330, 260, steps=4)
    page.mouse.up()
    assert page.evaluate(f"{VIDEO}.getBoundingClientRect().x") != before
    assert page.evaluate(f"{VIDEO}.paused"), "a drag is no click"
    page.mouse.wheel(0, -100)
    officer.until(f"{width} > {whole * 3}")
    assert page.evaluate("document.querySelectorAll('[style]').length") == 0
    officer.press("0")
    assert page.evaluate(width) == pytest.approx(whole, rel=0.01)


def test_a_box_goes_along_its_path_and_b_hides_both(officer: Officer, ward: Ward) -> None:
    ward.see(Scene(at=NOON - timedelta(minutes=3), film=street(), path=PATH, rule_dwell_s=3.0, hours="22:00-05:00"))
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    officer.until(f"{VIDEO}.currentTime > 0.2")
    officer.press("k")
    left = "Number(document.querySelector('[data-overlay] rect.under').getAttribute('x'))"
    page.evaluate(f"{VIDEO}.currentTime = 0.5")
    officer.until(f"{VIDEO}.currentTime === 0.5 && !!document.querySelector('[data-overlay] rect.under')")
    first = page.evaluate(left)
    page.evaluate(f"{VIDEO}.currentTime = 3")
    officer.until(f"{left} > {first} + 100")
    expect(page.locator("[data-overlay] polyline.path-past")).to_have_count(1)
    officer.press("b")
    expect(page.locator("[data-overlay] *")).to_have_count(0)
    officer.press("b")
    why = page.locator(".why")
    expect(why).to_contain_text("41 giây (luật: 3 giây)")
    expect(why).to_contain_text("22:00–05:00 · chính thức")
    expect(why.locator(".trace polyline")).to_have_count(1)


def test_the_pointer_over_the_queue_shows_the_picture_and_then_the_clip(officer: Officer, ward: Ward) -> None:
    codes = three_scenes(ward)
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    open_case(officer, codes[0])
    page.locator(f"#queue-{codes[1]}").hover()
    expect(page.locator("#preview img")).to_be_visible()
    officer.until("document.querySelector('#preview video')?.currentTime > 0.3")
    page.mouse.move(900, 300)
    expect(page.locator("#preview")).to_have_count(0)
    open_case(officer, codes[0])


def test_after_three_look_alikes_the_rest_is_offered_with_pictures_and_u_takes_all_back(
    officer: Officer, ward: Ward
) -> None:
    codes = alarms(ward, 8)
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    for code in codes[:3]:
        open_case(officer, code)
        expect(page.locator("#alike")).to_have_count(0)
        officer.press("2", "2")
    panel = page.locator("#alike")
    expect(panel).to_contain_text("Loại 05 cảnh báo giống nhau?")
    expect(panel.locator("img")).to_have_count(5)
    panel.locator("[data-alike]").nth(4).click()  # that one is another matter
    officer.press("a")
    open_case(officer, codes[7])
    expect(page.locator("#toasts")).to_contain_text("Đã loại 4 cảnh báo giống nhau.")
    expect(page.locator("#queue [data-code]")).to_have_count(1)
    expect(page.locator("#waiting")).to_have_text("1")
    officer.press("u")
    expect(page.locator("#queue [data-code]")).to_have_count(5)
    officer.press("u")
    expect(page.locator("#queue [data-code]")).to_have_count(6)


def test_the_offer_can_be_declined_and_another_reason_ends_the_row(officer: Officer, ward: Ward) -> None:
    codes = alarms(ward, 8)
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    for number, code in enumerate(codes[:5]):
        open_case(officer, code)
        officer.press("2", "1" if number == 1 else "2")
        if number < 4:
            expect(page.locator("#alike")).to_have_count(0)
    expect(page.locator("#alike")).to_be_visible()
    officer.press("Escape")
    expect(page.locator("#alike")).to_have_count(0)
    open_case(officer, codes[5])


def test_the_strip_around_opens_what_it_shows(officer: Officer, ward: Ward) -> None:
    film = street()
    ward.see(
        Scene(at=NOON - timedelta(minutes=12), rule="mot", film=film),
        Scene(
            at=NOON - timedelta(minutes=9),
            kind="camera_offline",
            rule="camera-offline",
            place="kho-sau",
            severity="low",
        ),
        Scene(at=NOON - timedelta(minutes=5), rule="hai", film=film),
    )
    latest, first = ward.waiting()[:2]
    officer.sign_in()
    page = officer.page
    page.goto(f"/review/{latest}")
    strip = page.locator("#around")
    expect(strip.locator("a")).to_have_count(2)
    expect(strip.locator(".around-gap")).to_have_count(1)
    page.evaluate("window.sameDocument = true")
    strip.locator(f'a[data-code="{first}"]').click()
    open_case(officer, first)
    assert page.evaluate("window.sameDocument")


def test_after_a_pulled_cable_the_page_goes_on_where_it_was(officer: Officer, ward: Ward) -> None:
    officer.sign_in()
    page = officer.page
    with relayed(urlsplit(ward.url).port or 0) as relay:
        page.goto(f"http://127.0.0.1:{relay.port}/review")
        ward.see(Scene(at=NOON - timedelta(minutes=9), rule="mot"))
        expect(page.locator("#queue [data-code]")).to_have_count(1)
        last_id = ward.office.services.live.latest_id
        relay.cut()
        ward.see(Scene(at=NOON - timedelta(minutes=5), rule="hai"), Scene(at=NOON - timedelta(minutes=2), rule="ba"))
        relay.mend()
        expect(page.locator("#queue [data-code]")).to_have_count(3, timeout=15_000)
        again = f"last-event-id: {last_id}".encode()
        wait_until(lambda: any(again in head.lower() for head in relay.heard), "the browser says where it was")
        expect(page.locator("#waiting")).to_have_text("3")
        page.goto("about:blank")
    officer.complaints.clear()  # what the console says of the cable
