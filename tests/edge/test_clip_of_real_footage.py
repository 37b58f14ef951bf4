"""From a real file through capture to a clip: whatever cameras recorded, the evidence plays and tells its true time."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from contract.event import Phase
from edge.capture import open_source
from edge.clip import Recorder
from edge.clock import SystemClock
from edge.evidence import EvidenceFolder
from edge.settings import CameraSettings, ClipSettings
from edge.values import Change
from tests.edge.test_clip import at, kinds
from tests.support.coded import BEGIN, played
from tests.support.events import a_change

pytestmark = pytest.mark.data


@pytest.mark.parametrize(
    ("name", "opens_s", "closes_s", "why"),
    [
        ("videos/pets2009_s2l1_vtest_480x360.mp4", 20.0, 24.0, "H.264 with B-frames and long groups"),
        ("videos/mot15_tud-campus.mp4", 1.0, 2.0, "shorter than the pre-roll"),
        ("videos/dvrscan_traffic_camera_vfr.mp4", 5.0, 9.0, "a variable frame rate"),
        ("videos/aboda_video4_abandoned_bag.avi", 6.0, 9.0, "MPEG-4 ASP"),
        ("videos/night_ir_cctv_hevc_960x1088.mp4", 6.0, 9.0, "HEVC"),
        ("hostile/bgslib_demo_48x48_rawvideo_aborts_opencv.avi", 1.0, 1.5, "raw pictures: coded as they come"),
    ],
)
def test_a_clip_covers_the_event(
    tmp_path: Path, data_dir: Path, name: str, opens_s: float, closes_s: float, why: str
) -> None:
    camera = CameraSettings(name="kho-sau", source=str(data_dir / name), start_at=BEGIN, as_fast_as_possible=True)
    put: list[Change] = []
    recorder = Recorder("kho-sau", ClipSettings(before_s=2.0, after_s=0.0), tmp_path / "evidence", put.append)
    is_open = False
    ended_s = 0.0
    for frame in open_source(camera, SystemClock(), threading.Event()).frames():
        recorder.update(frame)
        ended_s = frame.pts_s
        if not is_open and frame.pts_s >= opens_s:
            recorder.follow(frame, at(a_change(1), frame.pts_s))
            is_open = True
        if frame.pts_s >= closes_s:
            recorder.follow(frame, at(a_change(1, revision=2, phase=Phase.CLOSED), frame.pts_s))
            break
    recorder.finish()
    evidence = kinds(put[-1])
    clip, picture = evidence["clip"], evidence["picture"]
    assert clip.missing is None, clip.missing
    assert clip.sha256 is not None
    assert clip.started_at is not None
    assert clip.ended_at is not None
    assert BEGIN - timedelta(milliseconds=1) <= clip.started_at <= BEGIN + timedelta(seconds=max(0.0, opens_s - 2.0))
    assert abs((clip.ended_at - BEGIN).total_seconds() - ended_s) < 0.5
    assert picture.at is not None
    assert abs((picture.at - BEGIN).total_seconds() - opens_s) < 0.2
    shown = played(EvidenceFolder(tmp_path / "evidence").path(clip.sha256, "video/mp4"))
    assert shown[0][0] == 0.0
    # A frame may still be in the decoder when its event closes; more than a few would be a hole.
    assert shown[-1][0] == pytest.approx((clip.ended_at - clip.started_at).total_seconds(), abs=0.5)
