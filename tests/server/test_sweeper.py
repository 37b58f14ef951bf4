"""Deleting: by age and by room, on record, finished after a crash, and never what an officer keeps."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from contract.health import CameraState
from server.settings import RetentionSettings
from server.store import audit, keeping
from server.sweeper import UPLOADS, Sweeper, policy_of
from server.tables import AuditRow, DeletionRow, EvidenceRow, IncidentRow
from tests.support.film import Film
from tests.support.office import NOON, decide
from tests.support.site import Scene, Ward, open_ward

GB = 10**9


def film(name: str) -> Film:
    """Bytes that stand for a clip and a picture."""
    return Film(clip=f"clip {name}".encode(), picture=b"\xff\xd8\xff" + name.encode(), seconds=4.0, people=())


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.fixture
def ward(database_url: str, tmp_path: Path) -> Iterator[Ward]:
    with open_ward(tmp_path, database_url) as found:
        found.hear({"kho-sau": CameraState.ONLINE, "cong-truong": CameraState.ONLINE})
        yield found


def sweeper(ward: Ward, free_bytes: int = 100 * GB, **changes: float) -> Sweeper:
    has = ward.office.services
    return Sweeper(
        RetentionSettings.model_validate(changes),
        database=has.database,
        evidence=has.evidence,
        forget_copy=has.working_copies.delete,
        clock=has.clock,
        free_bytes=lambda: free_bytes,
    )


def see(ward: Ward, name: str, **more: object) -> str:
    """An event with evidence of this name; its incident's code."""
    before = set(ward.waiting())
    scene = Scene(at=ward.office.clock.now() - timedelta(minutes=3), film=film(name), rule=f"luat-{name}")
    ward.see(replace(scene, **more))  # type: ignore[arg-type]
    (code,) = set(ward.waiting()) - before
    return code


def chief(ward: Ward) -> httpx.Client:
    """An admin who just signed in: a session does not last for days."""
    return ward.office.desk(f"chief.{ward.office.clock.now():%y%j%H%M%S}", "admin")


def look(desk: httpx.Client, name: str) -> list[int]:
    """The statuses of looking at the clip and the picture."""
    return [desk.get(f"/api/v1/evidence/{sha256(part)}").status_code for part in (film(name).clip, film(name).picture)]


def test_what_nobody_reviewed_goes_after_thirty_days_and_says_so(ward: Ward) -> None:
    code = see(ward, "a")
    ward.office.clock.turn(days=29, hours=23)
    assert sweeper(ward).run_once().total == (0, 0)
    ward.office.clock.turn(hours=2)
    desk = chief(ward)
    size = len(film("a").clip) + len(film("a").picture)
    assert sweeper(ward).preview().total == (2, size)
    assert look(desk, "a") == [200, 200], "a preview deletes nothing"
    assert sweeper(ward).run_once().total == (2, size)
    answer = desk.get(f"/api/v1/evidence/{sha256(film('a').clip)}")
    assert answer.status_code == 410
    assert answer.json()["detail"] == (
        "Đã xoá ngày 01/04/2026. Quá 30 ngày không ai duyệt. / Deleted on 01/04/2026. "
        "Nobody reviewed it within 30 days."
    )
    assert desk.get(f"/api/v1/evidence/{sha256(film('a').clip)}/playable").status_code == 410
    assert not ward.office.services.evidence.has(sha256(film("a").clip))
    records = desk.get("/api/v1/deletions").json()["items"]
    assert {(each["incident_code"], each["kind"], each["rule"]) for each in records} == {
        (code, "clip", "unreviewed"),
        (code, "picture", "unreviewed"),
    }
    assert all(each["removed_at"] for each in records)
    (shown,) = [part for part in desk.get(f"/api/v1/incidents/{code}").json()["event_list"][0]["evidence"]
                if part["kind"] == "clip"]  # fmt: skip
    assert (shown["url"], shown["deleted_rule"], shown["sha256"]) == (None, "unreviewed", sha256(film("a").clip))
    assert desk.get("/api/v1/incidents").json()["items"][0]["picture_url"] is None
    assert sweeper(ward).run_once().total == (0, 0), "gone is gone"


def test_what_was_dismissed_goes_after_a_week_and_what_was_confirmed_stays(ward: Ward) -> None:
    desk = chief(ward)
    decide(desk, see(ward, "a"), "dismiss", reason="light").raise_for_status()
    decide(desk, see(ward, "b"), "confirm").raise_for_status()
    ward.office.clock.turn(days=7, seconds=1)
    swept, desk = sweeper(ward).run_once(), chief(ward)
    assert (dict(swept.files), look(desk, "a"), look(desk, "b")) == ({"dismissed": 2}, [410, 410], [200, 200])


def test_a_closed_file_keeps_its_evidence_for_a_year(ward: Ward) -> None:
    code = see(ward, "a")
    with ward.office.services.database.transaction() as session:
        row = session.query(IncidentRow).filter_by(code=code).one()
        row.state, row.closed_at = "closed", NOON
    ward.office.clock.turn(days=364)
    assert sweeper(ward).run_once().total == (0, 0)
    ward.office.clock.turn(days=2)
    assert sweeper(ward).run_once().files == {"closed": 2}


def test_a_hold_keeps_everything_until_it_is_lifted(ward: Ward) -> None:
    desk, code = chief(ward), see(ward, "a")
    url = f"/api/v1/incidents/{code}/hold"
    assert desk.get(url).status_code == 404
    held = desk.put(url, json={"reason": "VKS yêu cầu"}).json()
    assert (held["incident"], held["reason"], held["held_by"][:6]) == (code, "VKS yêu cầu", "Chief.")
    assert desk.get(url).json() == held
    ward.office.clock.turn(days=90)
    assert sweeper(ward, free_bytes=0).run_once().total == (0, 0), "not even for want of room"
    has = ward.office.services
    desk = chief(ward)
    assert desk.delete(url).status_code == 204
    assert desk.delete(url).status_code == 404
    assert sweeper(ward).run_once().files == {"unreviewed": 2}
    with has.database.read() as session:
        actions = session.scalars(select(AuditRow.action).where(AuditRow.subject == code).order_by(AuditRow.id))
        assert list(actions) == ["hold", "hold_lifted"]


def test_a_merged_incident_is_kept_as_long_as_the_one_it_is_part_of(ward: Ward) -> None:
    part, whole = see(ward, "a"), see(ward, "b")
    with ward.office.services.database.transaction() as session:
        target = session.query(IncidentRow).filter_by(code=whole).one()
        target.state = "confirmed"
        row = session.query(IncidentRow).filter_by(code=part).one()
        row.state, row.merged_into = "merged", target.id
    ward.office.clock.turn(days=900)
    assert sweeper(ward).run_once().total == (0, 0)


def test_a_file_of_two_events_goes_when_neither_needs_it(ward: Ward) -> None:
    desk = chief(ward)
    first = see(ward, "a")
    second = see(ward, "a", camera="cong-truong")
    decide(desk, first, "dismiss", reason="light").raise_for_status()
    ward.office.clock.turn(days=8)
    assert sweeper(ward).run_once().total == (0, 0), "the second event still waits"
    desk = chief(ward)
    assert look(desk, "a") == [200, 200]
    decide(desk, second, "dismiss", reason="light").raise_for_status()
    ward.office.clock.turn(days=8)
    assert sweeper(ward).run_once().total == (2, len(film("a").clip) + len(film("a").picture))
    with ward.office.services.database.read() as session:
        codes = set(session.scalars(select(DeletionRow.incident_code)))
        assert codes == {first, second}, "each incident has its record"


def test_for_want_of_room_goes_what_was_dismissed_then_the_oldest_and_no_more_than_needed(ward: Ward) -> None:
    desk = chief(ward)
    codes = {name: see(ward, name) for name in ("old", "young", "light", "true")}
    decide(desk, codes["light"], "dismiss", reason="light").raise_for_status()
    decide(desk, codes["true"], "confirm").raise_for_status()
    ward.office.clock.turn(days=2)
    assert sweeper(ward, free_bytes=0).run_once().total == (0, 0), "nothing goes within three days"
    ward.office.clock.turn(days=2)
    has = ward.office.services
    dismissed_bytes = len(film("light").clip) + len(film("light").picture)
    room = 5 * GB - dismissed_bytes - 1  # the dismissed one is one byte too little
    desk = chief(ward)
    preview = sweeper(ward, free_bytes=room).preview()
    assert preview.files == {"disk": 3}
    assert sweeper(ward, free_bytes=room).run_once().files == {"disk": 3}
    assert look(desk, "light") == [410, 410]
    assert sorted(look(desk, "old")) == [200, 410]
    assert (look(desk, "young"), look(desk, "true")) == ([200, 200], [200, 200])
    with has.database.read() as session:
        assert set(session.scalars(select(DeletionRow.rule))) == {"disk"}


def test_a_server_that_was_stopped_between_record_and_deletion_finishes(ward: Ward) -> None:
    see(ward, "a")
    has = ward.office.services
    ward.office.clock.turn(days=31)
    policy = policy_of(RetentionSettings())
    with has.database.transaction() as session:  # as far as a sweep comes before the power goes
        keeping.record(session, list(keeping.files(session, policy)), None, policy, has.clock.now())
    assert has.evidence.has(sha256(film("a").clip))
    desk = chief(ward)
    assert look(desk, "a") == [410, 410]
    sweeper(ward).run_once()
    assert not has.evidence.has(sha256(film("a").clip))
    assert all(each["removed_at"] for each in desk.get("/api/v1/deletions").json()["items"])


def test_an_edge_need_not_send_again_what_was_deleted(ward: Ward) -> None:
    see(ward, "a")
    ward.office.clock.turn(days=31)
    sweeper(ward).run_once()
    url, edge = f"/api/v1/evidence/{sha256(film('a').clip)}", {"Authorization": f"Bearer {ward.token}"}
    box = ward.office.browser()
    assert box.head(url, headers=edge).status_code == 200
    assert box.put(url, headers=edge, content=film("a").clip).status_code == 200
    assert not ward.office.services.evidence.has(sha256(film("a").clip))


def test_old_log_entries_go_and_their_number_is_on_record(ward: Ward) -> None:
    has = ward.office.services
    with has.database.transaction() as session:
        for _ in range(3):
            audit.record(session, NOON, user_id=None, action="sign_out", subject="x")
    ward.office.clock.turn(days=1827)
    with has.database.transaction() as session:
        audit.record(session, has.clock.now(), user_id=None, action="sign_out", subject="y")
    with has.database.read() as session:
        before = session.scalar(select(func.count()).select_from(AuditRow)) or 0
    sweeper(ward).run_once()
    with has.database.read() as session:
        assert session.scalars(select(AuditRow.subject)).all() == ["y"]
        assert session.query(DeletionRow).one().why.startswith(f"{before - 1}: ")


def test_deletions_are_read_page_by_page(ward: Ward) -> None:
    see(ward, "a")
    ward.office.clock.turn(days=31)
    sweeper(ward).run_once()
    desk = chief(ward)
    first = desk.get("/api/v1/deletions?limit=1").json()
    second = desk.get(f"/api/v1/deletions?limit=1&cursor={first['next_cursor']}").json()
    assert first["items"][0]["id"] > second["items"][0]["id"]
    assert second["next_cursor"] is None
    with ward.office.services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(EvidenceRow)) == 2, "hashes stay"


def test_an_upload_that_nobody_goes_on_with_is_forgotten(ward: Ward) -> None:
    files, now = ward.office.services.evidence, ward.office.clock.now()
    old, running, young = (sha256(name.encode()) for name in ("old", "running", "young"))
    for name, age in ((old, UPLOADS), (running, UPLOADS), (young, UPLOADS - timedelta(minutes=1))):
        files.partial(name).write_bytes(b"first bytes")
        at = (now - age).timestamp() - 1
        os.utime(files.partial(name), (at, at))
    with files.claim(running):
        swept = sweeper(ward).run_once()
    assert [files.offset(name) for name in (old, running, young)] == [0, 11, 11]
    assert swept.total == (0, 0), "it was never whole: it is no deletion of evidence"
    sweeper(ward).run_once()
    assert files.offset(running) == 0
