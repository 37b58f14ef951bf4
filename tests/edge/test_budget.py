"""Evidence that waits has a budget: the least needed goes first, on record, and its event says why."""

import itertools
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contract.codec import decode
from contract.event import Event, Evidence, Phase, Severity
from edge import evidence as evidence_module
from edge.budget import REASON, Budget, least_needed
from edge.clip import Recorder
from edge.evidence import EvidenceFolder
from edge.losses import Held
from edge.outbox import Outbox
from edge.settings import ClipSettings
from edge.values import Change, Packet
from tests.edge.test_clip import at, kinds, record
from tests.support.coded import a_video, frames_of, packets_of
from tests.support.driven_clock import DrivenClock
from tests.support.events import a_change

CLIP = ClipSettings(before_s=2.0, after_s=0.0, longest_s=10.0)


def held(number: int, severity: Severity = Severity.MEDIUM, *, size: int = 10, is_unwanted: bool = False) -> Held:
    return Held(
        sha256=f"{number:064x}",
        media_type="video/mp4",
        bytes=size,
        severity=severity,
        number=number,
        is_unwanted=is_unwanted,
    )


@pytest.mark.parametrize(
    ("there", "over", "severity", "gone", "why"),
    [
        ([held(1), held(2), held(3)], 15, Severity.MEDIUM, [1, 2], "the oldest first"),
        ([held(1), held(2, Severity.LOW)], 5, Severity.MEDIUM, [2], "the lowest severity before the oldest"),
        ([held(1, Severity.LOW), held(2, is_unwanted=True)], 5, Severity.LOW, [2], "what the server refused first"),
        ([held(1, Severity.HIGH)], 5, Severity.MEDIUM, None, "nothing makes way for what weighs less"),
        ([held(1, Severity.URGENT, is_unwanted=True)], 5, Severity.LOW, [1], "unless nobody wants it"),
        ([held(1), held(2)], 25, Severity.MEDIUM, None, "not enough: then nothing goes"),
        ([held(1)], 0, Severity.MEDIUM, [], "there is room"),
    ],
)
def test_what_is_needed_least_goes(
    there: list[Held], over: int, severity: Severity, gone: list[int] | None, why: str
) -> None:
    chosen = least_needed(there, over, severity)
    assert (chosen if chosen is None else [one.number for one in chosen]) == gone, why


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> list[Packet]:
    path = tmp_path_factory.mktemp("video") / "in.mp4"
    return packets_of(a_video(path, seconds=20.0, options={"g": "10", "bf": "0"}))


class Edge:
    """A journal, a folder and a recorder with a budget."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self.outbox = Outbox(folder / "outbox.db", site="hoa-thuan", edge="khom4", clock=DrivenClock())
        self.folder = EvidenceFolder(folder / "evidence")
        self.budget = Budget(self.outbox, self.folder, limit_bytes)
        self._told = itertools.count(1)

    def see(self, packets: list[Packet], number: int, severity: Severity = Severity.MEDIUM) -> None:
        """An event with picture and clip, told to its end."""
        recorder = Recorder("kho-sau", CLIP, self.folder.folder, self.outbox.put, make_room=self.budget.make_room)
        noise = np.random.default_rng(number).integers(0, 255, (120, 160, 3), np.uint8)
        # Another picture and clip for each event: the same bytes would be one file.
        for frame in frames_of(packets, image=lambda _: noise):
            recorder.update(frame)
            if frame.index in (50, 80):
                phase, revision = (Phase.OPENED, 1) if frame.index == 50 else (Phase.CLOSED, 2)
                change = at(a_change(number, revision=revision, phase=phase), frame.pts_s)
                data = change.data.model_copy(update={"severity": severity})
                recorder.follow(frame, replace(change, data=data))
        recorder.finish()

    def told(self) -> list[Event]:
        """Every message that waits, in order."""
        messages = [decode(row.payload) for row in self.outbox.due(next(self._told) * 1e6, 1000)]
        return [message for message in messages if isinstance(message, Event)]

    def files(self) -> set[str]:
        return {path.stem for path in self.folder.folder.rglob("*") if path.is_file()}

    def latest(self, number: int) -> Event:
        event_id = a_change(number).data.event_id
        return [message for message in self.told() if message.data.event_id == event_id][-1]


def of_its_own(packets: list[Packet], number: int) -> list[Packet]:
    """The same pictures later: another clip, of about the same size."""
    step = packets[1].pts - packets[0].pts
    return [
        replace(one, pts=one.pts + index * number, dts=one.dts + index * number, duration=step + number)
        for index, one in enumerate(packets)
    ]


@pytest.fixture
def size_of_one(tmp_path: Path, packets: list[Packet]) -> int:
    edge = Edge(tmp_path / "measured", 1 << 40)
    edge.see(packets, 1)
    return edge.outbox.evidence_bytes()


def test_the_oldest_goes_when_the_budget_is_used_up_and_its_event_says_why(
    tmp_path: Path, packets: list[Packet], size_of_one: int, caplog: pytest.LogCaptureFixture
) -> None:
    edge = Edge(tmp_path, 2 * size_of_one + 80_000)
    for number in (1, 2, 3):
        edge.see(of_its_own(packets, number), number)
    assert edge.outbox.evidence_bytes() <= 2 * size_of_one + 80_000
    first = edge.latest(1)
    assert first.data.phase is Phase.CLOSED
    assert first.data.revision > 2, "told to its end, then told again"
    lost = [part for part in first.data.evidence if part.missing == REASON]
    assert lost
    assert all(part.sha256 is None for part in lost)
    assert {part.missing for part in edge.latest(3).data.evidence} == {None}
    (record, *_) = edge.outbox.losses()
    assert record.event_ids == (str(first.data.event_id),)
    assert record.reason == REASON
    assert record.sha256 not in edge.files()
    assert {job.sha256 for job in edge.outbox.evidence()} <= edge.files()
    assert "evidence_deleted" in caplog.text


def test_what_weighs_more_stays_and_a_new_event_that_weighs_less_says_why_it_has_no_clip(
    tmp_path: Path, packets: list[Packet], size_of_one: int
) -> None:
    edge = Edge(tmp_path, size_of_one + 80_000)
    edge.see(of_its_own(packets, 1), 1, Severity.HIGH)
    edge.see(of_its_own(packets, 2), 2, Severity.LOW)
    assert edge.outbox.losses() == []
    assert {part.missing for part in edge.latest(1).data.evidence} == {None}
    clip = next(part for part in edge.latest(2).data.evidence if part.kind == "clip")
    assert clip.missing == "the clip could not be written: the edge's disk budget is used up"


def test_an_open_event_says_it_with_its_next_revision(tmp_path: Path, packets: list[Packet], size_of_one: int) -> None:
    edge = Edge(tmp_path, 1 << 40)
    picture = Evidence(kind="picture", sha256="ab" * 32, bytes=10, media_type="image/jpeg")
    opened = a_change(1)
    opened = replace(opened, data=opened.data.model_copy(update={"evidence": (picture,)}))
    edge.outbox.put(opened)
    edge.outbox.evidence_lost("ab" * 32, REASON)
    assert [message.data.revision for message in edge.told()] == [1]
    closed = a_change(1, revision=2, phase=Phase.CLOSED)
    clip = Evidence(kind="clip", missing="no keyframe was seen")
    edge.outbox.put(replace(closed, data=closed.data.model_copy(update={"evidence": (picture, clip)})))
    told = edge.told()[-1]
    assert [part.missing for part in told.data.evidence] == [REASON, "no keyframe was seen"]
    assert edge.outbox.evidence() == []


def test_a_loss_is_told_after_the_first_message_was_receipted_and_the_edge_started_anew(
    tmp_path: Path, packets: list[Packet]
) -> None:
    edge = Edge(tmp_path, 1 << 40)
    edge.see(packets, 1)
    edge.outbox.receipted([message.id for message in edge.told()])
    edge.outbox.close()
    again = Edge(tmp_path, 1 << 40)
    assert again.told() == []
    clip = next(job for job in again.outbox.evidence() if job.media_type == "video/mp4")
    again.outbox.evidence_lost(clip.sha256, REASON)
    again.outbox.evidence_lost(clip.sha256, REASON)
    (told,) = again.told()
    assert [(part.kind, part.missing) for part in told.data.evidence] == [("picture", None), ("clip", REASON)]
    assert (told.data.revision, told.data.phase) == (3, Phase.CLOSED)
    for job in again.outbox.evidence():
        again.outbox.evidence_done(job.sha256)
    assert again.outbox.evidence_bytes() == 0


def test_what_the_server_has_is_no_loss(tmp_path: Path, packets: list[Packet]) -> None:
    edge = Edge(tmp_path, 1 << 40)
    edge.see(packets, 1)
    count = len(edge.told())
    for job in edge.outbox.evidence():
        edge.outbox.evidence_done(job.sha256)
        edge.outbox.evidence_lost(job.sha256, REASON)
    assert edge.outbox.losses() == []
    assert len(edge.told()) == count == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a tmpfs cannot be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_events_flow_while_the_disk_is_full_and_clips_say_why(
    small_disk: Path, tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal lies on another disk here, so that the last byte can be taken."""
    monkeypatch.setattr(evidence_module, "RESERVED_BYTES", 0)
    (small_disk / "full").write_bytes(bytes(3 * 1024 * 1024 - 16 * 1024))
    put = record(packets, small_disk / "evidence", [at(a_change(1), 6.0), closed(9.0)], CLIP)
    assert [change.data.phase for change in put.values()] == [Phase.OPENED, Phase.CLOSED]
    assert kinds(put[2])["clip"].missing == "the clip could not be written: No space left on device"
    assert [path for path in (small_disk / "evidence").rglob("*.mp4") if path.is_file()] == []
    (small_disk / "full").unlink()
    put = record(packets, small_disk / "evidence", [at(a_change(1), 6.0), closed(9.0)], CLIP)
    assert {part.missing for part in put[2].data.evidence} == {None}


def test_a_disk_that_fills_up_costs_the_oldest_evidence(
    small_disk: Path, tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch, size_of_one: int
) -> None:
    monkeypatch.setattr(evidence_module, "RESERVED_BYTES", 1_000_000)
    edge = Edge(small_disk, 1 << 40)
    seen = 0
    while not edge.outbox.losses() and seen < 40:
        seen += 1
        edge.see(of_its_own(packets, seen), seen)
    assert 2 < seen < 40
    assert edge.outbox.losses()[0].event_ids == (str(a_change(1).data.event_id),)
    assert {part.missing for part in edge.latest(seen).data.evidence} == {None}


def closed(now_s: float) -> Change:
    return at(a_change(1, revision=2, phase=Phase.CLOSED), now_s)
