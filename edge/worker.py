"""THE WALK: one camera, one thread, top to bottom, from its frames to its events."""

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

import structlog

from contract.event import ModelRef, Status
from contract.health import CameraState, PictureState
from contract.kinds import MOVERS
from edge.capture import Source
from edge.detect import Detect
from edge.event import Events, rule_versions
from edge.motion import MotionGate
from edge.rest import Rest
from edge.rules.guard import Guard
from edge.rules.table import Rules
from edge.settings import CameraSettings
from edge.sources.tally import Counters
from edge.standing import Standing, asks_for_objects
from edge.tamper import Tamper
from edge.track import Tracker
from edge.turns import Skipped
from edge.values import Change, Frame, Glance, Motion, Track
from models.detector import Detector

Load = Callable[[], Detector]
"""Gives a detector for one camera: a new one where the detector remembers frames, else one that is shared."""

log = structlog.get_logger(__name__)

STAGES = ("capture", "motion", "detect", "track", "rules", "tamper", "events", "record")


class Follower(Protocol):
    """Who is told what the walk saw: the recorder (``edge.clip.Recorder``), or the list that ``analyze`` prints."""

    def update(self, frame: Frame) -> None:
        """Every frame, before its changes."""
        ...

    def follow(self, frame: Frame, change: Change) -> None:
        """A change of an event, on the frame on which it came about."""
        ...

    def finish(self) -> None:
        """No frame will come any more."""
        ...


@dataclass(slots=True)
class Spent:
    """Seconds of wall clock (of ``timer``) that the walk spent in each stage; ``capture`` includes waiting for a
    frame."""

    timer: Callable[[], float] = perf_counter
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    _mark_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._mark_s = self.timer()

    def lap(self, stage: str) -> None:
        """What passed since the lap before belongs to ``stage``."""
        now_s = self.timer()
        self.seconds[stage] += now_s - self._mark_s
        self._mark_s = now_s


class Worker:
    """The walk of one camera. ``run`` belongs to one thread; ``counters``, ``state`` and ``inferences`` to any."""

    def __init__(
        self,
        camera: CameraSettings,
        source: Source,
        detector: Detector,
        recorder: Follower,
        *,
        site_source: str,
        timezone: ZoneInfo,
        status: Status = Status.ACTUAL,
        min_score: float = 0.25,
        watch: Callable[[Frame, Sequence[Track]], None] | None = None,
        camera_offset_ms: Callable[[], int | None] = lambda: None,
        wanted: Callable[[], CameraSettings] | None = None,
    ) -> None:
        """``site_source``: the camera's CloudEvents source. ``watch`` sees every frame with its tracks (previews).
        ``camera_offset_ms``: how far the camera's own clock is off the edge's, None while nobody knows. ``wanted``: the
        settings it should walk by, asked with every frame: ``camera`` until they change."""
        self.camera = camera
        self._wanted = wanted or (lambda: camera)
        self.model = ModelRef(name=detector.info.name, sha256=detector.info.sha256)
        self.spent = Spent()
        self._source = source
        self._recorder = recorder
        self._watch = watch
        self._motions = MotionGate()
        self._rest = Rest()
        self._sees_every_frame = detector.needs_motion
        self._standing = Standing() if asks_for_objects(camera) else None
        asked, followed = _classes(camera)
        self._detect = Detect(detector, detect_fps=camera.detect_fps, min_score=min_score, asked=asked)
        self._tracker = Tracker(detector.classes, min_score=min_score, asked=followed)
        self._guard = Guard(camera.guard_s)
        self._rules = Rules(camera, timezone)
        self._tamper = Tamper(camera)
        self._events = Events(
            camera,
            source=site_source,
            model=self.model,
            status=status,
            basis=clock_basis(camera),
            camera_offset_ms=camera_offset_ms,
        )
        self._last: Frame | None = None

    @property
    def state(self) -> CameraState:
        """What the camera is doing."""
        return self._source.counters.state

    @property
    def counters(self) -> Counters:
        """The source's counters."""
        return self._source.counters

    @property
    def inferences(self) -> int:
        """How often the model ran."""
        return self._detect.inferences

    @property
    def picture(self) -> PictureState | None:
        """What its pictures are worth; None before the first."""
        return self._tamper.picture

    @property
    def blind_s(self) -> float:
        """Seconds in which frames arrived that showed nothing to vouch for."""
        return self._tamper.blind_s

    def run(self, stop: threading.Event) -> bool:
        """Walk every frame until the source ends or ``stop`` is set, then close what is open. True: another worker must
        go on with the camera, as its privacy masks are to be others, which lie below every stage.

        What the source does never raises. A fault of a stage does, once it is logged with its camera and what was open
        is closed and recorded; the supervisor then starts a new worker.
        """
        try:
            with closing(self._source.frames()) as frames:
                for frame in frames:
                    self.spent.lap("capture")
                    if self._wanted().masks != self.camera.masks:
                        return True
                    self.walk(frame)
                    if stop.is_set():
                        break
            return False
        except Exception:
            log.exception(
                "worker_failed", camera=self.camera.name, at_s=round(self._last.pts_s, 3) if self._last else None
            )
            raise
        finally:
            self.finish()

    def walk(self, frame: Frame) -> list[Change]:
        """One frame, through every stage."""
        self._last = frame
        closings = self._reconfigured(frame)
        motion = self._motions.update(frame) if self._detect.asks_for_motion(frame) else None
        self.spent.lap("motion")
        if not self._sees_every_frame:
            self._source.rest(self._rest.update(frame, motion))
        glance = self._look(frame, motion)
        self.spent.lap("detect")
        tracks = self._tracker.update(frame, glance, motion)
        if self._standing is not None:
            tracks += self._standing.update(frame, motion, tracks)
        self.spent.lap("track")
        guarded = self._guard.update(frame, motion)
        hits = self._rules.update(frame, tracks, guarded=guarded)
        self.spent.lap("rules")
        hits += self._tamper.update(frame)
        self.spent.lap("tamper")
        changes = closings + self._events.update(frame, hits, guarded=guarded)
        self.spent.lap("events")
        self._recorder.update(frame)
        for change in changes:
            self._recorder.follow(frame, change)
        if self._watch is not None:
            self._watch(frame, tracks)
        self.spent.lap("record")
        return changes

    def _reconfigured(self, frame: Frame) -> list[Change]:
        """Take up other settings, if there are any: tracks, and rules that stay as they are, go on. The closings of
        what was open of the others."""
        wanted = self._wanted()
        if wanted is self.camera:
            return []
        before, after = rule_versions(self.camera), rule_versions(wanted)
        self.camera = wanted
        asked, followed = _classes(wanted)
        self._detect.ask(asked)
        self._tracker.ask(followed)
        if not asks_for_objects(wanted):
            self._standing = None
        elif self._standing is None:
            self._standing = Standing()
        self._rules.reconfigure(wanted, {name for name in before if after.get(name) == before[name]})
        return self._events.reconfigure(wanted, frame.pts_s)

    def _look(self, frame: Frame, motion: Motion | None) -> Glance | None:
        """What the model saw; None when it is not this frame's turn, or other cameras' came first (`edge.turns`)."""
        try:
            expected = () if motion is None else self._tracker.expected(frame.pts_s)
            return self._detect.update(frame, motion, expected)
        except Skipped:
            return None

    def finish(self) -> None:
        """Close what is open and let the recorder finish."""
        try:
            if self._last is not None:
                for change in self._events.finish(self._last.pts_s):
                    self._recorder.follow(self._last, change)
        finally:
            self._recorder.finish()


def _classes(camera: CameraSettings) -> tuple[set[str], set[str]]:
    """What the rules ask about, and what is followed: among unnamed things also whatever moves by itself."""
    asked = {name for rule in camera.rules for name in rule.classes}
    return asked, asked | MOVERS if asks_for_objects(camera) else asked


def clock_basis(camera: CameraSettings) -> Literal["pts", "file"]:
    """``file`` where times come from a recording's own start, else ``pts``."""
    return "file" if camera.start_at is not None or camera.as_fast_as_possible else "pts"
