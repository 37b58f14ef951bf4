"""While nothing moves, pictures that no other needs are not decoded: fewer frames, and nothing else is different."""

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from edge.capture import Source, open_source
from edge.clock import SystemClock
from edge.defaults import default_camera
from edge.values import Frame
from tests.support.coded import a_video
from tests.support.walk import BEGIN

MOST = 120


def frames_of(path: Path, when: Callable[[int], bool], *, in_own_process: bool = False) -> Iterator[Frame]:
    """The recording's frames; before frame n it is told whether to rest."""
    camera = default_camera("kho", str(path), as_fast_as_possible=True, start_at=BEGIN)
    source: Source = open_source(camera, SystemClock(), threading.Event(), in_own_process=in_own_process)
    source.rest(when(0))
    for number, frame in enumerate(source.frames(), 1):
        yield frame
        source.rest(when(number))


def b_frames(folder: Path) -> Path:
    """H.264 with two B-frames between references, which nothing refers to."""
    options = {"g": "30", "bf": "2", "x264-params": "b-adapt=0:b-pyramid=none"}
    return a_video(folder / "b.mp4", seconds=12, options=options)


@pytest.mark.parametrize("in_own_process", [False, True])
@pytest.mark.parametrize("when", [lambda _: True, lambda number: 10 <= number < 25])
def test_resting_skips_pictures_and_changes_nothing_else(
    tmp_path: Path, when: Callable[[int], bool], in_own_process: bool
) -> None:
    path = b_frames(tmp_path)
    whole = {frame.pts_s: frame for frame in frames_of(path, lambda _: False)}
    assert len(whole) == 120
    rested = list(frames_of(path, when, in_own_process=in_own_process))
    assert len(rested) < 0.97 * len(whole)
    assert all(one.pts_s < other.pts_s for one, other in pairwise(rested))
    for frame in rested:
        same = whole[frame.pts_s]
        assert frame.captured_at == same.captured_at
        assert np.array_equal(frame.image, same.image)
    given = [packet for frame in rested for packet in frame.packets]
    assert given == [packet for frame in whole.values() for packet in frame.packets], "clips lack nothing"


def test_resting_all_the_time_leaves_one_of_three(tmp_path: Path) -> None:
    rested = list(frames_of(b_frames(tmp_path), lambda _: True))
    assert 40 <= len(rested) <= 46, "12 s at 10 a second with two B-frames between references"


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "skips", "reason"),
    [
        ("aboda_video4_abandoned_bag.avi", True, "MPEG-4 ASP with B-frames"),
        ("night_ir_cctv_hevc_960x1088.mp4", False, "HEVC of a camera: each picture refers to the one before"),
        ("mot15_adl-rundle-6_1080p.mp4", True, "H.264 with B-frames"),
        ("pets2009_s2l1_vtest_480x360.mp4", True, "H.264 with B-frames"),
    ],
)
def test_real_footage_rests_as_far_as_it_can(data_dir: Path, name: str, skips: bool, reason: str) -> None:
    path = data_dir / "videos" / name
    whole: dict[float, Frame] = {}
    for frame in frames_of(path, lambda _: False):
        whole[frame.pts_s] = frame
        if len(whole) == MOST:
            break
    rested = list(_until(frames_of(path, lambda _: True), max(whole)))
    assert {frame.pts_s for frame in rested} <= set(whole)
    assert (len(rested) < len(whole)) is skips, f"{reason}: {len(rested)} of {len(whole)}"
    for frame in rested[::10]:
        assert np.array_equal(frame.luma, whole[frame.pts_s].luma)


def _until(frames: Iterator[Frame], at_s: float) -> Iterator[Frame]:
    for frame in frames:
        if frame.pts_s > at_s:
            return
        yield frame
