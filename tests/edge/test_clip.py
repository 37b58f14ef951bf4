"""From a change to its evidence: picture and clip, written on the recorder's own threads."""

import hashlib
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from contract.event import Evidence, Phase, Subject
from edge import clip as clip_module
from edge import evidence
from edge.clip import Recorder
from edge.evidence import EvidenceFolder
from edge.settings import ClipSettings
from edge.values import Change, Packet
from tests.support.coded import BEGIN, a_frame, a_video, frames_of, packets_of, played
from tests.support.events import a_change

CLIP = ClipSettings(before_s=2.0, after_s=0.0, longest_s=10.0)
LONG = ClipSettings(before_s=2.0, after_s=0.0, longest_s=30.0)


def at(change: Change, now_s: float, *, box: tuple[float, float, float, float] | None = None) -> Change:
    """The same change told at ``now_s`` of the test's video, its subject (in ``box``) seen there."""
    seen = BEGIN + timedelta(seconds=now_s)
    update: dict[str, object] = {
        "started_at": BEGIN,
        "last_seen_at": seen,
        "ended_at": seen if change.data.phase is Phase.CLOSED else None,
    }
    if box is not None:
        update["subjects"] = (Subject(track=1, class_name="person", score=0.9, box=box, dwell_s=1.0),)
    return replace(change, data=change.data.model_copy(update=update), now_s=now_s)


def opened(now_s: float, **more: object) -> Change:
    return at(a_change(1), now_s, **more)  # type: ignore[arg-type]


def updated(now_s: float, **more: object) -> Change:
    return at(a_change(1, revision=2, phase=Phase.UPDATED), now_s, **more)  # type: ignore[arg-type]


def closed(now_s: float, revision: int = 2) -> Change:
    return at(a_change(1, revision=revision, phase=Phase.CLOSED), now_s)


def record(
    packets: list[Packet], folder: Path, changes: list[Change], settings: ClipSettings = CLIP
) -> dict[int, Change]:
    """Run a recorder over one frame a packet; each change comes with the frame of its time. Revision → what was put."""
    put: list[Change] = []
    recorder = Recorder("kho-sau", settings, folder, put.append)
    for frame in frames_of(packets):
        recorder.update(frame)
        for change in changes:
            if abs(change.now_s - frame.pts_s) < 0.01:
                recorder.follow(frame, change)
    recorder.finish()
    assert [change.data.revision for change in put] == sorted(change.data.revision for change in put)
    return {change.data.revision: change for change in put}


def span(part: Evidence) -> tuple[float, float]:
    """A clip's first and last second of the test's video."""
    assert part.started_at is not None
    assert part.ended_at is not None
    return (part.started_at - BEGIN).total_seconds(), (part.ended_at - BEGIN).total_seconds()


def kinds(change: Change) -> dict[str, Evidence]:
    return {part.kind: part for part in change.data.evidence}


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> list[Packet]:
    """20 s at 10 fps without B-frames, a keyframe every second."""
    path = tmp_path_factory.mktemp("video") / "in.mp4"
    return packets_of(a_video(path, seconds=20.0, options={"g": "10", "bf": "0"}))


def test_a_clip_runs_from_before_the_opening_to_the_closing(tmp_path: Path, packets: list[Packet]) -> None:
    put = record(packets, tmp_path / "evidence", [opened(6.0), closed(9.0)])
    assert [part.kind for part in put[1].data.evidence] == ["picture"]
    clip = kinds(put[2])["clip"]
    assert clip.started_at == BEGIN + timedelta(seconds=4.0)
    assert clip.ended_at == BEGIN + timedelta(seconds=9.1)
    assert clip.sha256 is not None
    path = EvidenceFolder(tmp_path / "evidence").path(clip.sha256, "video/mp4")
    assert len(played(path)) == 51


def test_evidence_is_named_by_its_hash_and_nothing_else_is_left(tmp_path: Path, packets: list[Packet]) -> None:
    put = record(packets, tmp_path / "evidence", [opened(6.0), closed(9.0)])
    files = [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()]
    named = {part.sha256: part.bytes for part in put[2].data.evidence}
    assert {hashlib.sha256(path.read_bytes()).hexdigest(): path.stat().st_size for path in files} == named


def test_a_closed_change_without_its_evidence_says_why(tmp_path: Path, packets: list[Packet]) -> None:
    late = [replace(packet, is_keyframe=False) for packet in packets]
    put = record(late, tmp_path / "evidence", [opened(6.0), closed(9.0)])
    assert kinds(put[2])["clip"].missing == "no keyframe was seen"
    assert kinds(put[2])["picture"].missing is None


def test_an_event_goes_out_when_the_disk_takes_nothing(
    tmp_path: Path, packets: list[Packet], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "evidence").write_text("a file where the folder should be")
    put = record(packets, tmp_path / "evidence", [opened(6.0), closed(9.0)])
    assert {kind: bool(part.missing) for kind, part in kinds(put[2]).items()} == {"picture": True, "clip": True}
    assert str(tmp_path) not in str(put[2].data.evidence)
    assert "evidence_missing" in caplog.text


def test_the_picture_is_the_moment_that_shows_most(tmp_path: Path, packets: list[Packet]) -> None:
    far, near = (0.4, 0.4, 0.45, 0.5), (0.3, 0.3, 0.6, 0.9)
    put = record(packets, tmp_path / "evidence", [opened(4.0, box=far), updated(6.0, box=near), closed(9.0, 3)])
    assert kinds(put[1])["picture"].at == BEGIN + timedelta(seconds=4.0)
    assert kinds(put[2])["picture"].at == BEGIN + timedelta(seconds=6.0)
    assert kinds(put[3])["picture"] == kinds(put[2])["picture"]


def test_a_subject_at_the_edge_of_the_picture_is_no_better_moment(tmp_path: Path, packets: list[Packet]) -> None:
    whole, cut_off = (0.4, 0.4, 0.6, 0.8), (0.0, 0.3, 0.3, 0.9)
    put = record(packets, tmp_path / "evidence", [opened(4.0, box=whole), updated(6.0, box=cut_off)])
    assert kinds(put[2])["picture"].at == BEGIN + timedelta(seconds=4.0)


def test_a_source_without_packets_gets_a_clip_too(tmp_path: Path) -> None:
    put: list[Change] = []
    recorder = Recorder("kho-sau", CLIP, tmp_path / "evidence", put.append)
    for index in range(120):
        frame = a_frame(index, index / 10)
        recorder.update(frame)
        if index == 50:
            recorder.follow(frame, opened(5.0))
        if index == 80:
            recorder.follow(frame, closed(8.0))
    recorder.finish()
    clip = kinds(put[1])["clip"]
    assert clip.sha256 is not None
    shown = played(EvidenceFolder(tmp_path / "evidence").path(clip.sha256, "video/mp4"))
    assert clip.started_at == BEGIN + timedelta(seconds=3.0)
    assert len(shown) == 51
    assert np.mean(shown[0][1]) == pytest.approx(30, abs=3), "the picture of frame 30 is grey 30"


@pytest.mark.logs_errors
def test_a_change_that_cannot_be_kept_is_put_again(
    tmp_path: Path, packets: list[Packet], caplog: pytest.LogCaptureFixture
) -> None:
    put: list[Change] = []
    full = [True]

    def put_at_last(change: Change) -> None:
        if full:
            full.pop()
            raise OSError("no space left on device")
        put.append(change)

    recorder = Recorder("kho-sau", CLIP, tmp_path / "evidence", put_at_last)
    frames = list(frames_of(packets[:30]))
    for frame in frames:
        recorder.update(frame)
    recorder.follow(frames[-1], opened(2.9))
    recorder.finish()
    assert [change.data.phase for change in put] == [Phase.OPENED]
    assert caplog.text.count("change_not_kept") == 1


def test_the_camera_is_previewed_at_first_and_when_asked(tmp_path: Path, packets: list[Packet]) -> None:
    seen: list[tuple[str, bytes]] = []
    recorder = Recorder("kho-sau", CLIP, tmp_path, print, lambda *preview: seen.append(preview))
    for index, frame in enumerate(frames_of(packets)):
        recorder.update(frame)
        if index == 100:
            recorder.take_preview()
    recorder.finish()
    assert [(camera, data[:2]) for camera, data in seen] == [("kho-sau", b"\xff\xd8")] * 2


def test_a_clock_put_back_does_not_stretch_the_clips_span(tmp_path: Path, packets: list[Packet]) -> None:
    back = [
        replace(packet, captured_at=packet.captured_at - timedelta(hours=1)) if packet.pts_s > 7 else packet
        for packet in packets
    ]
    clip = kinds(record(back, tmp_path / "evidence", [opened(6.0), closed(9.0)])[2])["clip"]
    assert clip.started_at is not None
    assert clip.ended_at is not None
    assert (clip.started_at, clip.ended_at) == (BEGIN + timedelta(seconds=4.0), BEGIN + timedelta(seconds=9.1))


def test_a_camera_that_sends_too_much_gets_shorter_parts_and_fills_no_memory(
    tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_module, "MOST_BYTES", 2 * sum(len(packet.data) for packet in packets[:30]))
    told = record(packets, tmp_path / "evidence", [opened(2.0), closed(18.0)], LONG)[2]
    first, last = (part for part in told.data.evidence if part.kind == "clip")
    assert span(first) == pytest.approx((0.0, 3.0), abs=0.3)
    assert span(last) == pytest.approx((15.5, 18.1), abs=0.6)


def test_evidence_stops_before_the_disk_is_full_and_says_so(
    tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last 128 MiB are the journal's."""
    assert evidence.RESERVED_BYTES == 128 * 1024 * 1024
    monkeypatch.setattr(evidence, "RESERVED_BYTES", shutil.disk_usage(tmp_path).free + (1 << 30))
    put = record(packets, tmp_path / "evidence", [opened(6.0), closed(9.0)])
    assert {part.missing for part in put[2].data.evidence} == {
        "the picture could not be written: the edge's disk is nearly full",
        "the clip could not be written: the edge's disk is nearly full",
    }
    assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []
