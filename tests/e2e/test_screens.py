"""Every page there is, in both languages and themes, at a desk and on a phone: whole, legible, and nobody else's.

Pages are read from the application's own routes: a new one is looked at without being named here. Set
``ANNINH_SCREENSHOTS`` to a folder to keep the pictures.
"""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from playwright.sync_api import Browser, Page, Request

from server.ui.i18n import LANGUAGES
from tests.e2e.conftest import DESK, PHONE, Officer
from tests.support import needs
from tests.support.film import street
from tests.support.office import NOON
from tests.support.site import Scene, Ward

# some 180 looks: longer than one test may take elsewhere, where other work goes on beside it
pytestmark = [pytest.mark.browser, pytest.mark.axe, pytest.mark.timeout(900)]

AXE = needs.ROOT / "tests" / "e2e" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# /review/{code}/case is a part of a page: what the review fetches ahead
NOT_PAGES = re.compile(r"^/(api|static|docs|metrics|healthz|openapi)|\.(csv|docx|xlsx|json)$|^/review/{code}/case$")
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZES = {"vi": (DESK, PHONE), "en": (PHONE, DESK)}
WITH_AXE = {("vi", "light", DESK), ("vi", "dark", DESK), ("en", "dark", PHONE)}
SCHEME = "getComputedStyle(document.documentElement).colorScheme"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIOLATIONS = """
async (tags) => {
  const found = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
  return found.violations.filter((at) => ['serious', 'critical'].includes(at.impact))
    .map((at) => `${at.id}: ${at.help}: ${at.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
}
"""


@pytest.fixture
def lived_in(ward: Ward) -> dict[str, str]:
    """A ward in which something of everything has happened; what stands for each parameter of an address."""
    film = street()
    ward.see(
        Scene(at=NOON - timedelta(minutes=3), film=film),
        Scene(at=NOON - timedelta(hours=2), kind="illegal_parking", rule="cong-truong", camera="cong-truong"),
        Scene(at=NOON - timedelta(days=1), kind="pavement_encroachment", rule="via-he", severity="low", film=film),
        Scene(at=NOON - timedelta(days=2), mode="trial", kind="loitering", rule="quanh-kho"),
    )
    codes = ward.waiting()
    chief = ward.office.desk("chi", "supervisor")
    tip = {"source": "tip", "title": "Mất trộm xe máy tại nhà trọ", "occurred_at": NOON.isoformat(), "unit": "Khóm 4"}
    units = [{"name": name, "kind": "khom", "valid_from": "2025-07-01"} for name in ("Khóm 4", "Khóm 5")]
    for path, body in (
        ("incidents", tip),
        *(("units", unit) for unit in units),
        ("mergers", {"day": "2025-07-01", "note": "Phường 5 và xã Hòa Thuận"}),
    ):
        assert chief.post(f"/api/v1/{path}", json=body).status_code == 201, path
    hold = {"reason": "Viện kiểm sát yêu cầu giữ"}
    assert chief.put(f"/api/v1/incidents/{codes[0]}/hold", json=hold).status_code == 200
    return {
        "code": codes[0],
        "camera_id": "1",
        "id": "1",
        "key": "2026-M03",
        "period": "2026-M03",
        "username": "tran.b",
    }


def addresses(ward: Ward, known: dict[str, str]) -> Iterator[str]:
    """Every page of the application."""
    for found in iter_route_contexts(ward.office.app.routes):
        route = found.route
        if not isinstance(route, APIRoute) or route.include_in_schema or "GET" not in (route.methods or ()):
            continue
        path = str(found.path)
        if NOT_PAGES.search(path) or path in {"/", "/sign-in"}:
            continue
        stands = {**known, "code": "TC17"} if path.startswith("/criteria/") else known
        wanted = re.findall(r"{(\w+)(?::\w+)?}", path)
        missing = [name for name in wanted if name not in stands]
        assert not missing, f"{path}: say in `lived_in` what stands for {missing}"
        for name in wanted:
            path = re.sub(rf"{{{name}(:\w+)?}}", stands[name], path)
        yield path


def test_every_page_in_every_look(officer: Officer, ward: Ward, chromium: Browser, lived_in: dict[str, str]) -> None:
    officer.sign_in("tran.b", "admin")
    pages = ["/sign-in", *addresses(ward, lived_in)]
    faults: list[str] = []
    for language in LANGUAGES:
        context = chromium.new_context(base_url=ward.url, reduced_motion="reduce")
        context.set_default_timeout(15_000)
        page = context.new_page()
        officer.listen(page)
        foreign: list[str] = []
        page.on("request", partial(_note_foreign, ward.url, foreign))
        for address in pages:
            context.clear_cookies(name="anninh_session")
            if address != "/sign-in":
                context.add_cookies(officer.context.cookies())  # type: ignore[arg-type]
            faults += [f"{address} {language} {fault}" for fault in _faults(page, address, language)]
        faults += [f"{language}: asks {url}" for url in foreign]
        context.close()
    assert not faults, "\n".join(faults)


def _faults(page: Page, address: str, language: str) -> Iterator[str]:
    """What is wrong with a page in one language. Loaded once, at the size that is the language's first, and then seen
    as when the window is resized and the day ends."""
    for index, size in enumerate(SIZES[language]):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        if index == 0:
            page.emulate_media(color_scheme="light")
            page.goto(f"{address}?lang={language}", wait_until="load")
            if page.locator("html").get_attribute("lang") != language:
                yield "is in another language"
            # handed in by the debugger, as the pages' policy lets no foreign script in
            page.evaluate(AXE.read_text(encoding="utf-8"))
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            where = f"{theme} {size[0]}"
            assert page.evaluate(SCHEME) == theme, f"{address} {where}: is in the other theme"
            if (wide := page.evaluate(TOO_WIDE)) > 0:
                yield f"{where}: {wide} px too wide"
            if (language, theme, size) in WITH_AXE:
                yield from (f"{where}: {fault}" for fault in page.evaluate(VIOLATIONS, RULES))
            _keep(page, f"{address} {language} {where}")


def _note_foreign(home: str, foreign: list[str], asked: Request) -> None:
    if not asked.url.startswith((home, "data:", "blob:")):
        foreign.append(asked.url)


def _keep(page: Page, name: str) -> None:
    folder = os.environ.get("ANNINH_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / (re.sub(r"\W+", "-", name).strip("-") + ".png"))
