"""Per-camera rights: what somebody may not see is not there for them, whichever way they ask."""

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from contract.health import CameraState
from server import auth
from server.api.deps import SESSION_COOKIE
from server.api.live import stream
from server.tables import CameraRow, IncidentRow
from tests.support.drilling import counted
from tests.support.film import Film
from tests.support.office import NOON, decide
from tests.support.site import Scene, Ward, open_ward

OURS = Film(clip=b"clip of the store", picture=b"\xff\xd8\xff the store", seconds=4.0, people=())
THEIRS = Film(clip=b"clip of the school", picture=b"\xff\xd8\xff the school", seconds=4.0, people=())
ONLINE = CameraState.ONLINE


@pytest.fixture
def ward(database_url: str, tmp_path: Path) -> Iterator[Ward]:
    """Two cameras, each of which saw something; the school's is in another unit."""
    with open_ward(tmp_path, database_url) as found:
        found.hear({"kho-sau": ONLINE, "cong-truong": ONLINE})
        found.see(Scene(at=NOON - timedelta(minutes=9), film=OURS))
        found.see(Scene(at=NOON - timedelta(minutes=3), film=THEIRS, camera="cong-truong", severity="urgent"))
        with found.office.services.database.transaction() as session:
            for row in session.query(CameraRow):
                row.unit = "Khóm 4" if row.name == "kho-sau" else "Khóm 1"
        found.office.begin_numbers(100)
        yield found


def camera(ward: Ward, name: str) -> int:
    with ward.office.services.database.read() as session:
        return session.query(CameraRow).filter_by(name=name).one().id


def code_of(ward: Ward, name: str) -> str:
    with ward.office.services.database.read() as session:
        return session.query(IncidentRow).filter_by(camera_id=camera(ward, name)).one().code


def limited(ward: Ward, name: str = "le.c", role: str = "supervisor", **rights: object) -> httpx.Client:
    """Somebody with these rights; by default to the store's camera."""
    assert role in ("viewer", "officer", "supervisor")
    desk = ward.office.desk(name, role)  # type: ignore[arg-type]
    admin = ward.office.desk(f"admin.of.{name}", "admin")
    body = {"is_limited": True} | (rights or {"cameras": [camera(ward, "kho-sau")]})
    answer = admin.put(f"/api/v1/users/{name}/rights", json=body)
    assert answer.status_code == 200, answer.text
    return desk


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def test_lists_hold_only_what_one_may_see(ward: Ward) -> None:
    desk, ours = limited(ward), code_of(ward, "kho-sau")
    assert [each["name"] for each in desk.get("/api/v1/cameras").json()] == ["kho-sau"]
    assert [each["code"] for each in desk.get("/api/v1/incidents").json()["items"]] == [ours]
    assert [each["code"] for each in desk.get("/api/v1/review").json()] == [ours]
    theirs = camera(ward, "cong-truong")
    assert code_of(ward, "cong-truong") not in desk.get(f"/api/v1/incidents?camera={theirs}").text


def test_the_rest_is_not_there(ward: Ward) -> None:
    desk, theirs = limited(ward), code_of(ward, "cong-truong")
    for part in (THEIRS.picture, THEIRS.clip):
        assert desk.get(f"/api/v1/evidence/{sha256(part)}").status_code == 404
        assert desk.get(f"/api/v1/evidence/{sha256(part)}/playable").status_code == 404
    assert desk.get(f"/api/v1/incidents/{theirs}").status_code == 404
    assert desk.get(f"/incidents/{theirs}").status_code == 404
    assert desk.get(f"/review/{theirs}").status_code == 404
    assert decide(desk, theirs, "confirm").status_code == 404
    ward.office.services.evidence.keep_picture(camera(ward, "cong-truong"), THEIRS.picture)
    assert desk.get(f"/api/v1/cameras/{camera(ward, 'cong-truong')}/picture").status_code == 404


def test_what_is_theirs_works_as_for_everybody(ward: Ward) -> None:
    desk, ours = limited(ward), code_of(ward, "kho-sau")
    assert desk.get(f"/api/v1/evidence/{sha256(OURS.picture)}").content == OURS.picture
    ward.office.services.evidence.keep_picture(camera(ward, "kho-sau"), OURS.picture)
    assert desk.get(f"/api/v1/cameras/{camera(ward, 'kho-sau')}/picture").content == OURS.picture
    assert decide(desk, ours, "confirm").status_code == 200


@pytest.mark.parametrize("page", ["/review", "/incidents", "/cameras", "/criteria", "/criteria/TC09"])
def test_no_page_shows_the_rest(ward: Ward, page: str) -> None:
    theirs = code_of(ward, "cong-truong")
    chief = ward.office.desk("chief", "admin")
    decide(chief, theirs, "confirm")
    text = limited(ward).get(page).text
    assert "cong-truong" not in text
    assert theirs not in text
    if page == "/cameras":
        assert "1/1" in text, "the lamp counts one's own cameras"


def test_the_scoreboard_counts_the_whole_ward_and_lists_one_s_own(ward: Ward) -> None:
    chief = ward.office.desk("chief", "officer")
    for name in ("kho-sau", "cong-truong"):
        decide(chief, code_of(ward, name), "confirm")
    whole = chief.get("/api/v1/criteria/TC09").json()
    mine = limited(ward).get("/api/v1/criteria/TC09").json()
    assert (mine["value"], mine["state"]) == (whole["value"], whole["state"]), "nobody's rights change a count"
    assert mine["counted_by"] == whole["counted_by"], "nor how many incidents it is made of"
    assert len(whole["counted"]["items"]) == 2
    assert [each["code"] for each in mine["counted"]["items"]] == [code_of(ward, "kho-sau")]
    assert [each["code"] for each in counted(limited(ward, name="ha.d"), "TC09")] == [code_of(ward, "kho-sau")]


def test_a_unit_stands_for_its_cameras_and_for_what_was_entered_in_it(ward: Ward) -> None:
    desk = limited(ward, units=["Khóm 1"])
    by_hand = ward.office.incident()
    with ward.office.services.database.transaction() as session:
        session.query(IncidentRow).filter_by(code=by_hand).one().unit = "Khóm 1"
    elsewhere = ward.office.incident()
    codes = {each["code"] for each in desk.get("/api/v1/incidents").json()["items"]}
    assert codes == {code_of(ward, "cong-truong"), by_hand}
    assert desk.get(f"/api/v1/incidents/{elsewhere}").status_code == 404


def test_limited_to_nothing_sees_nothing_and_an_admin_sees_all(ward: Ward) -> None:
    desk = limited(ward, cameras=[])
    assert desk.get("/api/v1/cameras").json() == []
    chief = ward.office.desk("chief", "admin")
    chief.put("/api/v1/users/chief/rights", json={"is_limited": True}).raise_for_status()
    assert len(chief.get("/api/v1/cameras").json()) == 2


def test_rights_hold_until_they_are_lifted(ward: Ward) -> None:
    desk = limited(ward)
    admin = ward.office.desk("chief", "admin")
    assert admin.get("/api/v1/users/le.c/rights").json() == {
        "username": "le.c",
        "is_limited": True,
        "cameras": [camera(ward, "kho-sau")],
        "units": [],
    }
    admin.put("/api/v1/users/le.c/rights", json={"is_limited": False}).raise_for_status()
    assert len(desk.get("/api/v1/cameras").json()) == 2


@pytest.mark.parametrize("body", [{"cameras": [999]}, {"units": ["Khóm 9"]}])
def test_a_right_to_what_there_is_not_is_refused(ward: Ward, body: dict[str, object]) -> None:
    ward.office.desk("le.c", "viewer")
    admin = ward.office.desk("chief", "admin")
    assert admin.put("/api/v1/users/le.c/rights", json={"is_limited": True, **body}).status_code == 422
    assert admin.put("/api/v1/users/nobody/rights", json={"is_limited": True}).status_code == 404


def test_a_page_hears_only_of_what_it_may_show(ward: Ward) -> None:
    desk = limited(ward)
    has = ward.office.services
    token = auth.token_sha256(desk.cookies[SESSION_COOKIE])
    ids = {name: camera(ward, name) for name in ("kho-sau", "cong-truong")}
    with has.database.read() as session:
        incidents = {row.camera_id: row.id for row in session.query(IncidentRow)}
    start = has.live.latest_id
    for name in ("cong-truong", "kho-sau"):
        has.live.publish("incident", id=incidents[ids[name]], code=code_of(ward, name), state="new")
        has.live.publish("camera", id=ids[name], state="online")
    has.live.publish("criteria")

    with desk.stream("GET", f"/api/v1/live?after={start}") as answer:
        told: list[str] = []
        for line in answer.iter_lines():
            if line.startswith("data:"):
                told.append(line)
            if len(told) == 3:
                break
    assert code_of(ward, "kho-sau") in told[0]
    assert told[1:] == [f'data: {{"id":{ids["kho-sau"]},"state":"online"}}', "data: {}"]

    async def everything() -> list[str]:
        heard: list[str] = []
        async for text in stream(has, token, start):
            heard.append(text)
            if len(heard) == 6:
                break
        return heard

    assert len(asyncio.run(everything())) == 6, "outside a request nothing is narrowed"
