"""Privacy masks: what lies in them is in no picture, preview or clip, and their camera's own packets reach no disk."""

import threading
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from contract.event import Phase
from edge.capture import open_source
from edge.clip import Recorder
from edge.clock import SystemClock
from edge.evidence import EvidenceFolder
from edge.settings import CameraSettings, ClipSettings, Mask
from edge.sources.masked import painted
from edge.values import Change
from tests.edge.test_clip import at, kinds
from tests.support.coded import BEGIN, a_video, played
from tests.support.events import a_change

WINDOW: Mask = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
"""Columns 40 to 119 and rows 30 to 89 of 160 × 120; the test's block runs through it."""


@pytest.fixture(params=["libx264", "libx265"])
def video(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    options = {"x265-params": "log-level=none:keyint=10"} if request.param == "libx265" else {"g": "10"}
    return a_video(tmp_path / "in.mp4", codec=request.param, seconds=10.0, options=options)


def camera(video: Path, *masks: Mask) -> CameraSettings:
    return CameraSettings(name="kho-sau", source=str(video), start_at=BEGIN, as_fast_as_possible=True, masks=masks)


def inside(picture: np.ndarray) -> np.ndarray:
    """Well within the mask: two pixels from its edge, where coding smears."""
    return picture[32:88, 42:118]


def test_pictures_and_luma_are_painted_and_the_rest_is_not(video: Path) -> None:
    shown = open_source(camera(video), SystemClock(), threading.Event()).frames()
    hidden = open_source(camera(video, WINDOW), SystemClock(), threading.Event()).frames()
    for bare, frame in zip(shown, hidden, strict=True):
        assert frame.packets == ()
        assert frame.image[30:90, 40:120].max() == 0
        assert frame.luma[30:90, 40:120].max() == 0
        assert inside(bare.image).max() > 0, "there was something to hide"
        for part in (np.s_[:27], np.s_[93:], np.s_[:, :37], np.s_[:, 123:]):
            assert (frame.image[part] == bare.image[part]).all()
            assert (frame.luma[part] == bare.luma[part]).all()
        assert (frame.pts_s, frame.captured_at) == (bare.pts_s, bare.captured_at)


def test_nothing_on_the_disk_shows_what_lies_behind_a_mask(video: Path, tmp_path: Path) -> None:
    put, previews = list[Change](), list[bytes]()
    folder = tmp_path / "evidence"
    settings = ClipSettings(before_s=2.0, after_s=1.0)
    recorder = Recorder("kho-sau", settings, folder, put.append, lambda _, jpeg: previews.append(jpeg))
    for frame in open_source(camera(video, WINDOW), SystemClock(), threading.Event()).frames():
        recorder.update(frame)
        if frame.index == 40:
            recorder.follow(frame, at(a_change(1), frame.pts_s))
        if frame.index == 70:
            recorder.follow(frame, at(a_change(1, revision=2, phase=Phase.CLOSED), frame.pts_s))
    recorder.finish()
    clip = kinds(put[-1])["clip"]
    assert (clip.missing, clip.coded_by) == (None, "edge")
    assert clip.sha256 is not None
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert {path.suffix for path in files} == {".mp4", ".jpg"}
    assert EvidenceFolder(folder).path(clip.sha256, "video/mp4") in files
    for picture in pictures(files, previews):
        # Black is 0 in a JPEG, and as near to it as a lossy coder brings it in a clip; nothing moves, nothing shines.
        assert inside(picture).max() <= 8
        assert inside(picture).std() < 1.0
        assert picture[:20].max() > 20, "the street is still there"


def pictures(files: list[Path], previews: list[bytes]) -> Iterator[np.ndarray]:
    assert len(previews) == 1
    for jpeg in [*previews, *(path.read_bytes() for path in files if path.suffix == ".jpg")]:
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        yield picture
    for path in files:
        if path.suffix == ".mp4":
            shown = [picture for _, picture in played(path)]
            assert len(shown) >= 60
            yield from shown


def test_every_pixel_that_a_mask_touches_is_painted() -> None:
    white = np.full((120, 160, 3), 255, np.uint8)
    rng = np.random.default_rng(3)
    for _ in range(50):
        mask = [(float(x), float(y)) for x, y in rng.uniform(0, 1, (3, 2))]
        after = painted(white, [tuple(mask)])
        assert white.min() == 255, "the picture that came in is not touched"
        fine = np.zeros((120 * 8, 160 * 8), np.uint8)
        corners = np.array([(x * 160 * 8, y * 120 * 8) for x, y in mask])
        cv2.fillPoly(fine, [np.floor(corners).astype(np.int32)], 1)
        touched = fine.reshape(120, 8, 160, 8).max(axis=(1, 3)) > 0
        assert after[touched].max(initial=0) == 0
        # No more than a narrow edge beside it.
        near = cv2.dilate(touched.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
        assert (after[~near] == 255).all()


def test_a_mask_at_the_edges_of_the_picture_leaves_no_rim() -> None:
    after = painted(np.full((100, 100), 255, np.uint8), [((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))])
    assert after.max() == 0


def test_a_source_with_masks_says_what_the_source_says(video: Path) -> None:
    source = open_source(camera(video, WINDOW), SystemClock(), threading.Event())
    frames = source.frames()
    next(frames)
    assert source.counters.frames >= 1
    with av.open(str(video)) as container:
        assert source.duration_s == pytest.approx((container.duration or 0) / av.time_base, abs=0.2)
    frames.close()


def test_a_camera_that_is_decoded_in_a_process_of_its_own_is_masked_too(video: Path) -> None:
    source = open_source(camera(video, WINDOW), SystemClock(), threading.Event(), in_own_process=True)
    source.rest(True)
    frames = list(source.frames())
    assert len(frames) == 100, "resting skips none: the clip is coded from these"
    assert all(frame.packets == () and frame.native is None for frame in frames)
    assert max(int(frame.image[30:90, 40:120].max()) for frame in frames[::20]) == 0
