"""A clip that Chromium cannot play as it is: the review plays its working copy, and gaps and parts are shown."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from edge import mp4
from tests.e2e.conftest import Officer
from tests.support.coded import packets_of
from tests.support.film import Film, street
from tests.support.office import NOON
from tests.support.site import Scene, Ward

pytestmark = pytest.mark.browser

HEVC = 'video/mp4; codecs="hvc1.1.6.L120.90"'
H264 = 'video/mp4; codecs="avc1.42E01E"'


def night(folder: Path, data_dir: Path) -> Film:
    """Three seconds of the night camera's H.265, its packets as an edge keeps them; 3.5 s were lost on the way."""
    packets = packets_of(data_dir / "videos" / "night_ir_cctv_hevc_960x1088.mp4", bitstream_filter="hevc_mp4toannexb")
    keys = [index for index, one in enumerate(packets) if one.is_keyframe]
    kept = [*packets[:45], *packets[keys[1] : keys[1] + 45]]
    written = mp4.write(kept, folder / "clip.mp4")
    assert written.is_native
    begin_s = kept[0].pts_s
    return replace(
        street(),
        clip=(folder / "clip.mp4").read_bytes(),
        seconds=kept[-1].pts_s + 1 / 30 - begin_s,
        people=(),
        codec=written.codec,
        gaps_s=tuple((begin - begin_s, end - begin_s) for begin, end in written.gaps_s),
    )


@pytest.mark.data
def test_an_h265_clip_plays_through_its_working_copy(
    officer: Officer, ward: Ward, tmp_path: Path, data_dir: Path
) -> None:
    film = night(tmp_path, data_dir)
    ward.see(Scene(at=NOON - timedelta(minutes=3), film=film))
    (code,) = ward.waiting()
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    assert page.evaluate(f"document.createElement('video').canPlayType('{H264}')") == "probably"
    assert page.evaluate(f"document.createElement('video').canPlayType('{HEVC}')") == "", (
        "this Chromium plays H.265 itself: the test would prove nothing"
    )
    officer.until("document.querySelector('[data-clip]').currentTime > 0.3", 60.0)
    assert page.evaluate("document.querySelector('[data-clip]').videoWidth") == 960
    assert page.evaluate("document.querySelector('[data-clip]').duration") == pytest.approx(film.seconds, abs=0.1)
    expect(page.locator("[data-gaps] rect")).to_have_count(1)
    ((begin_s, end_s),) = film.gaps_s
    bar = page.locator("[data-gaps] rect")
    assert float(bar.get_attribute("x") or 0) == pytest.approx(1000 * begin_s / film.seconds, abs=5)
    assert float(bar.get_attribute("width") or 0) == pytest.approx(1000 * (end_s - begin_s) / film.seconds, abs=5)
    page.evaluate("document.querySelector('[data-clip]').pause()")
    page.evaluate(f"document.querySelector('[data-clip]').currentTime = {(begin_s + end_s) / 2}")
    expect(page.locator("[data-note]")).to_have_text("Camera mất hình trong khoảng này.")
    page.evaluate(f"document.querySelector('[data-clip]').currentTime = {end_s + 0.5}")
    expect(page.locator("[data-note]")).to_be_hidden()
    page.goto(f"/incidents/{code}")
    officer.until("document.querySelector('[data-clip]').videoWidth === 960")
    expect(page.locator("#evidence")).to_contain_text("tệp gốc; trang này phát bản chuyển đổi")
    expect(page.locator("#evidence")).to_contain_text("không có hình từ")
    with page.expect_response("**/api/v1/evidence/*") as loading:
        page.evaluate(
            "async () => { const found = await fetch(document.querySelector('#evidence .icon + span a[href]').href); }"
        )
    assert loading.value.ok
    sha256 = hashlib.sha256(film.clip).hexdigest()
    master = officer.context.request.get(f"{ward.url}/api/v1/evidence/{sha256}").body()
    assert hashlib.sha256(master).hexdigest() == sha256, "the download is the camera's own"


def test_a_clip_that_cannot_be_converted_says_so(officer: Officer, ward: Ward) -> None:
    film = replace(street(), clip=b"no video" * 500, codec="hvc1.1.6.L120.90")
    ward.see(Scene(at=NOON - timedelta(minutes=3), film=film))
    officer.sign_in()
    officer.page.goto("/review")
    expect(officer.page.locator("[data-note]")).to_contain_text("Không chuyển được đoạn ghi này", timeout=30_000)
    expect(officer.page.locator("[data-picture]")).to_be_visible()
    assert all("422" in complaint for complaint in officer.complaints)
    officer.complaints.clear()


def test_a_long_event_shows_its_parts_in_order(officer: Officer, ward: Ward) -> None:
    moments = tuple(street(seed).picture for seed in (11, 12, 13))
    film = replace(street(), later=street(9).clip, moments=moments)
    ward.see(Scene(at=NOON - timedelta(minutes=40), lasts_s=1800.0, film=film))
    officer.sign_in()
    page = officer.page
    page.goto("/review")
    strip = page.locator("[data-event]")
    expect(strip).to_have_count(5)  # first part, three pictures, last part
    officer.until("document.querySelector('[data-clip]').videoWidth > 0")
    first = page.evaluate("document.querySelector('[data-clip]').src")
    strip.nth(2).click()
    expect(page.locator("[data-picture]")).to_be_visible()
    expect(page.locator("[data-note]")).to_have_text("Ảnh chụp định kỳ khi sự việc kéo dài.")
    expect(page.locator("[data-overlay] rect")).to_have_count(0)  # its boxes are of other moments
    strip.last.click()
    officer.until("document.querySelector('[data-clip]').videoWidth > 0")
    assert page.evaluate("document.querySelector('[data-clip]').src") != first
    expect(page.locator("[data-note]")).to_be_hidden()
