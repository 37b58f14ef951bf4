"""The walk over recordings, offline, as fast as the machine allows: the same stages, the same events."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from contract.event import Event, Phase, message_id
from contract.health import CameraState
from contract.topics import source as source_name
from edge.capture import open_source
from edge.clock import Clock
from edge.settings import CameraSettings
from edge.values import Change, Frame, Track
from edge.worker import STAGES, Worker
from models.detector import Detector

Load = Callable[[], Detector]
"""Gives a detector for one recording: a new one where the detector remembers frames."""
Watch = Callable[[CameraSettings, float | None, Frame, Sequence[Track]], None]
"""Sees every frame with its tracks, and the seconds that the recording promises to have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """In whose name events are told."""

    site: str = "local"
    edge: str = "analyze"
    timezone: str = "Asia/Ho_Chi_Minh"
    min_score: float = 0.25


@dataclass(slots=True, kw_only=True)
class Summary:
    """What an analysis took and found. Seconds; ``stages`` are parts of ``wall_s``, ``events`` are counted once each,
    by rule; ``faults``: what was wrong with which file."""

    files: int = 0
    frames: int = 0
    video_s: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    inferences: int = 0
    model: str = ""
    stages: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    events: dict[str, int] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, object]:
        """For JSON: seconds with milliseconds."""
        rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in asdict(self).items()}
        return rounded | {"stages": {name: round(seconds, 3) for name, seconds in self.stages.items()}}


class Collector:
    """Takes the changes of one recording, in order, as contract messages; pictures too, where asked for."""

    def __init__(self, source: str, first_sequence: int, pictures: Path | None) -> None:
        self._source = source
        self._sequence = first_sequence
        self._pictures = pictures
        self._best: dict[str, float] = {}
        self.events: list[Event] = []

    def update(self, frame: Frame) -> None:
        """Nothing is recorded: the recording is already there."""

    def follow(self, frame: Frame, change: Change) -> None:
        data = change.data
        self.events.append(
            Event(
                id=message_id(data.event_id, data.revision),
                source=self._source,
                time=frame.captured_at,
                sequence=str(self._sequence + len(self.events)),
                data=data,
            )
        )
        if self._pictures is not None and data.phase is not Phase.CLOSED:
            self._show(frame, change, self._pictures)

    def finish(self) -> None:
        """Nothing is left to do."""

    def _show(self, frame: Frame, change: Change, folder: Path) -> None:
        """Keep the picture of the best look, its subjects' boxes drawn."""
        event_id = str(change.data.event_id)
        score = max((subject.score for subject in change.data.subjects), default=0.0)
        if score <= self._best.get(event_id, -1.0):
            return
        self._best[event_id] = score
        stamp = change.data.started_at.strftime("%Y%m%dT%H%M%S")
        name = f"{change.camera}-{stamp}-{change.data.rule.name}-{event_id[-6:]}.jpg"
        done, coded = cv2.imencode(".jpg", drawn(frame, change), [cv2.IMWRITE_JPEG_QUALITY, 88])
        if done:
            (folder / name).write_bytes(coded.tobytes())


def drawn(frame: Frame, change: Change) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """A copy of the frame's picture with the event's subjects boxed and named."""
    canvas = frame.image.copy()
    thick = max(1, round(frame.height / 300))
    for subject in change.data.subjects:
        x1, y1, x2, y2 = subject.box
        upper = (round(x1 * frame.width), round(y1 * frame.height))
        cv2.rectangle(canvas, upper, (round(x2 * frame.width), round(y2 * frame.height)), (60, 60, 235), thick)
        text = f"{subject.track} {subject.class_name} {subject.score:.2f} {subject.dwell_s:.0f}s"
        place = (upper[0], max(12, upper[1] - 4))
        cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4 * thick, (60, 60, 235), thick, cv2.LINE_AA)
    return canvas


def analyze(
    recordings: Sequence[CameraSettings],
    load: Load,
    clock: Clock,
    *,
    site: Site | None = None,
    pictures: Path | None = None,
    watch: Watch | None = None,
    stop: threading.Event | None = None,
) -> tuple[Summary, list[Event]]:
    """Walk each recording to its end, one after another.

    ``recordings``: cameras whose source is a file, played as fast as possible whatever they say. A recording without
    ``start_at`` begins where the one before it ended, the first now. ``pictures``: a folder for a picture of each
    event. Never raises because of a file.
    """
    site = site or Site()
    summary, events = Summary(), list[Event]()
    began, cpu_began = perf_counter(), process_time()
    next_at: datetime | None = None
    for settings in recordings:
        start_at = settings.start_at or next_at or clock.now()
        camera = settings.model_copy(update={"start_at": start_at, "as_fast_as_possible": True, "loop": False})
        collector = Collector(source_name(site.site, site.edge, camera.name), len(events), pictures)
        walked_s = _walk(camera, load(), collector, summary, clock=clock, site=site, watch=watch, stop=stop)
        events += collector.events
        next_at = start_at + timedelta(seconds=walked_s)
    summary.wall_s, summary.cpu_s = perf_counter() - began, process_time() - cpu_began
    opened = Counter(event.data.rule.name for event in events if event.data.phase is Phase.OPENED)
    summary.events = dict(sorted(opened.items()))
    return summary, events


def _walk(
    camera: CameraSettings,
    detector: Detector,
    collector: Collector,
    summary: Summary,
    *,
    clock: Clock,
    site: Site,
    watch: Watch | None,
    stop: threading.Event | None,
) -> float:
    """Walk one recording into ``collector`` and ``summary``. Returns the seconds of video that there were."""
    stop = stop or threading.Event()
    source = open_source(camera, clock, stop)
    walked_s = 0.0

    def watched(frame: Frame, tracks: Sequence[Track]) -> None:
        nonlocal walked_s
        walked_s = frame.pts_s
        if watch is not None:
            watch(camera, source.duration_s, frame, tracks)

    worker = Worker(
        camera,
        source,
        detector,
        collector,
        site_source=source_name(site.site, site.edge, camera.name),
        timezone=ZoneInfo(site.timezone),
        min_score=site.min_score,
        watch=watched,
    )
    worker.run(stop)
    _add(summary, camera, worker, walked_s)
    return walked_s


def _add(summary: Summary, camera: CameraSettings, worker: Worker, video_s: float) -> None:
    counters = worker.counters
    summary.files += 1
    summary.frames += counters.frames
    summary.video_s += video_s
    summary.inferences += worker.inferences
    summary.model = worker.model.name
    for stage, seconds in worker.spent.seconds.items():
        summary.stages[stage] += seconds
    if counters.error is not None or counters.state is CameraState.OFFLINE:
        summary.faults[camera.source] = counters.error or "no picture"
