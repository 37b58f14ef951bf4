"""The pages as the server renders them: who may see which, in which words, and what leads where."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from server.tables import UserRow
from tests.support.office import NOON, Office, decide, open_office

PLACES = ("/review", "/incidents", "/criteria", "/criteria/TC17", "/cameras", "/password")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as found:
        yield found


def words_of(client: httpx.Client, path: str) -> str:
    """The page's HTML."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.text[:500])
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


@pytest.mark.parametrize("path", [*PLACES, "/review/AN-2026-000001", "/incidents/AN-2026-000001?x=1"])
def test_a_stranger_is_led_to_the_door_and_back_again(office: Office, path: str) -> None:
    answer = office.browser().get(path)
    assert answer.status_code == 303
    wanted = path.replace("?", "%3F").replace("=", "%3D")
    assert answer.headers["location"] == f"/sign-in?next={wanted}"


def test_every_page_is_there_in_both_languages(office: Office) -> None:
    office.camera()
    code = office.incident()
    desk = office.desk("tran.b", "officer")
    for path in (*PLACES, f"/review/{code}", f"/incidents/{code}"):
        vietnamese = words_of(desk, path)
        assert '<html lang="vi">' in vietnamese
        assert vietnamese.count("<h1") == 1, path
        assert "vi phạm" not in vietnamese.replace("không có vi phạm", ""), path
        desk.cookies.set("lang", "en")
        english = words_of(desk, path)
        desk.cookies.delete("lang")
        assert '<html lang="en">' in english


def test_the_language_of_an_address_is_kept_for_the_next_page(office: Office) -> None:
    desk = office.desk("tran.b", "officer")
    assert '<html lang="vi">' in words_of(desk, "/criteria")
    assert '<html lang="en">' in words_of(desk, "/criteria?lang=en")
    assert '<html lang="en">' in words_of(desk, "/cameras")
    assert '<html lang="en">' in words_of(desk, "/cameras?lang=xx"), "an unknown language changes nothing"


def test_an_empty_ward_is_told_what_to_do_next(office: Office) -> None:
    desk = office.desk("tran.b", "officer")
    assert "Đã duyệt hết" in words_of(desk, "/review")
    assert "Chưa có cảnh báo nào" in words_of(desk, "/incidents")
    assert "Chưa có camera nào" in words_of(desk, "/cameras")
    assert "Chưa có vụ việc nào được tính" in words_of(desk, "/criteria/TC17")


def test_the_review_opens_the_most_severe_and_newest(office: Office) -> None:
    office.incident(severity="low")
    urgent = office.incident(severity="urgent", at=NOON - timedelta(days=1))
    page = words_of(office.desk("tran.b", "officer"), "/review")
    assert f'id="case" data-code="{urgent}"' in page
    assert page.count('class="queue-item"') == 2


def test_what_is_not_there_is_a_page_that_says_so(office: Office) -> None:
    desk = office.desk("tran.b", "officer")
    for path, words in (
        ("/incidents/AN-1999-000001", "Không có vụ việc này"),
        ("/review/AN-1999-000001", "Không có vụ việc này"),
        ("/criteria/TC99", "Không có tiêu chí này"),
        ("/criteria?period=yesterday", "Không có kỳ báo cáo này"),
    ):
        answer = desk.get(path)
        assert answer.status_code == 404
        assert words in answer.text


def test_the_list_is_filtered_and_paged(office: Office) -> None:
    camera = office.camera()
    for minute in range(35):
        office.incident(at=NOON - timedelta(minutes=minute), camera_id=camera)
    office.incident(rule_kind="loitering")
    desk = office.desk("tran.b", "officer")
    first = words_of(desk, f"/incidents?camera={camera}")
    assert first.count('class="row"') == 30
    (older,) = re.findall(r'href="/incidents\?([^"]*cursor=[^"]*)"', first)
    older = unescape(older)
    assert words_of(desk, f"/incidents?{older}").count('class="row"') == 5
    assert words_of(desk, "/incidents?rule=loitering").count('class="row"') == 1
    assert "Không có vụ việc nào như vậy" in words_of(desk, "/incidents?state=dismissed")
    assert "Không có vụ việc nào như vậy" in words_of(desk, "/incidents?state=nonsense&camera=x&cursor=y")


def test_a_viewer_sees_everything_and_decides_nothing(office: Office) -> None:
    code = office.incident()
    page = words_of(office.desk("an.d", "viewer"), f"/review/{code}")
    assert 'data-move="' not in page
    assert 'data-reason="' not in page
    assert "Tài khoản của bạn chỉ xem" in page


def test_a_verdict_stands_in_the_incidents_story(office: Office) -> None:
    code = office.incident()
    desk = office.desk("tran.b", "officer")
    decide(desk, code, "dismiss", reason="light", note="đèn <xe>").raise_for_status()
    page = words_of(desk, f"/incidents/{code}")
    assert "Tran.B loại bỏ – Bóng, ánh sáng" in page
    assert "đèn &lt;xe&gt;" in page
    assert 'data-move="undo"' in page
    assert "Nghi vấn" not in page.split("<main", 1)[1]


def test_a_confirmed_incident_is_drilled_down_to(office: Office) -> None:
    code = office.incident(rule_kind="static_object", rule_name="lan-chiem-via-he")
    office.incident(rule_kind="static_object", rule_name="lan-chiem-via-he")
    desk = office.desk("tran.b", "officer")
    decide(desk, code, "confirm").raise_for_status()
    page = words_of(desk, "/criteria/TC17?period=2026-M03")
    counted, waiting = page.split("chờ duyệt (1)", 1)
    assert code in counted.split("được tính (1)", 1)[1]
    assert code not in waiting
    assert code not in words_of(desk, "/criteria/TC17?period=2026-M02")


def test_a_long_drill_down_is_turned_page_by_page(office: Office) -> None:
    codes = [
        office.incident(
            at=NOON - timedelta(hours=1, minutes=number), rule_kind="crowd", state="confirmed" if number < 60 else "new"
        )
        for number in range(115)
    ]
    desk = office.desk("tran.b", "officer")
    first = desk.get("/criteria/TC12?period=2026-M03").text
    assert shown(first) == [*codes[:50], *codes[60:110]]
    second = desk.get(older(first, "counted")).text
    assert shown(second) == [*codes[50:60], *codes[60:110]]
    assert "được tính (60)" in second, "all are counted on every page"
    assert shown(desk.get(older(second, "waiting")).text) == [*codes[:50], *codes[110:]], (
        "the rest stays with its newest"
    )
    assert 'id="older-counted"' not in second
    assert shown(desk.get("/criteria/TC12?period=2026-M03&part=counted&cursor=x").text) == shown(first)


def shown(page: str) -> list[str]:
    """Codes of the incidents that a page of a criterion lists, in order."""
    return re.findall(r'<li id="[a-z]+-[0-9]+">.*?href="/incidents/(AN-[0-9-]+)"', page, re.DOTALL)


def older(page: str, part: str) -> str:
    """The address of the page that follows in one of its lists."""
    found: list[str] = re.findall(rf'id="older-{part}" href="([^"#]+)', page)
    return unescape(found[0])


def test_a_one_time_password_leads_to_the_password_page_first(office: Office) -> None:
    desk = office.desk("tran.b", "officer")
    with office.services.database.transaction() as session:
        row = session.query(UserRow).filter_by(username="tran.b").one()
        row.password_is_one_time = True
    answer = desk.get("/review")
    assert (answer.status_code, answer.headers["location"]) == (303, "/password")
    assert "chỉ dùng một lần" in words_of(desk, "/password")


def test_someone_inside_need_not_pass_the_door(office: Office) -> None:
    desk = office.desk("tran.b", "officer")
    assert desk.get("/sign-in").headers["location"] == "/review"
    assert desk.get("/").headers["location"] == "/review"


def test_assets_are_asked_about_each_time_and_nothing_else_is_served(office: Office) -> None:
    browser = office.browser()
    script = browser.get("/static/js/review.js")
    assert script.status_code == 200
    assert script.headers["cache-control"] == "no-cache"
    again = browser.get("/static/js/review.js", headers={"If-None-Match": script.headers["etag"]})
    assert again.status_code == 304
    assert browser.get("/static/../pages.py").status_code == 404
    assert browser.get("/static/%2e%2e/pages.py").status_code == 404
