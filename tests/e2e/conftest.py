"""A real Chromium at a real server: whatever the browser complains about fails the test."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from contract.health import CameraState
from server import auth
from server.api.deps import SESSION_COOKIE
from server.role import Role
from server.store import sessions
from tests.support import needs
from tests.support.process import wait_until
from tests.support.site import Ward, open_ward

DESK = (1366, 768)
PHONE = (390, 844)


@dataclass
class Officer:
    """Somebody at a browser. ``page.goto("/review")`` goes to the ward's server."""

    ward: Ward
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    """What the console said that it should not say: errors, warnings, refused by the content security policy."""

    def listen(self, page: Page) -> None:
        """Hear what the page's console says."""
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, username: str = "tran.b", role: Role = "officer") -> None:
        """An account and its open session, without the form."""
        office = self.ward.office
        user_id, token = office.account(username, role), auth.new_token()
        with office.services.database.transaction() as session:
            sessions.add(
                session,
                user_id=user_id,
                token_sha256=auth.token_sha256(token),
                csrf=auth.new_token(),
                now=office.clock.now(),
                lasts=timedelta(hours=12),
            )
        self.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.ward.url}])

    def press(self, *keys: str) -> None:
        """Type on the keyboard."""
        for key in keys:
            self.page.keyboard.press(key)

    def until(self, script: str, timeout_s: float = 20.0) -> None:
        """Return when the script's value is true. Playwright's own wait needs eval, which the pages forbid."""
        wait_until(lambda: self.page.evaluate(script), script, timeout_s)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Headless Chromium."""
    expect.set_options(timeout=15_000)  # the test processes share the cores with their servers and browsers
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=needs.chromium(), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """A ward whose two cameras are online and have seen nothing yet."""
    with open_ward(tmp_path) as found:
        found.hear({"kho-sau": CameraState.ONLINE, "cong-truong": CameraState.ONLINE})
        yield found


@pytest.fixture
def officer(chromium: Browser, ward: Ward) -> Iterator[Officer]:
    """An officer at a duty desk, not signed in; in the end the browser must have had nothing to complain about."""
    context = chromium.new_context(
        base_url=ward.url, viewport={"width": DESK[0], "height": DESK[1]}, reduced_motion="reduce"
    )
    context.set_default_timeout(20_000)
    context.set_default_navigation_timeout(60_000)  # a page comes from a server that others keep busy
    found = Officer(ward=ward, context=context, page=context.new_page())
    found.listen(found.page)
    yield found
    context.close()
    assert not found.complaints
