"""Cameras follow their khóm or ấp when it becomes part of another one: on its day, with history and rights."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.health import CameraState
from server.store import cameraunits
from server.tables import AuditRow, CameraRow, IncidentRow
from tests.support.office import NOON
from tests.support.site import Scene, Ward, open_ward

TODAY = NOON.date()
MIDNIGHT = datetime(2026, 3, 1, 17, tzinfo=UTC)
"""With which TODAY begins in Vietnam."""
DAY = timedelta(days=1)
CAMERAS = {"kho-sau": "Khóm 1", "cho": "Khóm 2", "truong": "Khóm 3"}


@pytest.fixture
def ward(database_url: str, tmp_path: Path) -> Iterator[Ward]:
    """Three khóm with a camera each, since ten days ago."""
    with open_ward(tmp_path, database_url) as found:
        found.office.clock.turn(days=-10)
        tell(found)
        found.office.clock.turn(days=10)
        yield found


def tell(ward: Ward) -> None:
    """The edge's heartbeat; it calls every unit as its file does."""
    ward.hear(dict.fromkeys(CAMERAS, CameraState.ONLINE), units=CAMERAS)


def add(ward: Ward, name: str, since: object, *replaces: int) -> int:
    """A khóm; its id."""
    desk = ward.office.desk(f"chi.{name}.{since}".replace(" ", ""), "supervisor")
    body = {"name": name, "kind": "khom", "valid_from": str(since), "replaces": replaces}
    answer = desk.post("/api/v1/units", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def units(ward: Ward) -> dict[str, str]:
    """Each camera's unit now."""
    with ward.office.services.database.read() as session:
        return {row.name: row.unit for row in session.query(CameraRow)}


def units_before(ward: Ward, end: datetime) -> dict[str, str]:
    with ward.office.services.database.read() as session:
        names = {row.id: row.name for row in session.query(CameraRow)}
        return {names[camera_id]: unit for camera_id, unit in cameraunits.before(session, end).items()}


def audited(ward: Ward) -> list[dict[str, Any]]:
    with ward.office.services.database.read() as session:
        rows = session.query(AuditRow).filter_by(action="camera_moved").order_by(AuditRow.id)
        return [dict(row.detail) for row in rows]


def test_a_merger_of_today_takes_the_cameras_at_once_and_once(ward: Ward) -> None:
    old = [add(ward, name, "2020-01-01") for name in ("Khóm 1", "Khóm 2", "Khóm 3")]
    add(ward, "Khóm Hòa Lợi", TODAY, *old[:2])
    moved = {"kho-sau": "Khóm Hòa Lợi", "cho": "Khóm Hòa Lợi", "truong": "Khóm 3"}
    assert units(ward) == moved
    moves = [{"from": old, "to": "Khóm Hòa Lợi", "incidents": 0} for old in ("Khóm 1", "Khóm 2")]
    assert audited(ward) == moves
    tell(ward)
    assert units(ward) == moved, "its edge's file still says the old name"
    assert ward.office.services.unitwatch.run_once() == 0
    assert audited(ward) == moves


def test_a_merger_to_come_waits_for_its_midnight_where_the_ward_is(ward: Ward) -> None:
    one = add(ward, "Khóm 1", "2020-01-01")
    add(ward, "Khóm Hòa Lợi", TODAY + DAY, one)
    office = ward.office
    office.clock.at = MIDNIGHT + DAY - timedelta(seconds=1)
    assert office.services.unitwatch.run_once() == 0
    assert units(ward)["kho-sau"] == "Khóm 1"
    office.clock.at = MIDNIGHT + DAY
    assert office.services.unitwatch.run_once() == 1
    assert units(ward)["kho-sau"] == "Khóm Hòa Lợi"


def test_what_is_entered_late_counts_from_its_day(ward: Ward) -> None:
    one = add(ward, "Khóm 1", "2020-01-01")
    first = TODAY - 5 * DAY
    add(ward, "Khóm Hòa Lợi", first, one)
    since = MIDNIGHT - 5 * DAY
    assert units_before(ward, since)["kho-sau"] == "Khóm 1"
    assert units_before(ward, since + timedelta(seconds=1))["kho-sau"] == "Khóm Hòa Lợi"
    # before there was the camera: from when there is
    two = add(ward, "Khóm 2", "2020-01-01")
    add(ward, "Khóm Vĩnh Hoà", TODAY - 60 * DAY, two)
    assert "cho" not in units_before(ward, NOON - 10 * DAY)
    assert units_before(ward, NOON - 10 * DAY + timedelta(seconds=1))["cho"] == "Khóm Vĩnh Hoà"


def told(ward: Ward) -> dict[datetime, str]:
    """The unit of every incident, by when it happened."""
    with ward.office.services.database.read() as session:
        return {row.occurred_at: row.unit for row in session.query(IncidentRow)}


def test_what_happened_since_the_day_of_a_merger_that_is_entered_late_is_of_the_new_unit(ward: Ward) -> None:
    one, since = add(ward, "Khóm 1", "2020-01-01"), MIDNIGHT - 2 * DAY
    instants = [since - timedelta(seconds=1), since, NOON - timedelta(hours=1)]
    ward.see(*(Scene(at=at, rule=f"kho-{number}") for number, at in enumerate(instants)))
    ward.see(Scene(at=instants[-1] + timedelta(seconds=5), camera="cho"))
    assert set(told(ward).values()) == {"Khóm 1", "Khóm 2"}
    desk = ward.office.desk("chi", "supervisor")
    (code,) = [each["code"] for each in desk.get("/api/v1/incidents?q=camera:cho").json()["items"]]
    before = desk.get(f"/api/v1/incidents/{code}").json()["version"]
    add(ward, "Khóm Hòa Lợi", TODAY - 2 * DAY, one)
    found = told(ward)
    assert [found[at] for at in instants] == ["Khóm 1", "Khóm Hòa Lợi", "Khóm Hòa Lợi"]
    assert found[instants[-1] + timedelta(seconds=5)] == "Khóm 2"
    assert audited(ward) == [{"from": "Khóm 1", "to": "Khóm Hòa Lợi", "incidents": 2}]
    assert desk.get(f"/api/v1/incidents/{code}").json()["version"] == before, "nothing of it changed"


def test_what_is_told_late_is_of_the_unit_of_when_it_happened(ward: Ward) -> None:
    one = add(ward, "Khóm 1", "2020-01-01")
    add(ward, "Khóm Hòa Lợi", TODAY, one)
    instants = [NOON - 40 * DAY, MIDNIGHT - timedelta(seconds=1), MIDNIGHT]
    ward.see(*(Scene(at=at, rule=f"kho-{number}") for number, at in enumerate(instants)))
    found = told(ward)
    assert [found[at] for at in instants] == ["Khóm 1", "Khóm 1", "Khóm Hòa Lợi"]


def test_units_are_followed_to_what_there_is_today(ward: Ward) -> None:
    one = add(ward, "Khóm 1", "2020-01-01")
    between = add(ward, "Khóm Giữa", TODAY - 3 * DAY, one)
    two = add(ward, "Khóm 2", "2020-01-01")
    add(ward, "Khóm 2", TODAY - DAY, two, between)  # the new one is called like one of the old ones
    assert units(ward) == {"kho-sau": "Khóm 2", "cho": "Khóm 2", "truong": "Khóm 3"}
    assert ward.office.services.unitwatch.run_once() == 0, "whose unit keeps its name stays"
    three = add(ward, "Khóm 3", "2020-01-01")
    desk = ward.office.desk("chi", "supervisor")
    assert desk.patch(f"/api/v1/units/{three}", json={"valid_to": str(TODAY)}).status_code == 200
    assert units(ward)["truong"] == "Khóm 3", "it became part of nothing"


def test_who_sees_a_unit_sees_its_cameras_afterwards_and_no_others(ward: Ward) -> None:
    desk, admin = ward.office.desk("le.c", "officer"), ward.office.desk("ad", "admin")
    rights = {"is_limited": True, "cameras": [], "units": ["Khóm 1"]}
    assert admin.put("/api/v1/users/le.c/rights", json=rights).status_code == 200
    old = [add(ward, name, "2020-01-01") for name in ("Khóm 1", "Khóm 2")]
    add(ward, "Khóm Hòa Lợi", TODAY, *old)
    seen = desk.get("/api/v1/cameras").json()
    assert [(each["name"], each["unit"]) for each in seen] == [("kho-sau", "Khóm Hòa Lợi")]
    have = admin.get("/api/v1/users/le.c/rights").json()
    assert have["units"] == ["Khóm 1"], "what was entered by hand there stays in sight"
    given = {key: have[key] for key in ("is_limited", "cameras", "units")}
    assert admin.put("/api/v1/users/le.c/rights", json=given).status_code == 200, "and can be saved as it is"
