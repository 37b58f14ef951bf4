"""Clips that no browser plays: a working copy on demand, made by a real child process; the master stays as it was."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from contract.health import CameraState
from edge import mp4
from server.playback import Failed, Ready, Waiting, WorkingCopies, is_playable
from server.tables import AuditRow
from tests.support.coded import a_video, packets_of, played
from tests.support.film import Film
from tests.support.office import NOON, Hand
from tests.support.process import wait_until
from tests.support.site import Scene, Ward, open_ward

X265 = {"x265-params": "log-level=none:keyint=10"}


@pytest.mark.parametrize(
    ("codec", "plays", "why"),
    [
        (None, True, "an edge that says none coded its clips for browsers"),
        ("avc1.42E01E", True, "baseline"),
        ("avc1.4D4015", True, "main"),
        ("avc1.64001F", True, "high"),
        ("avc1.6E001F", False, "10 bits"),
        ("avc1.F4001E", False, "4:4:4"),
        ("avc1", False, "who knows which"),
        ("avc1.XX", False, "nonsense"),
        ("hvc1.1.6.L120.90", False, "H.265: only where the machine's own decoder is used"),
        ("mp4v.20", False, "MPEG-4 ASP"),
        ("mp4v.6C", False, "motion JPEG"),
    ],
)
def test_which_masters_every_browser_plays(codec: str | None, plays: bool, why: str) -> None:
    assert is_playable(codec) is plays, why


def hevc(folder: Path, times: int = 1) -> tuple[bytes, str]:
    """An edge's clip of an H.265 camera that sees the same four seconds so many times, and its codec."""
    packets = packets_of(a_video(folder / "in.mp4", codec="libx265", options=X265, seconds=4.0))
    units = round(4.0 / packets[0].stream.time_base)
    every = [
        replace(each, pts=each.pts + turn * units, dts=each.dts + turn * units, pts_s=each.pts_s + turn * 4.0)
        for turn in range(times)
        for each in packets
    ]
    written = mp4.write(every, folder / "clip.mp4")
    assert written.is_native
    return (folder / "clip.mp4").read_bytes(), written.codec


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    with open_ward(tmp_path / "ward") as found:
        found.hear({"kho-sau": CameraState.ONLINE})
        yield found


def seen(ward: Ward, clip: bytes, codec: str | None) -> str:
    """The ward's camera sends this clip; its address."""
    film = Film(clip=clip, picture=b"\xff\xd8\xff" + clip[:100], seconds=4.0, people=(), codec=codec)
    ward.see(Scene(at=NOON - timedelta(minutes=3), film=film))
    return f"/api/v1/evidence/{hashlib.sha256(clip).hexdigest()}"


def test_a_copy_is_made_once_and_the_master_stays_native(ward: Ward, tmp_path: Path) -> None:
    clip, codec = hevc(tmp_path)
    url = seen(ward, clip, codec)
    desk = ward.office.desk("tran.b", "viewer")
    first = desk.get(f"{url}/playable")
    assert (first.status_code, first.headers["retry-after"]) == (503, "2")
    assert first.headers["content-type"] == "application/problem+json"
    assert "Đang chuyển đoạn ghi" in first.json()["detail"]
    answer = desk.get(f"{url}/playable?wait=30")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    assert answer.headers["link"] == f'<{url}>; rel="original"'
    (tmp_path / "copy.mp4").write_bytes(answer.content)
    copied = packets_of(tmp_path / "copy.mp4")
    assert (copied[0].stream.codec, len(played(tmp_path / "copy.mp4"))) == ("h264", 40)
    part = desk.get(f"{url}/playable", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, answer.content[100:200])
    assert desk.get(f"{url}/playable", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    master = desk.get(url)
    assert master.content == clip
    assert hashlib.sha256(master.content).hexdigest() == url.rsplit("/", 1)[1]
    assert master.headers["etag"] != answer.headers["etag"]


def test_the_copy_has_a_record_and_is_made_again_when_it_was_deleted(ward: Ward, tmp_path: Path) -> None:
    clip, codec = hevc(tmp_path)
    url = seen(ward, clip, codec)
    desk = ward.office.desk("tran.b", "viewer")
    answer = desk.get(f"{url}/playable?wait=30").raise_for_status()
    sha256 = url.rsplit("/", 1)[1]
    path = ward.office.services.working_copies.path(sha256)
    record = json.loads(path.with_suffix(".json").read_text())
    assert record["derived_from"] == sha256
    assert record["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert record["bytes"] == len(answer.content)
    path.unlink()
    assert desk.get(f"{url}/playable?wait=30").content == answer.content


def test_an_h264_master_is_played_itself(ward: Ward, tmp_path: Path) -> None:
    written = mp4.write(packets_of(a_video(tmp_path / "in.mp4")), tmp_path / "clip.mp4")
    clip = (tmp_path / "clip.mp4").read_bytes()
    url = seen(ward, clip, written.codec)
    answer = ward.office.desk("tran.b", "viewer").get(f"{url}/playable")
    assert (answer.status_code, answer.content) == (200, clip)
    assert "link" not in answer.headers
    assert list(ward.office.services.working_copies.path("x").parent.iterdir()) == []


def test_a_clip_that_cannot_be_converted_says_so_to_the_officer(ward: Ward, tmp_path: Path) -> None:
    url = seen(ward, b"no video at all" * 100, "hvc1.1.6.L30.90")
    desk = ward.office.desk("tran.b", "viewer")
    answer = desk.get(f"{url}/playable?wait=30")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("Không chuyển được đoạn ghi này")
    assert desk.get(url).status_code == 200


def test_nobody_plays_what_is_not_here_or_without_an_account(ward: Ward) -> None:
    nothing = f"/api/v1/evidence/{'0' * 64}/playable"
    assert ward.office.desk("tran.b", "viewer").get(nothing).status_code == 404
    assert httpx.get(f"{ward.url}{nothing}").status_code == 401


def test_a_look_at_a_copy_is_kept_once(ward: Ward, tmp_path: Path) -> None:
    clip, codec = hevc(tmp_path)
    url = seen(ward, clip, codec)
    desk = ward.office.desk("tran.b", "viewer")
    for _ in range(3):
        desk.get(f"{url}/playable?wait=30").raise_for_status()
    with ward.office.services.database.read() as session:
        assert session.query(AuditRow).filter_by(action="view_clip").count() == 1


# The program that makes copies, here one that says what it does and waits to be let go.
SLOW = """
import pathlib, sys, time
master, copy = map(pathlib.Path, sys.argv[1:])
(copy.parent / f"began-{copy.stem}").touch()
while not (copy.parent / "go").exists():
    time.sleep(0.01)
copy.write_bytes(master.read_bytes() * 2)
"""


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[WorkingCopies]:
    copies = WorkingCopies(tmp_path / "working", Hand(), at_once=2, keep_bytes=1000, maker=(sys.executable, "-c", SLOW))
    (tmp_path / "master").write_bytes(b"x" * 200)
    yield copies
    copies.close()


def test_few_are_made_at_a_time_and_few_wait(slow: WorkingCopies, tmp_path: Path) -> None:
    master = tmp_path / "master"
    working = tmp_path / "working"
    for number in range(34):
        assert slow.ask(f"{number:064}", master) == Waiting()
        assert slow.ask(f"{number:064}", master) == Waiting(), "asked again, it is made once"
    assert slow.ask("f" * 64, master) == Waiting(is_full=True)
    wait_until(lambda: len(list(working.glob("began-*"))) == 2, "two children")
    assert len(list(working.glob("began-*"))) == 2
    (working / "go").touch()
    wait_until(lambda: len(list(working.glob("began-*"))) == 34, "all of them in turn", 30.0)
    wait_until(lambda: isinstance(slow.ask(f"{33:064}", master), Ready), "the last")
    sizes = [path.stat().st_size for path in working.glob("*.mp4")]
    assert sum(sizes) <= 1000, "those that nobody looked at for longest are gone"
    assert {path.stem for path in working.glob("*.json")} == {path.stem for path in working.glob("*.mp4")}


def test_a_stop_ends_the_children_and_leaves_nothing_half_done(slow: WorkingCopies, tmp_path: Path) -> None:
    working = tmp_path / "working"
    slow.ask("a" * 64, tmp_path / "master")
    wait_until(lambda: bool(list(working.glob("began-*"))), "a child")
    slow.close()
    assert [path.name for path in working.iterdir() if not path.name.startswith("began-")] == []
    assert slow.ask("b" * 64, tmp_path / "master") == Waiting(is_full=True)


def test_what_a_crash_left_is_swept_and_a_failure_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "working").mkdir()
    (tmp_path / "working" / f"{'a' * 64}.part").write_bytes(b"half")
    fails = (sys.executable, "-c", "import sys; print('broken\\nno picture', file=sys.stderr); sys.exit(1)")
    copies = WorkingCopies(tmp_path / "working", Hand(), at_once=1, keep_bytes=10, maker=fails)
    assert list((tmp_path / "working").iterdir()) == []
    (tmp_path / "master").touch()
    copies.ask("a" * 64, tmp_path / "master")
    wait_until(lambda: isinstance(copies.ask("a" * 64, tmp_path / "master"), Failed), "a failure")
    assert copies.ask("a" * 64, tmp_path / "master") == Failed("no picture")
    copies.close()


def test_a_child_whose_server_was_killed_ends_by_itself(tmp_path: Path) -> None:
    """Its parent here is a shell that is gone as soon as the copy is begun; the clip is far too long to be done."""
    clip, _ = hevc(tmp_path, times=30)
    (tmp_path / "master").write_bytes(clip)
    child = f"{sys.executable} -m edge.working_copy {tmp_path}/master {tmp_path}/copy"
    script = f"{child} >/dev/null 2>{tmp_path}/said & echo $!; while [ ! -e {tmp_path}/copy.part ]; do sleep 0.02; done"
    pid = int(subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60, check=True).stdout)
    wait_until(lambda: not Path(f"/proc/{pid}").exists() or _is_dead(pid), "the child's end", 20.0)
    assert (tmp_path / "said").read_text().strip() == "StoppedError"
    assert not (tmp_path / "copy").exists()
    assert list(tmp_path.glob("*.part")) == []


def _is_dead(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


def test_what_was_taken_on_the_way_is_no_better_picture(ward: Ward) -> None:
    """A long event's periodic pictures are shown in its strip; the list keeps the one that shows the subject."""
    picture, moment = b"\xff\xd8\xff best", b"\xff\xd8\xff on the way"
    film = Film(clip=b"clip", picture=picture, seconds=4.0, people=(), moments=(moment,))
    ward.see(Scene(at=NOON - timedelta(minutes=3), film=film))
    desk = ward.office.desk("tran.b", "viewer")
    (incident,) = desk.get("/api/v1/incidents").json()["items"]
    assert incident["picture_url"].endswith(hashlib.sha256(picture).hexdigest())
    detail = desk.get(f"/api/v1/incidents/{incident['code']}").json()
    parts = {part["sha256"]: part for event in detail["event_list"] for part in event["evidence"]}
    assert parts[hashlib.sha256(moment).hexdigest()]["periodic"] is True
    assert parts[hashlib.sha256(picture).hexdigest()]["periodic"] is False
