"""Clips that run on after the event, long events in parts with pictures from in between, and recordings with gaps."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from contract.event import Evidence, Phase
from edge.clip import Recorder
from edge.evidence import EvidenceFolder
from edge.settings import ClipSettings
from edge.values import Change, Packet
from edge.writer import MOST_MOMENTS
from tests.edge.test_clip import at, closed, kinds, opened, record, span, updated
from tests.edge.test_mp4 import pictures
from tests.support.coded import BEGIN, a_frame, a_video, frames_of, packets_of, played
from tests.support.events import a_change


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> list[Packet]:
    """60 s at 5 fps without B-frames, a keyframe every second."""
    path = tmp_path_factory.mktemp("video") / "in.mp4"
    return packets_of(a_video(path, seconds=60.0, fps=5, options={"g": "5", "bf": "0"}))


def clips(change: Change) -> list[Evidence]:
    return [part for part in change.data.evidence if part.kind == "clip"]


def moments(change: Change) -> list[float]:
    return [(part.at - BEGIN).total_seconds() for part in change.data.evidence if part.periodic and part.at]


def test_five_seconds_before_and_after_are_there_by_default(tmp_path: Path, packets: list[Packet]) -> None:
    put = record(packets, tmp_path / "evidence", [opened(20.0), closed(24.0)], ClipSettings())
    begin_s, end_s = span(clips(put[2])[0])
    assert begin_s <= 15.0
    assert end_s >= 29.0
    assert end_s == pytest.approx(29.2, abs=0.01), "and not much more"


def test_a_closing_that_comes_later_than_that_is_not_held_back(tmp_path: Path, packets: list[Packet]) -> None:
    """``close_s`` is longer: what was recorded up to the closing is in the clip."""
    put = list[Change]()
    recorder = Recorder("kho-sau", ClipSettings(), tmp_path / "evidence", put.append)
    for frame in frames_of(packets[:180]):
        recorder.update(frame)
        if frame.pts_s == pytest.approx(10.0):
            recorder.follow(frame, opened(10.0))
        if frame.pts_s == pytest.approx(28.0):
            # Last seen at 20, told at 28.
            recorder.follow(frame, replace(closed(20.0), opened_s=10.0, now_s=28.0))
            break
    recorder.finish()
    assert span(clips(put[-1])[0])[1] == pytest.approx(28.2)


def test_the_walk_goes_on_while_a_closing_waits_for_its_clip(tmp_path: Path, packets: list[Packet]) -> None:
    put = list[Change]()
    recorder = Recorder("kho-sau", ClipSettings(), tmp_path / "evidence", put.append)
    other = at(a_change(2), 22.0)
    for frame in frames_of(packets[:115]):
        recorder.update(frame)
        for change in (opened(15.0), closed(20.0), other):
            if frame.pts_s == pytest.approx(change.now_s):
                recorder.follow(frame, change)
    recorder.finish()
    told = [(change.data.event_id == other.data.event_id, change.data.phase) for change in put]
    assert told == [(False, Phase.OPENED), (True, Phase.OPENED), (False, Phase.CLOSED)]
    assert span(clips(put[-1])[0])[1] == pytest.approx(23.0)


def test_an_event_of_moderate_length_has_one_clip(tmp_path: Path, packets: list[Packet]) -> None:
    settings = ClipSettings(before_s=2.0, after_s=0.0, longest_s=30.0)
    put = record(packets, tmp_path / "evidence", [opened(4.0), updated(20.0), closed(29.0, revision=3)], settings)
    assert clips(put[2]) == []
    (clip,) = clips(put[3])
    assert span(clip) == pytest.approx((2.0, 29.2))
    assert clip.gaps == ()


def test_of_a_long_event_the_first_and_the_last_part_are_kept(tmp_path: Path, packets: list[Packet]) -> None:
    settings = ClipSettings(before_s=2.0, after_s=1.0, longest_s=10.0, picture_every_s=10.0)
    changes = [opened(4.0), updated(20.0), updated_again(40.0), closed(50.0, revision=4)]
    put = record(packets, tmp_path / "evidence", changes, settings)
    assert [len(clips(put[number])) for number in (1, 2, 3, 4)] == [0, 1, 1, 2], "the first comes while it goes on"
    first, last = clips(put[4])
    assert clips(put[2]) == clips(put[3]) == [first]
    assert span(first) == pytest.approx((2.0, 7.0), abs=0.01)
    assert span(last) == pytest.approx((45.0, 51.2), abs=1.01)
    folder = EvidenceFolder(tmp_path / "evidence")
    whole = pictures(packets)
    for clip in (first, last):
        assert clip.sha256 is not None
        kept = pictures(packets_of(folder.path(clip.sha256, "video/mp4")))
        at_first = whole.index(kept[0])
        assert kept == whole[at_first : at_first + len(kept)]
    assert moments(put[4]) == [pytest.approx(second) for second in (14.0, 24.0, 34.0, 44.0)]


def updated_again(now_s: float) -> Change:
    return at(a_change(1, revision=3, phase=Phase.UPDATED), now_s)


def test_hours_of_an_event_stay_small(tmp_path: Path, packets: list[Packet]) -> None:
    """Ten hours of a parked car: the same minute of video again and again, told every half minute."""
    minute = packets[:300]
    settings = ClipSettings(longest_s=20.0, picture_every_s=60.0)
    put = list[Change]()
    recorder = Recorder("kho-sau", settings, tmp_path / "evidence", put.append)
    most, revision = 0, 1
    for turn in range(600):
        for step in range(0, 300, 25):
            later = [
                replace(one, pts_s=one.pts_s + 60.0 * turn, pts=one.pts + turn * 60 * 12800)
                for one in minute[step : step + 25]
            ]
            frame = a_frame(turn, later[-1].pts_s, packets=tuple(later), image=lambda _: a_frame(0, 0.0).image)
            recorder.update(frame)
            if step % 150 == 0:
                phase = Phase.OPENED if revision == 1 else Phase.UPDATED
                recorder.follow(frame, at(a_change(1, revision=revision, phase=phase), frame.pts_s))
                revision += 1
            recording = next(iter(recorder._open.values()))
            tail = recording._tail.packets() if recording._tail else ()
            most = max(most, len(recording._head) + len(tail))
    recorder.follow(frame, at(a_change(1, revision=revision, phase=Phase.CLOSED), frame.pts_s))
    recorder.finish()
    assert most <= 5 * 20 + 2 * 25, "packets: 20 s at 5 a second, and what a frame brings at once"
    told = put[-1]
    assert len(clips(told)) == 2
    assert MOST_MOMENTS / 2 <= len(moments(told)) <= MOST_MOMENTS
    assert moments(told)[0] < 3600
    assert moments(told)[-1] > 9 * 3600
    assert len(told.data.evidence) <= 32


def test_a_recording_that_was_interrupted_says_where(tmp_path: Path, packets: list[Packet]) -> None:
    before, after = packets[:100], packets[150:]  # 20 s, then nothing for 10 s
    changes = [opened(18.0), closed(34.0)]
    (clip,) = clips(record([*before, *after], tmp_path / "evidence", changes, ClipSettings())[2])
    ((begin, end),) = clip.gaps
    assert (begin - BEGIN, end - BEGIN) == (timedelta(seconds=20), timedelta(seconds=30))
    assert clip.sha256 is not None
    times = [at for at, _ in played(EvidenceFolder(tmp_path / "evidence").path(clip.sha256, "video/mp4"))]
    start_s = span(clip)[0]
    assert max(b - a for a, b in pairwise(times)) == pytest.approx(10.2, abs=0.01)
    assert times[-1] == pytest.approx(span(clip)[1] - start_s - 0.2, abs=0.01), "the clip's time is the camera's"


def test_packets_that_were_lost_up_to_a_keyframe_are_part_of_the_gap(tmp_path: Path, packets: list[Packet]) -> None:
    after = packets[152:]  # in the middle of a group of pictures: shown again from 31 s on
    jumped = [replace(one, pts=one.pts + 99 * 12800, dts=one.dts + 99 * 12800) for one in after]
    changes = [opened(18.0), closed(34.0)]
    (clip,) = clips(record([*packets[:100], *jumped], tmp_path / "evidence", changes, ClipSettings())[2])
    assert [(begin - BEGIN, end - BEGIN) for begin, end in clip.gaps] == [
        (timedelta(seconds=20), timedelta(seconds=31))
    ]


def test_a_camera_that_changes_its_size_gets_a_clip_for_each(tmp_path: Path, packets: list[Packet]) -> None:
    large = packets_of(a_video(tmp_path / "large.mp4", seconds=30.0, fps=5, size=(320, 240), options={"g": "5"}))
    after = [replace(one, pts_s=one.pts_s + 25.0, captured_at=one.captured_at + timedelta(seconds=25)) for one in large]
    put = record([*packets[:100], *after], tmp_path / "evidence", [opened(18.0), closed(34.0)], ClipSettings())
    first, second = clips(put[2])
    assert span(first)[1] == pytest.approx(20.0)
    assert span(second)[0] == pytest.approx(25.0)


def test_the_evidence_says_by_whom_it_was_coded(tmp_path: Path, packets: list[Packet]) -> None:
    put = record(packets, tmp_path / "camera", [opened(10.0), closed(12.0)], ClipSettings())
    assert kinds(put[2])["clip"].coded_by == "camera"
    assert kinds(put[2])["clip"].codec == "avc1.64000A"
    bare = [replace(one, stream=replace(one.stream, is_ours=True)) for one in packets]
    put = record(bare, tmp_path / "edge", [opened(10.0), closed(12.0)], ClipSettings())
    assert kinds(put[2])["clip"].coded_by == "edge"
