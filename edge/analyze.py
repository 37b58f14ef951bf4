"""The walk over recordings, offline, as fast as the machine allows: the same stages, the same events."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from zoneinfo import ZoneInfo

from contract.event import Event, Phase
from edge.capture import open_source
from edge.clock import Clock
from edge.collector import Collector, Site
from edge.settings import CameraSettings
from edge.values import Frame, Track
from edge.worker import STAGES, Load, Worker

Watch = Callable[[CameraSettings, float | None, Frame, Sequence[Track]], None]
"""Sees every frame with its tracks, and the seconds that the recording promises to have."""


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
        collector = Collector(site.source(camera.name), len(events), pictures)
        walked_s = _walk(camera, load, collector, summary, clock=clock, site=site, watch=watch, stop=stop)
        events += collector.events
        next_at = start_at + timedelta(seconds=walked_s)
    summary.wall_s, summary.cpu_s = perf_counter() - began, process_time() - cpu_began
    opened = Counter(event.data.rule.name for event in events if event.data.phase is Phase.OPENED)
    summary.events = dict(sorted(opened.items()))
    return summary, events


def _walk(
    camera: CameraSettings,
    load: Load,
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
        load(),
        collector,
        site_source=site.source(camera.name),
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
    if counters.error is not None:
        summary.faults[camera.source] = counters.error
