"""The zone editor: by mouse, by keys alone, by touch; what it sends, what became of it, and who may not."""

import random
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from contract.command import Command
from contract.configuration import CameraConfig, Config
from contract.drawing import Drawing
from contract.health import CameraState, ConfigState
from edge.geometry import inside
from server.tables import CameraRow
from tests.e2e.conftest import DESK, PHONE, Officer
from tests.e2e.test_pages import INLINE, SMALL, TOO_WIDE, TWICE, UNDESCRIBED, UNLABELLED
from tests.support.film import street
from tests.support.site import Ward

pytestmark = pytest.mark.browser

DRAWN = Drawing.model_validate(
    {
        "zones": {"san": {"label": "Sân", "points": [[0.2, 0.4], [0.8, 0.4], [0.8, 0.9], [0.2, 0.9]]}},
        "lines": {"vach": {"label": "Vạch", "a": [0.1, 0.1], "b": [0.3, 0.2]}},
        "masks": [[[0.8, 0.0], [1.0, 0.0], [1.0, 0.2]]],
        "rules": [
            {"name": "san-dem", "kind": "intrusion", "zone": "san", "hours": "22:00-05:00", "severity": "high"},
            {"name": "do-vat", "kind": "pavement_encroachment", "zone": "san"},
        ],
    }
)


def open_editor(officer: Officer, drawing: Drawing = DRAWN, role: Any = "supervisor") -> Page:
    """The camera's page, with its picture."""
    officer.ward.show("kho-sau", street().picture)
    officer.ward.tell("kho-sau", drawing)
    officer.sign_in(role=role)
    page = officer.page
    page.goto(f"/cameras/{camera_of(officer.ward)}")
    officer.until("document.querySelector('.board-picture').naturalWidth > 0")
    return page


def camera_of(ward: Ward) -> int:
    with ward.office.services.database.read() as session:
        return session.query(CameraRow).filter_by(name="kho-sau").one().id


def sent(ward: Ward) -> CameraConfig:
    """What the edge was sent last."""
    message = ward.posted[-1][1]
    assert isinstance(message, Config)
    return message.data.cameras[0]


def drawing_of(ward: Ward) -> Drawing:
    found = sent(ward).drawing
    assert found is not None
    return found


def hear(ward: Ward, state: ConfigState) -> None:
    ward.hear({"kho-sau": CameraState.ONLINE, "cong-truong": CameraState.ONLINE}, configs={"kho-sau": state})


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a fraction of the picture lies on the screen."""
    room = page.locator("#board svg").bounding_box()
    assert room is not None
    return room["x"] + x * room["width"], room["y"] + y * room["height"]


def close_to(points: tuple[tuple[float, float], ...], wanted: list[tuple[float, float]]) -> bool:
    return len(points) == len(wanted) and all(
        abs(a - b) < 0.004 for one, other in zip(points, wanted, strict=True) for a, b in zip(one, other, strict=True)
    )


def test_what_is_not_touched_is_sent_as_it_was(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer)
    page.get_by_role("button", name="Vùng: Sân").click()
    page.fill("#shape-label", "Sân kho")
    page.fill("#why", "Đổi tên")
    page.locator("#save").click()
    expect(page.locator("#config-state")).to_contain_text("Đã gửi bản 1")
    zones = {"san": DRAWN.zones["san"].model_copy(update={"label": "Sân kho"})}
    assert drawing_of(ward) == DRAWN.model_copy(update={"zones": zones})
    hear(ward, ConfigState(version=1))
    expect(page.locator("#config-state")).to_contain_text("đang áp dụng bản 1")
    expect(page.locator("#versions")).to_contain_text("Đổi tên")


def test_the_mouse_draws_drags_inserts_and_takes_back(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer)
    page.locator("[data-new=zone]").click()
    for x, y in ((0.1, 0.6), (0.3, 0.6), (0.3, 0.8)):
        page.mouse.click(*at(page, x, y))
    page.mouse.click(*at(page, 0.1, 0.6))
    expect(page.locator("#done-drawing")).to_be_hidden()
    page.mouse.click(*at(page, 0.17, 0.69))  # beside its long side: another point there
    expect(page.locator(".point")).to_have_count(4)
    page.mouse.move(*at(page, 0.3, 0.8))
    page.mouse.down()
    page.mouse.move(*at(page, 0.5, 0.9), steps=4)
    page.mouse.up()
    page.locator("#save").click()
    expect(page.locator("#config-state")).to_contain_text("Đã gửi bản 1")
    points = drawing_of(ward).zones["vung"].points
    assert close_to(points, [(0.1, 0.6), (0.3, 0.6), (0.5, 0.9), (0.17, 0.69)])
    officer.press("z", "z")
    expect(page.locator(".point")).to_have_count(3)
    page.mouse.move(*at(page, 0.3, 0.6))
    page.mouse.down()
    page.mouse.move(*at(page, 0.9, 0.1))
    officer.press("Escape")
    page.mouse.up()
    page.locator("#save").click()
    expect(page.locator("#config-state")).to_contain_text("Đã gửi bản 2")
    assert close_to(drawing_of(ward).zones["vung"].points, [(0.1, 0.6), (0.3, 0.6), (0.3, 0.8)])


def test_everything_is_done_by_keys_alone(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer)
    officer.press("v")
    expect(page.locator("#board svg")).to_be_focused()
    officer.press("Enter", *["Shift+ArrowRight"] * 4, "Enter", *["Shift+ArrowDown"] * 2, "Enter", "Enter")
    expect(page.locator(".point")).to_have_count(3)
    expect(page.locator("#done-drawing")).to_be_hidden()
    officer.press("Tab")
    expect(page.locator("[data-point='0']")).to_be_focused()
    officer.press("ArrowLeft", "Shift+ArrowLeft", "Enter")
    expect(page.locator(".point")).to_have_count(4)
    expect(page.locator("[data-point='1']")).to_be_focused()
    officer.press("Delete")
    expect(page.locator(".point")).to_have_count(3)
    officer.press("Delete")
    expect(page.locator("#board-says")).to_contain_text("Không bớt được nữa")
    expect(page.locator(".point")).to_have_count(3)
    page.locator(".rule-add select").focus()
    page.locator(".rule-add select").select_option("crowd")
    officer.press("Tab", "Enter")
    expect(page.locator(".rule")).to_have_count(1)
    page.locator("#board svg").focus()
    officer.press("s")
    expect(page.locator("#config-state")).to_contain_text("Đã gửi bản 1")
    made = drawing_of(ward)
    assert close_to(made.zones["vung"].points[:2], [(0.47, 0.6), (0.7, 0.6)])
    rule = made.rules[-1]
    assert (rule.kind, rule.zone, rule.at_least, rule.mode) == ("crowd", "vung", 6, "trial")
    assert set(made.zones) == {"san", "vung"}


def test_a_new_line_takes_two_points_and_escape_takes_an_unfinished_shape_away(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer)
    officer.press("l")
    page.mouse.click(*at(page, 0.5, 0.2))
    page.mouse.click(*at(page, 0.5, 0.6))
    expect(page.locator(".shape-selected .head")).to_have_count(1)
    page.locator(".rule-add select").select_option("line_crossing")
    page.locator(".rule-add button").click()
    page.get_by_label("Chiều").select_option("forward")
    page.locator("#board svg").focus()
    officer.press("v")
    page.mouse.click(*at(page, 0.4, 0.4))
    officer.press("Escape")
    expect(page.locator(".shape-button")).to_have_count(4)
    page.locator("#save").click()
    expect(page.locator("#config-state")).to_contain_text("Đã gửi bản 1")
    made = drawing_of(ward)
    line = made.lines["vach-2"]
    assert close_to((line.a, line.b), [(0.5, 0.2), (0.5, 0.6)])
    assert (made.rules[-1].line, made.rules[-1].direction) == ("vach-2", "forward")


def test_removing_a_zone_removes_its_rules_and_undo_brings_both_back(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer)
    page.get_by_role("button", name="Vùng: Sân").click()
    page.locator("#remove").click()
    expect(page.locator(".shape-button")).to_have_count(2)
    page.locator("#save").click()
    expect(page.locator("#config-state")).to_contain_text("Đã gửi bản 1")
    assert (drawing_of(ward).zones, drawing_of(ward).rules) == ({}, ())
    page.locator("#undo").click()
    page.locator("#save").click()
    expect(page.locator("#config-state")).to_contain_text("Đã gửi bản 2")
    assert drawing_of(ward) == DRAWN


def test_a_rule_s_form_changes_what_it_shows_and_keeps_the_rest(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer)
    page.get_by_role("button", name="Vùng: Sân").click()
    rule = page.locator(".rule").nth(1)
    rule.get_by_label("Chế độ").select_option("trial")
    rule.get_by_label("Mức").select_option("urgent")
    rule.get_by_label("Kéo dài ít nhất (giây)").fill("90")
    rule.get_by_label("Từ giờ").fill("07:30")
    rule.get_by_label("ô tô").uncheck()
    rule.get_by_label("người").check()
    page.locator("#save").click()
    expect(page.locator("#config-state")).to_contain_text("Đã gửi bản 1")
    before, after = DRAWN.rules[1], drawing_of(ward).rules[1]
    assert (after.mode, after.severity, after.dwell_s) == ("trial", "urgent", 90.0)
    assert after.hours is not None
    assert before.hours is not None
    assert (after.hours.begin.isoformat(), after.hours.end) == ("07:30:00", before.hours.end)
    assert set(after.classes) == set(before.classes) - {"car"} | {"person"}
    assert after.cool_s == before.cool_s


@pytest.mark.parametrize("seed", range(3))
def test_the_figure_stands_inside_exactly_where_the_edge_says_so(officer: Officer, ward: Ward, seed: int) -> None:
    """The script's rule against the edge's own, on random and self-crossing polygons, borders and corners included."""
    page = open_editor(officer)
    chance = random.Random(seed)
    edges = (0.0, 0.25, 0.5, 1.0)

    def number() -> float:
        return chance.choice(edges) if chance.random() < 0.3 else round(chance.random(), 4)

    asked = [((number(), number()), [(number(), number()) for _ in range(chance.randint(3, 9))]) for _ in range(400)]
    script = """async (asked) => { const { inside } = await import('/static/js/drawing.js');
        return asked.map(([point, polygon]) => inside(point, polygon)); }"""
    assert page.evaluate(script, asked) == [inside(point, polygon) for point, polygon in asked]


def test_the_figure_says_where_its_feet_stand(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer)
    page.mouse.move(*at(page, 0.5, 0.6))
    expect(page.locator(".ghost text")).to_have_text("bên trong: Sân")
    page.mouse.move(*at(page, 0.5, 0.95))
    expect(page.locator(".ghost text")).to_have_text("bên ngoài")
    page.mouse.move(5, 5)
    expect(page.locator(".ghost")).to_have_count(0)
    page.locator("#board svg").focus()
    officer.press(*["Shift+ArrowUp"] * 2)
    expect(page.locator("#board-says")).to_have_text("bên trong: Sân")


def test_a_refusal_says_why_and_what_is_still_in_force(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer)
    page.get_by_role("button", name="Vùng: Sân").click()
    page.fill("#shape-label", "Sân kho")
    page.locator("#save").click()
    expect(page.locator("#config-state")).to_contain_text("Đã gửi bản 1")
    hear(ward, ConfigState(refused_version=1, refused="camera kho-sau: no such class"))
    expect(page.locator("#config-state")).to_contain_text("từ chối bản 1: camera kho-sau: no such class")
    expect(page.locator("#config-state")).to_contain_text("Tệp của máy biên vẫn đang áp dụng.")


def test_a_colleague_s_change_is_not_overwritten(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer)
    page.get_by_role("button", name="Vùng: Sân").click()
    page.fill("#shape-label", "Của tôi")
    other = ward.office.desk("hoa", "supervisor")
    theirs = DRAWN.model_dump(mode="json", by_alias=True) | {"masks": []}
    path = f"/api/v1/cameras/{camera_of(ward)}/settings"
    assert other.put(path, json={"version": 0, "drawing": theirs}).status_code == 200
    page.locator("#save").click()
    expect(page.locator("#board-problem")).to_contain_text("vừa được người khác đổi")
    assert sent(ward).version == 1, "what was sent is the colleague's"
    page.get_by_role("button", name="Xem bản mới").click()
    expect(page.locator(".shape-button")).to_have_count(2)
    officer.complaints[:] = [line for line in officer.complaints if "409" not in line]


def test_an_untouched_editor_follows_a_colleague_s_change(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer)
    other = ward.office.desk("hoa", "supervisor")
    path = f"/api/v1/cameras/{camera_of(ward)}/settings"
    theirs = DRAWN.model_dump(mode="json", by_alias=True) | {"masks": []}
    other.put(path, json={"version": 0, "drawing": theirs})
    expect(page.locator(".shape-button")).to_have_count(2)


def test_the_way_back_to_the_file_is_asked_for_twice(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer)
    expect(page.locator("#reset")).to_be_hidden()
    page.get_by_role("button", name="Vùng: Sân").click()
    page.fill("#shape-label", "Khác")
    page.locator("#save").click()
    expect(page.locator("#config-state")).to_contain_text("Đã gửi bản 1")
    page.locator("#reset").click()
    page.locator("#reset-sure").click()
    expect(page.locator("#config-state")).to_contain_text("Đã gửi bản 2")
    assert sent(ward).drawing is None


def test_a_picture_now_is_asked_for_and_shown_when_it_comes(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer, role="officer")
    before = page.locator(".board-picture").get_attribute("src")
    page.locator("#take-picture").click()
    expect(page.locator(".toast")).to_contain_text("Đã gọi camera chụp")
    assert isinstance(ward.posted[-1][1], Command)
    ward.show("kho-sau", street().moments[0] if street().moments else street().picture)
    expect(page.locator(".board-picture")).not_to_have_attribute("src", before or "")


def test_who_may_not_change_sees_what_is_drawn_and_no_tools(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer, role="viewer")
    for tool in ("#save", "[data-new]", "#take-picture", "#facts", "#shape-label"):
        expect(page.locator(tool)).to_have_count(0)
    page.get_by_role("button", name="Vùng: Sân").click()
    expect(page.locator(".rule")).to_have_count(2)
    expect(page.locator(".rule select").first).to_be_disabled()
    page.mouse.click(*at(page, 0.5, 0.5))
    assert ward.posted == []


def test_the_record_is_kept_and_the_camera_put_out_of_service(officer: Officer, ward: Ward) -> None:
    page = open_editor(officer)
    expect(page.locator("#facts")).to_be_visible()
    page.fill("#label", "Kho sau, cổng phụ")
    page.fill("#purpose", "Kế hoạch số 12")
    page.fill("#notice_posted_on", "2026-01-15")
    page.get_by_role("button", name="Lưu hồ sơ").click()
    expect(page.locator("h1")).to_have_text("Kho sau, cổng phụ")
    page.fill("#service-why", "Đã tháo")
    page.locator("[data-serve=false]").click()
    expect(page.locator("[data-serve=true]")).to_be_visible()
    ward.office.clock.turn(seconds=1)
    page.goto("/cameras")
    expect(page.locator(".camera")).to_have_count(1)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_editor_is_labelled_and_fits_desk_and_phone(officer: Officer, ward: Ward, language: str) -> None:
    officer.context.add_cookies([{"name": "lang", "value": language, "url": ward.url}])
    page = open_editor(officer)
    assert page.evaluate(INLINE) == 0
    for width, height in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        for button in page.locator(".shape-button").all():
            button.click()
            for fault in (UNLABELLED, UNDESCRIBED, TWICE, SMALL):
                assert page.evaluate(fault) == [], (language, width)
            assert page.evaluate(TOO_WIDE) <= 0, (language, width)


def test_a_finger_draws_on_a_phone(chromium: Browser, ward: Ward, officer: Officer) -> None:
    open_editor(officer)
    context = chromium.new_context(
        base_url=ward.url, viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True
    )
    context.add_cookies(officer.context.cookies())  # type: ignore[arg-type]  # the same cookies, read and written
    page = context.new_page()
    officer.listen(page)
    page.goto(f"/cameras/{camera_of(ward)}")
    page.locator("[data-new=mask]").tap()
    corners = ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4))
    for x, y in corners:
        page.touchscreen.tap(*at(page, x, y))
    page.locator("#done-drawing").tap()
    page.locator("#save").tap()
    expect(page.locator("#config-state")).to_contain_text("Đã gửi bản 1")
    assert close_to(drawing_of(ward).masks[-1], list(corners))
    context.close()
