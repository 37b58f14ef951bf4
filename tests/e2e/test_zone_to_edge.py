"""The whole way: an officer draws a zone in Chromium, a real edge takes it up over a real broker and reports there."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from server import auth
from server.api.deps import SESSION_COOKIE
from server.database import Database
from server.store import sessions
from server.tables import CameraRow, EventRow, UserRow
from tests.e2e.conftest import DESK
from tests.support.fixtures import Mosquitto
from tests.support.process import answer, free_port, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.broker]

SITE, EDGE = "hoa-thuan", "khom4"
GOAL_S = 5.0
"""From pressing Save to the page's saying that the edge has it in force."""


@pytest.fixture
def ward(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[tuple[str, Database]]:
    """A server process and an edge process with one camera on the simulated street that asks nothing."""
    port = free_port()
    site = tmp_path / "site.yaml"
    database_url = f"sqlite:///{tmp_path}/anninh.db"
    site.write_text(
        yaml.safe_dump(
            {
                "site": {"slug": SITE, "name_vi": "Phường Hòa Thuận", "name_en": "Hoa Thuan"},
                "database": {"url": database_url},
                "evidence_dir": str(tmp_path / "evidence"),
                "broker": {"url": mosquitto.url},
                "http": {"port": port},
            }
        )
    )
    command = [sys.executable, "-m", "server"]
    registered = subprocess.run(
        [*command, "edge-token", "--config", str(site), "--site", SITE, "--edge", EDGE],
        check=True,
        capture_output=True,
        text=True,
    )
    token = tmp_path / "token"
    token.write_text(registered.stdout.split()[-1])
    edge = tmp_path / "edge.yaml"
    edge.write_text(
        yaml.safe_dump(
            {
                "site": SITE,
                "edge": EDGE,
                "data_dir": str(tmp_path / "edge"),
                "broker": {"url": mosquitto.url},
                "server": {"url": f"http://127.0.0.1:{port}", "token_file": str(token)},
                "model": {"name": "builtin"},
                "clip": {"before_s": 1, "after_s": 1, "longest_s": 10},
                "cameras": [{"name": "pho", "label": "Phố", "source": "sim:street?seed=7"}],
            }
        )
    )
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([*command, "run", "--config", str(site)], stdout=log, stderr=log)
        running = [server]
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until(lambda: answer(port, "/healthz"), "the server")
            running.append(
                subprocess.Popen([sys.executable, "-m", "edge", "edge", "--config", str(edge)], stdout=log, stderr=log)
            )
            database = Database(database_url)
            yield url, database
            database.close()
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(timeout=15)


def sign_in(page: Page, url: str, database: Database) -> None:
    now, token = datetime.now(UTC), auth.new_token()
    with database.transaction() as session:
        user = UserRow(
            username="chi.huy", display_name="Chỉ huy", password_hash="none", role="supervisor", created_at=now
        )
        session.add(user)
        session.flush()
        sha256, lasts = auth.token_sha256(token), timedelta(hours=1)
        sessions.add(session, user_id=user.id, token_sha256=sha256, csrf=auth.new_token(), now=now, lasts=lasts)
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": url}])


def told(database: Database) -> list[EventRow]:
    with database.read() as session:
        return [row for row in session.query(EventRow) if not row.rule_kind.startswith("camera_")]


def draw_zone(page: Page) -> None:
    """The lower two thirds of the picture, with one rule: somebody is there."""
    page.locator("[data-new=zone]").click()
    room = page.locator("#board svg").bounding_box()
    assert room is not None
    for x, y in ((0.02, 0.3), (0.98, 0.3), (0.98, 0.98), (0.02, 0.98)):
        page.mouse.click(room["x"] + x * room["width"], room["y"] + y * room["height"])
    page.locator("#done-drawing").click()
    page.fill("#shape-label", "Lòng đường")
    page.locator(".rule-add button").click()
    page.get_by_label("Kéo dài ít nhất (giây)").fill("0.5")
    page.fill("#why", "Vẽ lần đầu")


def test_a_zone_drawn_in_the_browser_is_what_the_edge_reports(chromium: Browser, ward: tuple[str, Database]) -> None:
    url, database = ward
    complaints: list[str] = []
    context = chromium.new_context(base_url=url, viewport={"width": DESK[0], "height": DESK[1]})
    page = context.new_page()
    page.on("console", lambda one: complaints.append(one.text) if one.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, url, database)

    def is_told() -> bool:
        with database.read() as session:
            camera = session.query(CameraRow).one_or_none()
            return camera is not None and camera.told is not None and camera.state == "online"

    wait_until(is_told, "the camera and what it asks", 60)
    wait_until(lambda: page.request.get("/api/v1/cameras/1/picture").ok, "its picture", 30)
    page.goto("/cameras/1")
    expect(page.locator("#config-state")).to_contain_text("đang dùng tệp cấu hình của nó")
    assert told(database) == []

    draw_zone(page)
    began_s = time.monotonic()
    page.locator("#save").click()
    expect(page.locator("#config-state")).to_contain_text("đang áp dụng bản 1", timeout=30_000)
    took_s = time.monotonic() - began_s
    print(f"in force {took_s:.2f} s after saving")
    assert took_s < GOAL_S

    wait_until(lambda: told(database), "an event in the zone", 90)
    event = told(database)[0]
    print(f"first event {time.monotonic() - began_s:.2f} s after saving")
    assert (event.place, event.rule_name, event.rule_kind) == ("vung", "vung-intrusion", "intrusion")
    assert event.data["place"]["label"] == "Lòng đường"
    expect(page.locator("#last-day")).to_contain_text("vung-intrusion", timeout=10_000)

    # a rule that is switched off closes what it has open, and the edge tells no more
    page.get_by_label("Chế độ").select_option("off")
    page.locator("#save").click()
    expect(page.locator("#config-state")).to_contain_text("đang áp dụng bản 2", timeout=30_000)
    wait_until(lambda: all(row.phase == "closed" for row in told(database)), "what was open to be closed", 30)
    with database.read() as session:
        assert session.query(CameraRow).one().told["drawing"]["rules"][0]["mode"] == "off"  # type: ignore[index]
    context.close()
    assert complaints == []
