"""Names and notes that are markup: every page shows them as text, and gives a browser nothing to run."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from contract.event import Evidence, Place
from server.tables import CameraRow, IncidentRow
from tests.support.intake import Intake
from tests.support.messages import Story, camera_health, heartbeat
from tests.support.office import Office, decide, open_office

MARK = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script></script><!-- {{7*7}} \u2028 &lt;"


class Seen(HTMLParser):
    """What a browser would make of a page: scripts, handlers, and the texts beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.words: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_script = tag == "script"
        is_foreign = tag == "script" and not (given.get("src") or "").startswith("/static/") and "src" in given
        has_handler = any(name.startswith("on") for name in given)
        is_ours = tag != "img" or (given.get("src") or "/").startswith("/")
        leads_away = any((given.get(name) or "").startswith(("javascript:", "//", "http")) for name in ("href", "src"))
        if is_foreign or has_handler or leads_away or not is_ours:
            self.bad.append(f"{tag} {attrs}")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.bad.append("a script in the page")
        self.words += [value for value in given.values() if value]

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._in_script and "<" in data:
            self.bad.append(f"markup in JSON: {data[:80]}")
        self._in_script = False


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder: Path = tmp_path_factory.mktemp("office")
    with open_office(folder) as opened:
        services = opened.services
        intake = Intake(services.database, live=services.live, settings=services.settings)
        health = camera_health(error=MARK).model_copy(update={"label": MARK})
        intake.take(heartbeat(health))
        event = Story().tell()
        subject = event.data.subjects[0].model_copy(update={"class_name": MARK[:64]})
        changes = {
            "place": Place(kind="zone", name="kho_sau", label=MARK),
            "subjects": (subject,),
            "evidence": (Evidence(kind="clip", missing=MARK), Evidence(kind="picture", missing=MARK)),
        }
        intake.take(event.model_copy(update={"data": event.data.model_copy(update=changes)}))
        with services.database.transaction() as session:
            session.query(CameraRow).update({"unit": MARK})
            session.query(IncidentRow).update({"rule_kind": MARK[:64], "rule_name": MARK[:64]})
        desk = opened.desk(MARK[:60], "supervisor")
        assert decide(desk, "AN-2026-000001", "dismiss", reason="other", note=MARK).status_code == 200
        assert decide(desk, "AN-2026-000001", "undo", version=2, note=MARK).status_code == 200
        yield opened


@pytest.mark.parametrize(
    "path",
    [
        "/review",
        "/incidents",
        "/incidents/AN-2026-000001",
        "/cameras",
        "/criteria",
        "/password",
        "/incidents?state=<script>&rule=\"'><b>&cursor=</script>",
        "/incidents/<script>alert(1)",
        "/criteria?period=<script>",
        '/review?lang=en&x="><script>',
    ],
)
def test_markup_in_names_is_text(office: Office, path: str) -> None:
    page = office.browsers[0].get(path)
    assert page.headers["content-type"].startswith("text/html")
    assert "script-src" not in page.headers["content-security-policy"], "default-src 'self' holds for scripts"
    seen = Seen()
    seen.feed(page.text)
    assert seen.bad == []
    if path in {"/incidents/AN-2026-000001", "/cameras"}:
        assert any(MARK in words for words in seen.words), "it is shown as it was given"


@pytest.mark.parametrize("wanted", ["//evil.example/x", "/\\evil.example", "javascript:alert(1)", '"><script>alert(1)'])
def test_the_door_carries_where_to_go_as_text(office: Office, wanted: str) -> None:
    seen = Seen()
    seen.feed(office.browser().get("/sign-in", params={"next": wanted}).text)
    assert seen.bad == []
    assert wanted in seen.words, "signin.js judges it: only a path of ours is gone to"
