"""Evidence by hash: whole, resumed, repeated, wrong; and who may put and look."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from server import auth, commands
from server.app import create_app
from server.services import Services
from server.tables import AuditRow, EvidenceRow
from tests.support.intake import DrivenClock, Intake, heard, site_settings
from tests.support.messages import EDGE, SITE, Story, camera_health, evidence_of, heartbeat

CLIP = bytes(range(256)) * 1024
HASH = hashlib.sha256(CLIP).hexdigest()
URL = f"/api/v1/evidence/{HASH}"
PASSWORD = "mot cau de nho 2026"


@dataclass
class Ward:
    """The application and its ingest; ``clip`` has been named by an event."""

    http: TestClient
    intake: Intake
    services: Services

    @property
    def edge(self) -> dict[str, str]:
        """The edge's own header."""
        return {"Authorization": f"Bearer {self.intake.token}"}

    def put(self, begin: int, end: int, total: int = len(CLIP)) -> tuple[int, str | None]:
        """Send CLIP[begin:end]; status and Upload-Offset."""
        headers = {**self.edge, "Content-Range": f"bytes {begin}-{end - 1}/{total}"}
        answer = self.http.put(URL, content=CLIP[begin:end], headers=headers)
        return answer.status_code, answer.headers.get("upload-offset")

    def sign_in(self) -> None:
        """As an officer."""
        hashed = auth.hash_password(PASSWORD)
        with self.services.database.transaction() as session:
            commands.put_account(
                session,
                username="tran.b",
                display_name="Trần Thị B.",
                role="viewer",
                password_hash=hashed,
                is_one_time=False,
                now=self.services.clock.now(),
            )
        self.http.post("/api/v1/session", json={"username": "tran.b", "password": PASSWORD}).raise_for_status()


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    settings = site_settings(
        database={"url": f"sqlite:///{tmp_path / 'anninh.db'}"}, evidence_dir=tmp_path / "evidence"
    )
    clock = DrivenClock()
    app = create_app(settings, clock=clock, with_ingest=False)
    services: Services = app.state.services
    with TestClient(app) as http:
        intake = Intake(services.database, clock=clock, live=services.live, settings=settings).know()
        intake.take(*Story(evidence=(evidence_of(CLIP),)).life())
        yield Ward(http, intake, services)


def test_a_clip_in_one_piece_is_stored_and_pages_are_told(ward: Ward) -> None:
    before = ward.services.live.latest_id
    answer = ward.http.put(URL, content=CLIP, headers=ward.edge)
    assert answer.status_code == 201
    assert ward.services.evidence.path(HASH).read_bytes() == CLIP
    (row,) = ward.intake.rows(EvidenceRow)
    assert row.stored_at == ward.services.clock.now()
    assert [message.kind for message in heard(ward.services.live, before)] == ["incident"]


def test_a_clip_that_is_here_is_not_taken_again(ward: Ward) -> None:
    ward.http.put(URL, content=CLIP, headers=ward.edge)
    assert ward.http.put(URL, content=CLIP, headers=ward.edge).status_code == 200
    assert ward.http.head(URL, headers=ward.edge).status_code == 200


def test_an_upload_goes_on_where_it_broke_off(ward: Ward) -> None:
    assert ward.http.head(URL, headers=ward.edge).headers["upload-offset"] == "0"
    assert ward.put(0, 1000) == (202, "1000")
    answer = ward.http.head(URL, headers=ward.edge)
    assert (answer.status_code, answer.headers["upload-offset"]) == (404, "1000")
    assert ward.put(1000, 70_000) == (202, "70000")
    assert ward.put(70_000, len(CLIP)) == (201, str(len(CLIP)))
    assert ward.services.evidence.path(HASH).read_bytes() == CLIP


@pytest.mark.parametrize(("begin", "why"), [(999, "an overlap"), (1001, "a hole"), (0, "a new beginning by range")])
def test_a_range_that_does_not_continue_is_told_where_to(ward: Ward, begin: int, why: str) -> None:
    ward.put(0, 1000)
    assert ward.put(begin, 2000) == (416, "1000"), why
    assert ward.services.evidence.offset(HASH) == 1000


def test_a_whole_body_begins_anew_whatever_was_there(ward: Ward) -> None:
    ward.put(0, 1000)
    assert ward.http.put(URL, content=CLIP, headers=ward.edge).status_code == 201


def test_bytes_with_another_hash_are_thrown_away(ward: Ward) -> None:
    answer = ward.http.put(URL, content=b"x" * len(CLIP), headers=ward.edge)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert ward.services.evidence.offset(HASH) == 0
    assert not ward.services.evidence.has(HASH)
    assert ward.intake.rows(EvidenceRow)[0].stored_at is None
    assert ward.http.put(URL, content=CLIP, headers=ward.edge).status_code == 201


def test_more_than_the_event_said_is_refused(ward: Ward) -> None:
    assert ward.http.put(URL, content=CLIP + b"x", headers=ward.edge).status_code == 413
    assert ward.put(0, 10, total=len(CLIP) + 1)[0] == 413

    def endless() -> Iterator[bytes]:
        for _ in range(len(CLIP) // 1024 + 2):
            yield b"x" * 1024

    assert ward.http.put(URL, content=endless(), headers=ward.edge).status_code == 413
    assert ward.services.evidence.offset(HASH) <= len(CLIP)


@pytest.mark.parametrize("given", ["bytes 0-9", "bytes 9-0/100", "bytes 0-100/100", "items 0-9/100", "bytes -1-9/100"])
def test_a_range_that_makes_no_sense_is_refused(ward: Ward, given: str) -> None:
    answer = ward.http.put(URL, content=CLIP[:10], headers={**ward.edge, "Content-Range": given})
    assert answer.status_code == 400


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_nobody_puts_evidence_without_an_edges_token(ward: Ward, given: dict[str, str]) -> None:
    assert ward.http.put(URL, content=CLIP, headers=given).status_code == 401
    assert ward.http.head(URL, headers=given).status_code == 401


def test_an_edge_puts_only_what_its_own_events_named(ward: Ward) -> None:
    other = {"Authorization": f"Bearer {ward.intake.register(SITE, 'khom9')}"}
    assert ward.http.put(URL, content=CLIP, headers=other).status_code == 404
    unknown = f"/api/v1/evidence/{'0' * 64}"
    assert ward.http.put(unknown, content=CLIP, headers=ward.edge).status_code == 404
    assert ward.http.put("/api/v1/evidence/../../etc", content=CLIP, headers=ward.edge).status_code in {404, 405, 422}


def test_two_uploads_of_one_hash_do_not_mix(ward: Ward) -> None:
    with ward.services.evidence.claim(HASH) as is_mine:
        assert is_mine
        answer = ward.http.put(URL, content=CLIP, headers=ward.edge)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert ward.http.put(URL, content=CLIP, headers=ward.edge).status_code == 201


def test_a_file_that_outlived_a_crash_is_found_again(ward: Ward) -> None:
    """The server died between keeping the file and saying so in the database."""
    with ward.services.evidence.open_partial(HASH, 0) as file:
        file.write(CLIP)
    assert ward.services.evidence.finish(HASH)
    assert ward.http.head(URL, headers=ward.edge).status_code == 200
    assert ward.intake.rows(EvidenceRow)[0].stored_at is not None


def test_an_event_that_names_what_is_here_already_shows_it_at_once(ward: Ward) -> None:
    ward.http.put(URL, content=CLIP, headers=ward.edge)
    ward.intake.take(*Story(number=2, at_s=9000, evidence=(evidence_of(CLIP),)).life(4))
    assert all(row.stored_at is not None for row in ward.intake.rows(EvidenceRow))


def test_an_officer_plays_a_clip_by_ranges_and_that_is_kept_once(ward: Ward) -> None:
    ward.http.put(URL, content=CLIP, headers=ward.edge)
    assert ward.http.get(URL).status_code == 401
    ward.sign_in()
    whole = ward.http.get(URL)
    assert (whole.content, whole.headers["content-type"], whole.headers["etag"]) == (CLIP, "video/mp4", f'"{HASH}"')
    part = ward.http.get(URL, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, CLIP[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(CLIP)}"
    assert ward.http.get(URL, headers={"If-None-Match": f'"{HASH}"'}).status_code == 304
    looks = [row for row in ward.intake.rows(AuditRow) if row.action == "view_clip"]
    assert [(row.subject, row.detail) for row in looks] == [("AN-2026-000001", {"what": HASH})]
    ward.intake.clock.wait(3600)
    ward.http.get(URL)
    assert sum(row.action == "view_clip" for row in ward.intake.rows(AuditRow)) == 2


def test_a_clip_that_has_not_come_is_not_there(ward: Ward) -> None:
    ward.sign_in()
    ward.put(0, 1000)
    assert ward.http.get(URL).status_code == 404


def test_a_cameras_latest_picture_replaces_the_one_before(ward: Ward) -> None:
    url, first, second = "/api/v1/cameras/kho-sau/picture", b"\xff\xd8\xff first", b"\xff\xd8\xff second"
    assert ward.http.put(url, content=first, headers=ward.edge).status_code == 204
    assert ward.http.put(url, content=second, headers=ward.edge).status_code == 204
    ward.sign_in()
    answer = ward.http.get("/api/v1/cameras/1/picture")
    assert (answer.content, answer.headers["content-type"]) == (second, "image/jpeg")
    assert ward.http.get("/api/v1/cameras/2/picture").status_code == 404
    assert "view_picture" in {row.action for row in ward.intake.rows(AuditRow)}


@pytest.mark.parametrize(
    ("camera", "body", "status", "why"),
    [
        ("kho-sau", b"GIF89a", 415, "not a JPEG"),
        ("kho-sau", b"\xff\xd8\xff" + b"x" * (2 << 20), 413, "more than 2 MiB"),
        ("cong", b"\xff\xd8\xff", 404, "another edge's camera"),
        ("..", b"\xff\xd8\xff", 404, "no name"),
    ],
)
def test_a_picture_that_cannot_be_is_refused(ward: Ward, camera: str, body: bytes, status: int, why: str) -> None:
    ward.intake.register(SITE, "khom9")
    ward.intake.take_all(heartbeat(camera_health("cong"), edge="khom9"))
    assert EDGE != "khom9"
    answer = ward.http.put(f"/api/v1/cameras/{camera}/picture", content=body, headers=ward.edge)
    assert answer.status_code == status, why
