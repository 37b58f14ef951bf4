"""Evidence reaches the server whole, once, whatever breaks in between."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contract.event import Evidence
from contract.receipt import Refusal, Refused
from edge.clock import SystemClock
from edge.evidence import EvidenceFolder
from edge.outbox import Outbox
from edge.settings import ServerSettings
from edge.upload import CHUNK_BYTES, Uploader
from tests.support.events import a_change
from tests.support.evidence_server import EvidenceServer
from tests.support.process import free_port, wait_until


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.db", site="hoa-thuan", edge="khom4") as journal:
        yield journal


def a_file(tmp_path: Path, outbox: Outbox, size: int = 3 * CHUNK_BYTES + 5) -> str:
    """Evidence of an event in the outbox; its hash."""
    folder = EvidenceFolder(tmp_path / "evidence")
    with folder.draft("video/mp4") as draft:
        draft.write_bytes(random.Random(7).randbytes(size))
        sha256, size = folder.keep(draft, "video/mp4")
    clip = Evidence(kind="clip", sha256=sha256, bytes=size, media_type="video/mp4")
    outbox.put(a_change(1, evidence=(clip,)))
    return sha256


@contextmanager
def uploading(tmp_path: Path, outbox: Outbox, url: str, bearer: str = "t0ken") -> Iterator[Uploader]:
    token_file = tmp_path / "token"
    token_file.write_text(bearer + "\n")
    settings = ServerSettings(url=url, token_file=token_file)
    uploader = Uploader(settings, outbox, tmp_path / "evidence", SystemClock(), denied_wait_s=0.2)
    uploader.start()
    try:
        yield uploader
    finally:
        uploader.stop()


def test_evidence_goes_over_in_chunks_and_is_forgotten(tmp_path: Path, outbox: Outbox) -> None:
    sha256 = a_file(tmp_path, outbox)
    path = EvidenceFolder(tmp_path / "evidence").path(sha256, "video/mp4")
    data = path.read_bytes()
    with EvidenceServer() as server, uploading(tmp_path, outbox, server.url):
        wait_until(lambda: outbox.depth().evidence == 0, "the upload")
        wait_until(lambda: not path.exists(), "the file to go")
    assert server.whole == {sha256: data}
    assert [line.split()[-1] for line in server.log] == ["404", "202", "202", "202", "201"]


def test_an_upload_goes_on_where_the_connection_broke(tmp_path: Path, outbox: Outbox) -> None:
    sha256 = a_file(tmp_path, outbox)
    with EvidenceServer(cut_after=CHUNK_BYTES // 2) as server, uploading(tmp_path, outbox, server.url):
        wait_until(lambda: outbox.depth().evidence == 0, "the upload")
    assert sha256 in server.whole
    assert f"PUT bytes {CHUNK_BYTES // 2}-{CHUNK_BYTES // 2 + CHUNK_BYTES - 1}/{3 * CHUNK_BYTES + 5} 202" in server.log


def test_what_the_server_has_is_not_sent_again(tmp_path: Path, outbox: Outbox) -> None:
    sha256 = a_file(tmp_path, outbox)
    with EvidenceServer(whole={sha256: b"has it"}) as server, uploading(tmp_path, outbox, server.url):
        wait_until(lambda: outbox.depth().evidence == 0, "the answer")
    assert [line.split()[0] for line in server.log] == ["HEAD"]


def test_evidence_waits_until_its_event_is_known(tmp_path: Path, outbox: Outbox) -> None:
    sha256 = a_file(tmp_path, outbox, size=1000)
    with EvidenceServer(expected=set()) as server, uploading(tmp_path, outbox, server.url):
        wait_until(lambda: server.log, "the first try")
        assert outbox.depth().evidence == 1
        assert not any(line.startswith("PUT") for line in server.log), "nobody sends bytes that will not be taken"
        server.expected = None
        wait_until(lambda: outbox.depth().evidence == 0, "the next try")
    assert sha256 in server.whole


def test_a_file_that_lost_its_hash_is_given_up_after_three_tries(
    tmp_path: Path, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    a_file(tmp_path, outbox, size=1000)
    with EvidenceServer(corrupts=True) as server, uploading(tmp_path, outbox, server.url):
        wait_until(lambda: outbox.depth().evidence == 0, "the end of patience")
    assert sum(line.endswith("409") for line in server.log) == 3
    assert caplog.text.count("evidence_given_up") == 1


def test_a_file_that_is_gone_is_given_up(tmp_path: Path, outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    sha256 = a_file(tmp_path, outbox, size=1000)
    EvidenceFolder(tmp_path / "evidence").forget(sha256, "video/mp4")
    with EvidenceServer() as server, uploading(tmp_path, outbox, server.url):
        wait_until(lambda: outbox.depth().evidence == 0, "the end")
    assert caplog.text.count("evidence_given_up") == 1


def test_a_wrong_token_is_told_once_and_a_new_one_needs_no_restart(
    tmp_path: Path, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    a_file(tmp_path, outbox, size=1000)
    with EvidenceServer() as server, uploading(tmp_path, outbox, server.url, bearer="wr0ng"):
        wait_until(lambda: sum(line.endswith("401") for line in server.log) >= 2, "two denials")
        (tmp_path / "token").write_text("t0ken")
        wait_until(lambda: outbox.depth().evidence == 0, "the upload")
    assert caplog.text.count("server_denies") == 1
    assert "wr0ng" not in caplog.text


def test_a_server_that_is_away_is_told_once(tmp_path: Path, outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    a_file(tmp_path, outbox, size=1000)
    with uploading(tmp_path, outbox, f"http://127.0.0.1:{free_port()}") as uploader:
        wait_until(lambda: "server_unreachable" in caplog.text, "the warning")
        wait_until(lambda: uploader._line.attempts >= 2, "another try")
    assert caplog.text.count("server_unreachable") == 1
    assert outbox.depth().evidence == 1


def test_the_latest_picture_of_a_camera_is_sent(tmp_path: Path, outbox: Outbox) -> None:
    with EvidenceServer() as server, uploading(tmp_path, outbox, server.url) as uploader:
        uploader.offer_picture("kho-sau", b"\xff\xd8jpeg")
        wait_until(lambda: server.pictures, "the picture")
    assert server.pictures == {"kho-sau": [b"\xff\xd8jpeg"]}


def test_evidence_of_a_refused_event_is_not_sent(tmp_path: Path, outbox: Outbox) -> None:
    a_file(tmp_path, outbox)
    (row,) = outbox.due(0.0, 10)
    outbox.receipted((), (Refused(id=row.id, reason=Refusal.UNKNOWN_CAMERA),))
    assert outbox.evidence() == []


@pytest.mark.parametrize("token", [b"t\xff\xfe", "mã".encode(), b"a b\nc"])
def test_a_token_file_that_holds_no_token_is_told_once_and_uploads_go_on_when_it_does(
    tmp_path: Path, outbox: Outbox, caplog: pytest.LogCaptureFixture, token: bytes
) -> None:
    a_file(tmp_path, outbox, size=1000)
    (tmp_path / "token").write_bytes(token)
    with EvidenceServer() as server:
        settings = ServerSettings(url=server.url, token_file=tmp_path / "token")
        uploader = Uploader(settings, outbox, tmp_path / "evidence", SystemClock(), denied_wait_s=0.2)
        uploader.start()
        wait_until(lambda: "server_denies" in caplog.text, "the warning")
        (tmp_path / "token").write_text("t0ken")
        wait_until(lambda: outbox.depth().evidence == 0, "the upload")
        uploader.stop()
    assert caplog.text.count("server_denies") == 1


def test_a_file_that_cannot_be_read_does_not_hold_up_the_others(tmp_path: Path, outbox: Outbox) -> None:
    sha256 = a_file(tmp_path, outbox, size=1000)
    path = EvidenceFolder(tmp_path / "evidence").path(sha256, "video/mp4")
    path.unlink()
    path.mkdir()
    with EvidenceServer() as server, uploading(tmp_path, outbox, server.url):
        wait_until(lambda: server.log, "the first try")
        other = Evidence(kind="picture", sha256="e3" * 32, bytes=1, media_type="image/jpeg")
        server.whole["e3" * 32] = b"x"
        outbox.put(a_change(2, evidence=(other,)))
        wait_until(lambda: [job.sha256 for job in outbox.evidence()] == [sha256], "the other")
