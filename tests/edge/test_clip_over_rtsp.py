"""A clip of a real RTSP camera: annex B packets over the network, not coded again."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.event import Phase
from edge import working_copy
from edge.capture import open_source
from edge.clip import Recorder
from edge.clock import SystemClock
from edge.evidence import EvidenceFolder
from edge.settings import CameraSettings, ClipSettings
from edge.values import Change, Frame, Packet
from tests.edge.test_clip import at, kinds
from tests.edge.test_mp4 import facts, has_its_index_first, pictures
from tests.support.coded import packets_of, played
from tests.support.events import a_change
from tests.support.rtsp_camera import RtspCamera, rtsp_camera

pytestmark = pytest.mark.rtsp


@pytest.fixture(params=["/camera", "/h265"], ids=["h264", "h265"])
def camera(request: pytest.FixtureRequest) -> Iterator[RtspCamera]:
    serving = rtsp_camera(request.param)
    serving.start(request.param)
    yield serving
    serving.kill()


def test_a_live_cameras_clip_holds_its_own_pictures(camera: RtspCamera, tmp_path: Path) -> None:
    stop = threading.Event()
    source = open_source(CameraSettings(name="kho-sau", source=camera.url), SystemClock(), stop)
    put: list[Change] = []
    seen: list[Packet] = []
    recorder = Recorder("kho-sau", ClipSettings(before_s=1.0, after_s=0.0), tmp_path / "evidence", put.append)

    def told(frame: Frame, phase: Phase, revision: int) -> None:
        change = at(a_change(1, phase=phase, revision=revision), frame.pts_s)
        recorder.follow(frame, change)

    for index, frame in enumerate(source.frames()):
        recorder.update(frame)
        seen += frame.packets
        if index == 15:
            told(frame, Phase.OPENED, 1)
        if index == 35:
            told(frame, Phase.CLOSED, 2)
            stop.set()
    recorder.finish()
    clip = kinds(put[-1])["clip"]
    assert clip.missing is None, clip.missing
    assert clip.sha256 is not None
    path = EvidenceFolder(tmp_path / "evidence").path(clip.sha256, "video/mp4")
    assert facts(path) == ({"/camera": "h264", "/h265": "hevc"}[camera.mount], "yuv420p", 0.0)
    assert clip.coded_by == "camera"
    assert (clip.codec or "")[:4] == {"/camera": "avc1", "/h265": "hvc1"}[camera.mount]
    assert has_its_index_first(path)
    assert len(played(path)) >= 28
    kept = pictures(packets_of(path))
    sent = pictures(seen)
    assert kept == sent[sent.index(kept[0]) :][: len(kept)]
    working_copy.make(path, tmp_path / "copy.mp4")
    assert [at for at, _ in played(tmp_path / "copy.mp4")] == pytest.approx([at for at, _ in played(path)], abs=0.01)
