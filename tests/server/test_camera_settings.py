"""Zones and rules of a camera: changed by a supervisor, sent to the edge, in force or refused; and its record."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.command import Command, TakePicture
from contract.configuration import CameraConfig, Config
from contract.drawing import Drawing
from contract.health import CameraState, ConfigState
from server.store import cameradays
from server.tables import AuditRow, CameraSettingsRow
from tests.support.film import street
from tests.support.office import NOON
from tests.support.site import Scene, Ward, open_ward

OWN = Drawing.model_validate(
    {
        "zones": {"san": {"label": "Sân", "points": [[0.1, 0.5], [0.9, 0.5], [0.9, 1.0]]}},
        "rules": [{"name": "san-dem", "kind": "intrusion", "zone": "san", "hours": "22:00-05:00"}],
    }
)
DRAWN = {
    "zones": {"cong": {"label": "Cổng", "points": [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]}},
    "lines": {"vach": {"label": "Vạch", "a": [0.5, 0.2], "b": [0.5, 0.9]}},
    "masks": [[[0.7, 0.1], [0.9, 0.1], [0.9, 0.4]]],
    "rules": [
        {"name": "cong-dem", "kind": "intrusion", "zone": "cong", "hours": "22:00-05:00", "severity": "high"},
        {"name": "qua-vach", "kind": "line_crossing", "line": "vach", "mode": "trial"},
    ],
}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ward(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ward]:
    """A ward whose camera has told its zones."""
    url = request.getfixturevalue("postgres").with_tables() if request.param == "postgres" else None
    with open_ward(tmp_path, url) as found:
        hear(found)
        found.tell("kho-sau", OWN)
        yield found


def hear(ward: Ward, state: ConfigState | None = None, refused: str = "") -> None:
    configs = {"kho-sau": state} if state else None
    ward.hear({"kho-sau": CameraState.ONLINE}, configs=configs, config_refused=refused)


def camera_of(client: httpx.Client) -> int:
    (camera,) = client.get("/api/v1/cameras").json()
    found = camera["id"]
    assert isinstance(found, int)
    return found


def put(client: httpx.Client, drawing: Any, version: int = 0, why: str = "") -> httpx.Response:
    body = {"version": version, "drawing": drawing, "why": why}
    return client.put(f"/api/v1/cameras/{camera_of(client)}/settings", json=body)


def settings(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/cameras/{camera_of(client)}/settings").json()
    return found


def test_the_editor_starts_from_what_the_edge_told(ward: Ward) -> None:
    found = settings(ward.office.desk("lan", "viewer"))
    assert (found["version"], found["standing"], found["is_from_file"], found["is_told"]) == (0, "file", True, True)
    assert Drawing.model_validate(found["drawing"]) == OWN


def test_a_change_is_kept_sent_and_in_force_once_the_edge_says_so(ward: Ward) -> None:
    chief = ward.office.desk("minh", "supervisor")
    made = put(chief, DRAWN, why="Dời vùng").json()
    assert (made["version"], made["standing"], made["made_by"], made["why"]) == (1, "sent", "Minh", "Dời vùng")
    ((topic, message, retained),) = ward.posted
    assert (topic, retained) == ("anninh/v1/hoa-thuan/khom4/config", True)
    assert isinstance(message, Config)
    assert message.data.cameras == (CameraConfig(camera="kho-sau", version=1, drawing=Drawing.model_validate(DRAWN)),)
    hear(ward, ConfigState(version=1))
    found = settings(chief)
    assert (found["standing"], found["in_force_version"]) == ("in_force", 1)
    assert chief.get("/api/v1/cameras").json()[0]["settings"] == "in_force"


def test_a_refused_configuration_shows_why_and_the_next_may_be_right(ward: Ward) -> None:
    chief = ward.office.desk("minh", "supervisor")
    put(chief, DRAWN)
    hear(ward, ConfigState(refused_version=1, refused="rule 'x': no such zone"))
    found = settings(chief)
    assert (found["standing"], found["refused"]) == ("refused", "rule 'x': no such zone")
    assert put(chief, DRAWN, version=1).json()["standing"] == "sent"
    hear(ward, ConfigState(version=2))
    assert settings(chief)["standing"] == "in_force"


def test_an_edge_that_cannot_read_the_message_says_so_for_its_cameras(ward: Ward) -> None:
    chief = ward.office.desk("minh", "supervisor")
    put(chief, DRAWN)
    hear(ward, refused="unknown_version: type 'vn.anninh.config.v1'")
    found = settings(chief)
    assert (found["standing"], found["refused"]) == ("refused", "unknown_version: type 'vn.anninh.config.v1'")


def test_a_stale_write_is_refused_with_how_it_is_now(ward: Ward) -> None:
    chief, other = ward.office.desk("minh", "supervisor"), ward.office.desk("hoa", "admin")
    put(chief, DRAWN)
    late = put(other, DRAWN | {"masks": []})
    assert late.status_code == 409
    assert late.json()["current"]["version"] == 1
    assert late.json()["current"]["made_by"] == "Minh"
    assert len(ward.posted) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"zones": {"cong": {"points": [[0, 0], [1, 1]]}}}, "at least 3"),
        ({"zones": {}}, "zone 'cong' is not among"),
        ({"rules": [{"name": "x", "kind": "flying", "zone": "cong"}]}, "kind"),
        ({"rules": [{"name": "x", "kind": "intrusion", "line": "vach"}]}, "intrusion needs `zone`"),
        ({"rules": [{"name": "x", "kind": "intrusion", "zone": "cong", "dwel_s": 3}]}, "dwel_s"),
        ({"rules": [{"name": "x", "kind": "intrusion", "zone": "cong", "mode": "maybe"}]}, "mode"),
        ({"rules": [{"name": "x", "kind": "speeding", "zone": "cong"}]}, "calibrat"),
        ({"lines": {"Vach": {"a": [0, 0], "b": [1, 1]}}}, "lines"),
        ({"masks": [[[0, 0], [1, 0], [1, 2]]]}, "masks"),
    ],
)
def test_what_no_edge_would_take_is_not_even_sent(ward: Ward, change: dict[str, Any], says: str) -> None:
    answer = put(ward.office.desk("minh", "supervisor"), DRAWN | change)
    assert (answer.status_code, says in answer.json()["detail"]) == (422, True), answer.text
    assert ward.posted == []
    with ward.office.services.database.read() as session:
        assert session.query(CameraSettingsRow).count() == 0


def test_more_than_one_message_holds_is_refused_before_it_is_kept(ward: Ward) -> None:
    points = [[round(0.001 * n, 4), round(0.002 * n, 4)] for n in range(64)]
    zones = {f"zone-{n}": {"label": "x" * 190, "points": points} for n in range(64)}
    answer = put(ward.office.desk("minh", "supervisor"), {"zones": zones})
    assert (answer.status_code, "64 KiB" in answer.text) == (422, True)
    assert settings(ward.office.desk("lan", "viewer"))["version"] == 0


def test_the_way_back_to_the_edge_s_own_file(ward: Ward) -> None:
    chief = ward.office.desk("minh", "supervisor")
    put(chief, DRAWN)
    ward.tell("kho-sau", Drawing.model_validate(DRAWN), 1)
    back = put(chief, None, version=1).json()
    assert (back["version"], back["is_from_file"]) == (2, True)
    sent = ward.posted[-1][1]
    assert isinstance(sent, Config)
    assert sent.data.cameras == (CameraConfig(camera="kho-sau", version=2, drawing=None),)
    hear(ward, ConfigState(version=2))
    ward.tell("kho-sau", OWN, 2)
    assert Drawing.model_validate(settings(chief)["drawing"]) == OWN
    history = chief.get(f"/api/v1/cameras/{camera_of(chief)}/settings/versions").json()
    assert [(one["version"], one["is_from_file"], one["rules"]) for one in history] == [(2, True, 0), (1, False, 2)]


def test_a_new_version_is_higher_than_any_the_edge_has_seen(ward: Ward) -> None:
    """A server whose database was lost must not be told that its settings are old."""
    hear(ward, ConfigState(version=41))
    chief = ward.office.desk("minh", "supervisor")
    assert put(chief, DRAWN).json()["version"] == 42


def test_an_edge_that_lacks_its_configuration_is_sent_it_again_but_not_all_the_time(ward: Ward) -> None:
    put(ward.office.desk("minh", "supervisor"), DRAWN)
    hear(ward)
    assert len(ward.posted) == 1, "it may be on its way"
    ward.office.clock.turn(seconds=31)
    hear(ward)
    hear(ward)
    assert len(ward.posted) == 2
    ward.office.clock.turn(seconds=31)
    hear(ward, ConfigState(version=1))
    assert len(ward.posted) == 2


def test_every_configuration_goes_out_again_when_the_broker_is_reached(ward: Ward) -> None:
    put(ward.office.desk("minh", "supervisor"), DRAWN)
    ward.office.services.dispatch.configure()
    assert len(ward.posted) == 2
    assert ward.posted[0][1].model_dump(exclude={"id"}) == ward.posted[1][1].model_dump(exclude={"id"})


def test_every_change_is_in_the_audit(ward: Ward) -> None:
    chief = ward.office.desk("minh", "supervisor")
    put(chief, DRAWN, why="thử")
    camera = camera_of(chief)
    chief.put(f"/api/v1/cameras/{camera}/facts", json={"version": 0, "label": "Kho"})
    chief.put(f"/api/v1/cameras/{camera}/service", json={"in_service": False, "why": "đã tháo"})
    chief.post(f"/api/v1/cameras/{camera}/picture")
    with ward.office.services.database.read() as session:
        rows = {row.action: row.detail for row in session.query(AuditRow) if row.subject == f"camera {camera}"}
    assert rows["camera_settings"] == {"version": 1, "why": "thử", "from_file": False}
    assert rows["camera_facts"]["label"] == "Kho"
    assert rows["camera_retired"] == {"why": "đã tháo"}
    assert "take_picture" in rows


def test_an_officer_s_label_outlives_the_heartbeats_and_an_empty_one_is_the_edge_s(ward: Ward) -> None:
    chief = ward.office.desk("minh", "supervisor")
    camera = camera_of(chief)
    facts = {
        "version": 0,
        "label": " Kho sau, cổng phụ ",
        "unit": "Khóm 4",
        "purpose": "Kế hoạch số 12",
        "notice_posted_on": "2026-01-15",
        "notice_place": "Trụ điện",
        "notice_photo_sha256": "ab" * 32,
    }
    made = chief.put(f"/api/v1/cameras/{camera}/facts", json=facts).json()
    assert made | facts | {"version": 1, "label": "Kho sau, cổng phụ"} == made
    hear(ward)
    assert chief.get("/api/v1/cameras").json()[0]["label"] == "Kho sau, cổng phụ"
    assert chief.put(f"/api/v1/cameras/{camera}/facts", json=facts).status_code == 409
    chief.put(f"/api/v1/cameras/{camera}/facts", json={"version": 1})
    hear(ward)
    assert chief.get("/api/v1/cameras").json()[0]["label"] == "kho-sau"


def test_a_camera_out_of_service_is_on_no_wall_and_can_come_back(ward: Ward) -> None:
    chief = ward.office.desk("minh", "supervisor")
    camera = camera_of(chief)
    gone = chief.put(f"/api/v1/cameras/{camera}/service", json={"in_service": False}).json()
    assert gone["in_service"] is False
    ward.office.clock.turn(seconds=1)
    assert chief.get("/api/v1/cameras").json() == []
    assert chief.put(f"/api/v1/cameras/{camera}/service", json={"in_service": True}).json()["in_service"]
    assert camera_of(chief) == camera


def test_a_picture_is_asked_for(ward: Ward) -> None:
    officer = ward.office.desk("anna", "officer")
    assert officer.post(f"/api/v1/cameras/{camera_of(officer)}/picture").status_code == 202
    ((topic, message, retained),) = ward.posted
    assert (topic, retained) == ("anninh/v1/hoa-thuan/khom4/command", False)
    assert isinstance(message, Command)
    assert message.data == TakePicture(camera="kho-sau")


def test_another_picture_has_another_address(ward: Ward) -> None:
    viewer = ward.office.desk("lan", "viewer")
    ward.show("kho-sau", street().picture)
    first = viewer.get("/api/v1/cameras").json()[0]["picture_url"]
    assert viewer.get(first).content == street().picture
    path = ward.office.services.evidence.picture(camera_of(viewer))
    path.touch()
    assert viewer.get("/api/v1/cameras").json()[0]["picture_url"] != first


def test_days_of_uptime_are_the_site_s_days_and_begin_with_its_service(ward: Ward) -> None:
    office = ward.office
    viewer = office.desk("lan", "viewer")
    camera = office.camera("cu", since=NOON - timedelta(days=3))
    midnight = NOON - timedelta(hours=12)  # NOON is noon in Vietnam
    office.was_up(camera, midnight - timedelta(days=1), midnight, 0.5)
    office.was_up(camera, midnight, NOON, 1.0)
    days = viewer.get(f"/api/v1/cameras/{camera}/uptime").json()
    assert len(days) == cameradays.DAYS
    assert [day["share"] for day in days[-5:]] == [None, 0.0, 0.0, 0.5, 1.0]
    assert (days[-1]["day"], days[0]["share"]) == ("2026-03-02", None)


def test_the_last_day_counts_by_rule_and_shows_pictures(ward: Ward) -> None:
    film = street()
    ward.see(
        Scene(at=NOON - timedelta(hours=2), film=film),
        Scene(at=NOON - timedelta(hours=4)),
        Scene(at=NOON - timedelta(hours=3), rule="cong", kind="line_crossing", place="vach"),
        Scene(at=NOON - timedelta(hours=30)),
    )
    viewer = ward.office.desk("lan", "viewer")
    found = viewer.get(f"/api/v1/cameras/{camera_of(viewer)}/day").json()
    assert [(one["rule_name"], one["events"], len(one["pictures"])) for one in found] == [
        ("kho-sau-dem", 2, 1),
        ("cong", 1, 0),
    ]
    code, url = found[0]["pictures"][0]
    assert viewer.get(url).content == film.picture
    assert viewer.get(f"/api/v1/incidents/{code}").status_code == 200
