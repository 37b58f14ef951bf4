"""The real walk over one recording, with everything that a scorer or a benchmark wants to know of it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import perf_counter
from zoneinfo import ZoneInfo

from contract.event import Event, Phase
from edge.capture import Source, open_source
from edge.clock import SystemClock
from edge.collector import Collector, Site
from edge.evaluate.given import Thinned
from edge.evaluate.sight import Look, look
from edge.settings import CameraSettings
from edge.values import Frame, Track
from edge.worker import Spent, Worker
from models.detector import Detector

BEGIN = datetime(2026, 1, 1, 5, 0, tzinfo=UTC)
"""When a recording that says nothing begins: noon in Việt Nam."""


@dataclass(slots=True, kw_only=True)
class Walked:
    """What one walk gave. ``size``: width, height; ``looks``: one a frame; ``stages_s``: see `edge.worker.Spent`."""

    size: tuple[int, int] = (0, 0)
    looks: list[Look] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    inferences: int = 0
    model: str = ""
    stages_s: dict[str, float] = field(default_factory=dict)
    fault: str | None = None
    begin: datetime = BEGIN

    @property
    def stamps_s(self) -> list[float]:
        """The time of each frame."""
        return [one.at_s for one in self.looks]

    def opened_s(self, rule: str) -> list[float]:
        """When events of a rule were opened: the time of the frame on which each was told."""
        return [
            (event.time - self.begin).total_seconds()
            for event in self.events
            if event.data.rule.name == rule and event.data.phase is Phase.OPENED
        ]


def walk(
    camera: CameraSettings,
    detector: Detector,
    *,
    site: Site | None = None,
    timer: Callable[[], float] = perf_counter,
    progress: Callable[[float, float | None], None] | None = None,
    only: Sequence[int] | None = None,
) -> Walked:
    """Walk ``camera``'s file to its end, as fast as it decodes. ``timer``: by which clock the stages are measured.

    ``only``: the numbers, from 1, of the frames that are walked; by default every one.
    ``progress``: is told the seconds walked and those that the file promises. Never raises because of the file: what
    was wrong with it is ``fault``.
    """
    site, stop = site or Site(), threading.Event()
    begin = camera.start_at or BEGIN
    camera = camera.model_copy(update={"start_at": begin, "as_fast_as_possible": True, "loop": False})
    source: Source = open_source(camera, SystemClock(), stop)
    if only is not None:
        source = Thinned(source, only)
    collector = Collector(site.source(camera.name), 0, None)
    walked = Walked(begin=begin)

    stamps_s: set[float] = set()

    def watch(frame: Frame, tracks: Sequence[Track]) -> None:
        walked.size = (frame.width, frame.height)
        stamps_s.add(round(frame.pts_s, 4))
        stamps_s.update(round(packet.pts_s, 4) for packet in frame.packets)
        walked.looks.append(look(frame, tracks))
        if progress is not None:
            progress(frame.pts_s, source.duration_s)

    worker = Worker(
        camera,
        source,
        detector,
        collector,
        site_source=site.source(camera.name),
        timezone=ZoneInfo(site.timezone),
        min_score=site.min_score,
        watch=watch,
    )
    worker.spent = Spent(timer)
    worker.run(stop)
    walked.looks = _filled(walked.looks, sorted(stamps_s))
    walked.events, walked.inferences, walked.model = collector.events, worker.inferences, worker.model.name
    walked.stages_s, walked.fault = worker.spent.seconds, worker.counters.error
    return walked


def _filled(looks: Sequence[Look], stamps_s: Sequence[float]) -> list[Look]:
    """One look a frame of the file: those that were not decoded (`edge.rest`) are as the one before them."""
    own = {round(one.at_s, 4): one for one in looks}
    filled: list[Look] = []
    for at_s in stamps_s:
        if at_s in own:
            filled.append(own[at_s])
        elif filled:
            people = tuple(replace(person, is_seen=False) for person in filled[-1].people)
            filled.append(Look(at_s=at_s, people=people))
    return filled
