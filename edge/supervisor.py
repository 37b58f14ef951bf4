"""Builds one edge and keeps it running: a thread for each camera, one for the broker, one for uploads."""

import fcntl
import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from contract.event import Evidence, Phase, Status
from edge import cameraclock, offline
from edge.budget import Budget
from edge.camera import Camera
from edge.cameraclock import CameraClocks
from edge.capture import Source, masked, open_source
from edge.clip import Recorder
from edge.clock import Clock, SystemClock
from edge.detectors import Detectors
from edge.event import config_version
from edge.evidence import EvidenceFolder
from edge.health import HealthReport, serve_metrics
from edge.mqtt import Link
from edge.notice import Notices
from edge.offline import Offline
from edge.outbox import Outbox, OutboxError
from edge.reconfigure import Reconfigure
from edge.settings import CameraSettings, EdgeSettings
from edge.signals import stop_on_signals
from edge.turns import Turns
from edge.upload import Uploader
from edge.values import Change
from edge.worker import Worker
from models import registry

Opener = Callable[[CameraSettings, Clock, threading.Event], Source]

log = structlog.get_logger(__name__)

CAMERAS_STOP_S = 2.5
"""Cameras close their events and clips in this time when the edge stops; the whole stop takes less than 5 s."""
_RESTARTED = "the edge was restarted while the event was open"


class StartError(RuntimeError):
    """The edge cannot start; the text says what is missing and the cure."""


def run(settings: EdgeSettings) -> None:
    """Run an edge until SIGTERM or SIGINT. Raises StartError. Belongs to the main thread."""
    stop = stop_on_signals()
    with _owned(settings.data_dir):
        Edge(settings, SystemClock(), stop).run()


class Edge:
    """One edge. ``run`` returns once ``stop`` is set and everything has ended; it never raises after the start."""

    def __init__(
        self, settings: EdgeSettings, clock: Clock, stop: threading.Event, *, sources: Opener | None = None
    ) -> None:
        """Loads the model and opens the journal. ``sources`` opens a camera's source, by default in a process
        of its own where the camera asks for it. Raises StartError."""
        self._sources = sources or _isolated
        self._settings = settings
        self._clock = clock
        self._stop = stop
        self._evidence = settings.data_dir / "evidence"
        self._recorders: dict[str, Recorder] = {}
        try:
            self._detectors = Detectors(settings.model, clock)
        except registry.ModelError as error:
            raise StartError(f"model: {error}") from error
        try:
            self._outbox = Outbox(settings.data_dir / "outbox.db", site=settings.site, edge=settings.edge, clock=clock)
            self._clear_up()
        except (OutboxError, OSError) as error:
            raise StartError(f"{settings.data_dir} (data_dir) cannot be used: {error}") from error
        self._reconfigure = Reconfigure(settings, clock)
        self._budget = Budget(self._outbox, EvidenceFolder(self._evidence), settings.disk_budget_mb * 1_000_000)
        self._uploader = Uploader(settings.server, self._outbox, self._evidence, clock)
        self._cameras = [self._camera(one) for one in settings.cameras]
        self._offline, self._clocks = self._watches()
        self._health = HealthReport(
            self._cameras,
            self._outbox,
            clock,
            data_dir=settings.data_dir,
            model=self._detectors.model,
            config_version=lambda: edge_version(self._reconfigure.cameras),
            detect_share=self._detectors.share,
            config=self._reconfigure.state,
            config_refused=lambda: self._reconfigure.refused,
        )
        if settings.metrics_port is not None:
            try:
                serve_metrics(settings.metrics_port, self._cameras, self._outbox, self._detectors.share)
            except OSError as error:
                raise StartError(f"metrics_port {settings.metrics_port}: {error.strerror}; name another") from error
        try:
            self._link = Link(
                settings,
                self._outbox,
                clock,
                health=self._health.read,
                take_picture=self._take_picture,
                configure=self._reconfigure.heed,
                settings_of=self._reconfigure.told,
            )
        except OSError as error:
            raise StartError(f"broker.password_file or broker.ca_file cannot be read: {error}") from error

    def run(self) -> None:
        """Start everything, wait for ``stop``, end everything."""
        log.info("edge_started", site=self._settings.site, edge=self._settings.edge, session=self._outbox.session)
        self._link.start()
        self._uploader.start()
        for camera in self._cameras:
            camera.start()
        # Both end with the process: they wait on nothing but a camera's answer, for seconds.
        for watch in (self._offline, self._clocks):
            threading.Thread(target=watch.run, args=(self._stop,), name=type(watch).__name__, daemon=True).start()
        self._stop.wait()
        log.info("edge_stopping")
        self._end()

    @property
    def cameras(self) -> Sequence[Camera]:
        """Its cameras, each with its counters."""
        return self._cameras

    @property
    def turns(self) -> Turns | None:
        """How the cameras share the detector; None where each has its own."""
        return self._detectors.turns

    @property
    def outbox(self) -> Outbox:
        """Its journal."""
        return self._outbox

    def _end(self) -> None:
        until_s = self._clock.mono_s() + CAMERAS_STOP_S
        late = [camera.camera for camera in self._cameras if not camera.join(until_s - self._clock.mono_s())]
        if late:
            log.warning("cameras_late", cameras=late)
        self._link.stop()
        self._uploader.stop()
        depth = self._outbox.depth()
        self._outbox.close()
        log.info("edge_stopped", events_waiting=depth.messages, evidence_waiting=depth.evidence)

    def _watches(self) -> tuple[Offline, CameraClocks]:
        """What watches the cameras from outside their walks; both take up what was open before."""
        settings = self._settings
        notices = Notices(source=settings.source_name, status=Status(settings.status))
        pairs = list(zip(settings.cameras, self._cameras, strict=True))
        before, put, clock = self._outbox.open_events(), self._outbox.put, self._clock
        return (
            Offline(pairs, put, clock, notices, edge=settings.edge, before=before),
            CameraClocks(pairs, put, clock, notices, before=before),
        )

    def _camera(self, settings: CameraSettings) -> Camera:
        return Camera(
            settings.name,
            settings.label,
            lambda: self._worker(self._reconfigure.camera(settings.name)),
            self._clock,
            self._stop,
            skipped=lambda: self._detectors.skipped(settings),
            unit=settings.unit,
        )

    def _worker(self, camera: CameraSettings) -> Worker:
        """A new worker with a recorder of its own. Raises ModelError, ValueError."""
        log.info("camera_starts", camera=camera.name, source=masked(camera.source))
        recorder = Recorder(
            camera.name,
            self._settings.clip,
            self._evidence,
            self._outbox.put,
            preview=self._uploader.offer_picture,
            stopping=self._stop,
            make_room=self._budget.make_room,
        )
        self._recorders[camera.name] = recorder
        return Worker(
            camera,
            self._sources(camera, self._clock, self._stop),
            self._detectors.take(camera),
            recorder,
            site_source=self._settings.source_name(camera.name),
            timezone=ZoneInfo(self._settings.timezone),
            status=Status(self._settings.status),
            min_score=self._settings.model.min_score,
            camera_offset_ms=lambda: self._clock_offset_ms(camera.name),
            wanted=lambda: self._reconfigure.camera(camera.name),
        )

    def _clock_offset_ms(self, camera: str) -> int | None:
        return next((one.clock_offset_ms for one in self._cameras if one.camera == camera), None)

    def _take_picture(self, camera: str) -> None:
        recorder = self._recorders.get(camera)
        if recorder is None:
            log.warning("picture_of_unknown_camera", camera=camera, known=sorted(self._recorders))
        else:
            recorder.take_preview()

    def _clear_up(self) -> None:
        """Close what a run that was killed left open, outages excepted, and delete files that nothing names."""
        cameras = self._settings.cameras
        for change in self._outbox.open_events():
            if offline.takes_up(change, cameras, self._settings.edge) or cameraclock.takes_up(change, cameras):
                continue
            self._outbox.put(closed_orphan(change))
            log.warning("event_closed_after_restart", camera=change.camera, event_id=str(change.data.event_id))
        EvidenceFolder(self._evidence).sweep({job.sha256 for job in self._outbox.evidence()})


def closed_orphan(change: Change) -> Change:
    """The closing of an event whose edge died: it ended when it was last seen, and has no clip."""
    picture = next(
        (part for part in change.data.evidence if part.kind == "picture"),
        Evidence(kind="picture", missing=_RESTARTED),
    )
    data = change.data.model_copy(
        update={
            "revision": change.data.revision + 1,
            "phase": Phase.CLOSED,
            "ended_at": change.data.last_seen_at,
            "evidence": (picture, Evidence(kind="clip", missing=_RESTARTED)),
        }
    )
    return replace(change, data=data)


def edge_version(cameras: Sequence[CameraSettings]) -> str:
    """16 hexadecimal digits that change when a camera's settings do."""
    versions = "\n".join(sorted(f"{camera.name} {config_version(camera)}" for camera in cameras))
    return hashlib.sha256(versions.encode()).hexdigest()[:16]


def _isolated(camera: CameraSettings, clock: Clock, stop: threading.Event) -> Source:
    return open_source(camera, clock, stop, in_own_process=True)


@contextmanager
def _owned(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process alone. Raises StartError while another edge does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise StartError(f"{folder} (data_dir) cannot be written: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StartError(f"another edge runs on {folder}; stop it, or give this one its own data_dir") from error
        yield
