"""Vụ việc in a real browser: searching, keeping a filter, a day of the calendar, dragging a camera on the plan."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, Officer
from tests.server.test_plan import png
from tests.support.office import NOON, PASSWORD
from tests.support.site import Scene, Ward

pytestmark = pytest.mark.browser

SPOTS = "/api/v1/plan/spots"


def seen(ward: Ward) -> None:
    """Two days of incidents at two cameras."""
    for hours in range(6):
        camera = ("kho-sau", "cong-truong")[hours % 2]
        kind = ("intrusion", "illegal_parking")[hours % 2]
        ward.see(Scene(at=NOON - timedelta(hours=hours * 8), camera=camera, kind=kind, rule=kind, place=f"z{hours}"))


def test_a_search_is_typed_with_suggestions_and_kept_as_a_filter(officer: Officer, ward: Ward) -> None:
    seen(ward)
    officer.sign_in(role="supervisor")
    page = officer.page
    page.goto("/incidents")
    expect(page.locator("#rows a.row")).to_have_count(6)
    officer.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("camera:KHO")
    option = page.locator("#suggestions [role=option]")
    expect(option).to_have_text(["camera:kho-saukho-sau"])
    officer.press("ArrowDown", "Enter")
    expect(page.locator("#q")).to_have_value("camera:kho-sau ")
    page.keyboard.type("trạng thái:mới")
    officer.press("Escape", "Enter")
    page.wait_for_url("**/incidents?q=*")
    expect(page.locator("#rows a.row")).to_have_count(3)
    expect(page.locator("#q")).to_have_value("state:new camera:kho-sau")
    officer.press("s")
    page.keyboard.type("Kho sau mới")
    officer.press("Enter")
    kept = page.locator(".saved-own .saved-link")
    expect(kept).to_have_text("Kho sau mới")
    page.goto("/incidents")
    kept.click()
    expect(page.locator("#rows a.row")).to_have_count(3)
    expect(kept).to_have_attribute("aria-current", "true")
    page.wait_for_load_state("load")  # then the page's script listens
    page.locator(".saved-away").click()
    expect(kept).to_have_count(0)


def test_rows_are_walked_with_keys(officer: Officer, ward: Ward) -> None:
    seen(ward)
    officer.sign_in()
    page = officer.page
    page.goto("/incidents")
    rows = page.locator("#rows a.row")
    officer.press("j", "j")
    expect(rows.nth(1)).to_be_focused()
    officer.press("k", "ArrowDown", "ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    code = rows.nth(2).get_attribute("href")
    officer.press("Enter")
    page.wait_for_url(f"**{code}")


def test_a_wrong_token_is_named_with_its_cure(officer: Officer) -> None:
    officer.sign_in()
    page = officer.page
    page.goto("/incidents?q=state:maybe")
    expect(page.locator("#fault")).to_contain_text("“maybe”")
    expect(page.locator("#fault")).to_contain_text("confirmed")
    expect(page.locator("#q")).to_have_value("state:maybe")
    page.goto("/incidents?q=camera:abc&lang=en")
    expect(page.locator("#fault")).to_contain_text("There is no camera called “abc”")


def test_a_day_of_the_calendar_leads_to_its_list(officer: Officer, ward: Ward) -> None:
    seen(ward)
    officer.sign_in()
    page = officer.page
    page.goto("/incidents?q=rule:intrusion")
    officer.press("i")
    page.wait_for_url("**view=calendar*")
    expect(page.locator("#month")).to_have_text("Tháng 03/2026")
    # the 2nd is a Monday: first of its week
    week = page.locator("#day-2026-03-02").bounding_box()
    grid = page.locator(".month").bounding_box()
    assert week is not None
    assert grid is not None
    assert abs(week["x"] - grid["x"]) < 3
    expect(page.locator("#day-2026-03-02 .day-count")).to_have_text(["01"])
    page.locator("#day-2026-03-01").click()
    page.wait_for_url("**on%3A2026-03-01*")
    expect(page.locator("#rows a.row")).to_have_count(2)
    page.go_back()
    page.locator("#month-before").click()
    expect(page.locator("#month")).to_have_text("Tháng 02/2026")


def test_a_camera_is_dragged_to_its_place_on_the_plan(officer: Officer, ward: Ward) -> None:
    seen(ward)
    admin = ward.office.desk("quan.tri", "admin")
    admin.put("/api/v1/plan", content=png(1600, 1000)).raise_for_status()
    admin.put(SPOTS, json={"kind": "camera", "name": "1", "x": 0.5, "y": 0.5}).raise_for_status()
    officer.sign_in(role="supervisor")
    page = officer.page
    page.goto("/incidents?view=map")
    spot = page.locator(".spot-camera")
    expect(spot.locator(".spot-count")).to_have_text("3")
    officer.press("a")
    expect(page.locator("#plan-how")).to_be_visible()
    box = page.locator("#plan-picture").bounding_box()
    start = spot.locator("circle").bounding_box()
    assert box is not None
    assert start is not None
    with page.expect_response(lambda answer: SPOTS in answer.url) as dropped:
        page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
        page.mouse.down()
        page.mouse.move(start["x"] + start["width"] / 2 + 120, start["y"] + start["height"] / 2 - 60, steps=4)
        page.mouse.up()
    assert dropped.value.status == 200
    (kept,) = admin.get("/api/v1/plan").json()["spots"]
    scale = min(box["width"] / 1600, box["height"] / 1000)
    assert kept["x"] == pytest.approx(0.5 + 120 / (1600 * scale), abs=0.01)
    assert kept["y"] == pytest.approx(0.5 - 60 / (1000 * scale), abs=0.01)
    with page.expect_response(lambda answer: SPOTS in answer.url):
        officer.press("Shift+ArrowLeft")
    (nudged,) = admin.get("/api/v1/plan").json()["spots"]
    assert nudged["x"] == pytest.approx(kept["x"] - 0.025, abs=0.001)
    officer.press("a")
    spot.click()
    page.wait_for_url("**camera%3A%231*")
    expect(page.locator("#rows a.row")).to_have_count(3)


def test_an_officer_drags_nothing_and_a_phone_shows_it_all(officer: Officer, ward: Ward) -> None:
    seen(ward)
    admin = ward.office.desk("quan.tri", "admin")
    admin.put(SPOTS, json={"kind": "camera", "name": "1", "x": 0.5, "y": 0.5}).raise_for_status()
    officer.sign_in()
    page = officer.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for view in ("list", "calendar", "map"):
        page.goto(f"/incidents?view={view}")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, view
    expect(page.locator("#arrange")).to_have_count(0)
    expect(page.locator(".plan-list li")).to_have_count(2)


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        (
            "/incidents?q=state%3Anew%20camera%3Akho-sau&view=calendar",
            "/incidents?q=state%3Anew%20camera%3Akho-sau&view=calendar",
        ),
        ("/\t/example.org/", "/review"),
        ("https://example.org/", "/review"),
        ("/\\example.org/", "/review"),
    ],
)
def test_the_door_leads_on_to_the_whole_address_and_nowhere_else(
    officer: Officer, ward: Ward, wanted: str, reached: str
) -> None:
    ward.office.account("tran.b", "officer", PASSWORD)
    page = officer.page
    if reached == wanted:
        page.goto(wanted)
        page.wait_for_url(lambda url: "/sign-in?next=" in url)
    else:
        page.goto("/sign-in?next=" + wanted.replace("\t", "%09").replace("\\", "%5C"))
    page.fill("#username", "tran.b")
    page.fill("#password", PASSWORD)
    page.locator("button[type=submit]").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    assert page.url.removeprefix(ward.url) == reached
