"""The walk as a whole: from frames to changes, a fault in a stage, and the end of a source."""

import logging
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest

from contract.event import Phase
from edge.settings import CameraSettings
from edge.sources.tally import Counters
from edge.values import Change, Frame
from edge.worker import STAGES, Worker
from models.detector import Detections, Detector, Image
from tests.support.pictures import Mover, film
from tests.support.walk import Eye, camera, detections, frame, times


@dataclass
class Reel:
    """A source of frames that were made beforehand."""

    reel: list[Frame]
    counters: Counters = field(default_factory=Counters)
    duration_s: float | None = None

    def rest(self, is_resting: bool) -> None:
        """It decodes nothing."""

    def frames(self) -> Generator[Frame, None, None]:
        yield from self.reel


@dataclass
class Notes:
    """A follower that writes down in which order it was told what."""

    told: list[tuple[str, float]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    is_finished: bool = False

    def update(self, frame: Frame) -> None:
        self.told.append(("frame", frame.pts_s))

    def follow(self, frame: Frame, change: Change) -> None:
        self.told.append((change.data.phase.value, frame.pts_s))
        self.changes.append(change)

    def finish(self) -> None:
        self.is_finished = True


def worker_of(settings: CameraSettings, reel: list[Frame], detector: Detector) -> tuple[Worker, Notes]:
    notes = Notes()
    walk = Worker(
        settings, Reel(reel), detector, notes, site_source="anninh:a/b/kho", timezone=ZoneInfo("Asia/Ho_Chi_Minh")
    )
    return walk, notes


SOMEBODY = detections((30, 20, 44, 60))


def test_somebody_in_the_zone_becomes_an_event_that_closes_with_the_source() -> None:
    reel = [frame(at) for at in times(0, 6)]
    walk, notes = worker_of(camera(dwell_s=1.0), reel, Eye([SOMEBODY]))
    walk.run(threading.Event())
    assert [change.data.phase for change in notes.changes] == [Phase.OPENED, Phase.CLOSED]
    opened, closed = (change.data for change in notes.changes)
    assert opened.subjects[0].class_name == "person"
    assert opened.subjects[0].box == pytest.approx((30 / 160, 20 / 90, 44 / 160, 60 / 90), abs=0.02)
    assert closed.ended_at == reel[-1].captured_at
    assert notes.is_finished


def test_a_frame_is_recorded_before_its_changes_so_that_the_clip_has_it() -> None:
    walk, notes = worker_of(camera(dwell_s=1.0), [frame(at) for at in times(0, 3)], Eye([SOMEBODY]))
    walk.run(threading.Event())
    opened = next(index for index, (what, _) in enumerate(notes.told) if what == "opened")
    assert notes.told[opened - 1] == ("frame", notes.told[opened][1])


def test_the_spent_seconds_name_every_stage() -> None:
    walk, _ = worker_of(camera(), [frame(at) for at in times(0, 2)], Eye([SOMEBODY]))
    walk.run(threading.Event())
    assert tuple(walk.spent.seconds) == STAGES
    assert walk.spent.seconds["detect"] > 0
    assert walk.inferences > 0


def test_stop_ends_the_walk_after_the_frame_at_hand() -> None:
    stop = threading.Event()
    stop.set()
    walk, notes = worker_of(camera(), [frame(at) for at in times(0, 5)], Eye([SOMEBODY]))
    walk.run(stop)
    assert len([what for what, _ in notes.told if what == "frame"]) == 1
    assert notes.is_finished


class Blind(Eye):
    """A detector that breaks after a while."""

    def detect(
        self, images: Sequence[Image], min_score: float = 0.25, canvas: tuple[int, int] | None = None
    ) -> list[Detections]:
        if self.calls > 1:
            raise RuntimeError("out of memory")
        return super().detect(images, min_score, canvas)


@pytest.mark.logs_errors
def test_a_fault_of_a_stage_is_logged_with_its_camera_and_what_was_open_is_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    walk, notes = worker_of(camera(dwell_s=1.0), [frame(at) for at in times(0, 6)], Blind([SOMEBODY]))
    with caplog.at_level(logging.ERROR), pytest.raises(RuntimeError, match="out of memory"):
        walk.run(threading.Event())
    assert caplog.records[0].message == "worker_failed"
    assert caplog.records[0].__dict__["camera"] == "kho"
    assert notes.changes[-1].data.phase is Phase.CLOSED
    assert notes.is_finished


@pytest.mark.parametrize("fps", [2.5, 5.0, 10.0, 30.0])
def test_loitering_of_ten_seconds_is_told_at_ten_whatever_the_cameras_rate(fps: float) -> None:
    """Through detector and tracker, who need their looks before they believe: half a second is theirs."""
    reel = [frame(at) for at in times(0, 14, fps)]
    eye = Eye([SOMEBODY], needs_motion=True)  # one that is given every frame
    walk, notes = worker_of(camera(kind="loitering", dwell_s=10.0), reel, eye)
    walk.run(threading.Event())
    assert notes.changes[0].now_s == pytest.approx(10.0, abs=0.5)


def test_a_thing_that_no_model_names_becomes_an_event_of_a_rule_that_asks_for_objects() -> None:
    crate = Mover(left=100, top=200, width=40, height=36, first=25, colour=(30, 30, 30))
    reel = [frame(at, image) for at, image in zip(times(0, 16, 5), film(80, [crate]), strict=True)]
    settings = camera(kind="static_object", classes=("object",), dwell_s=5.0)
    walk, notes = worker_of(settings, reel, Eye([detections()]))
    walk.run(threading.Event())
    opened, closed = (change.data for change in notes.changes)
    assert (opened.phase, closed.phase) == (Phase.OPENED, Phase.CLOSED)
    (thing,) = opened.subjects
    assert thing.class_name == "object"
    assert thing.box == pytest.approx((100 / 480, 200 / 360, 140 / 480, 236 / 360), abs=0.012)
