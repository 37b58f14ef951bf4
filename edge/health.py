"""What the edge says of itself: the heartbeat from its workers' counters, and OpenMetrics where a port is set."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from contract.event import ModelRef
from contract.health import CameraHealth, CameraState, ConfigState, HealthData, PictureState
from edge.clock import Clock
from edge.outbox import Outbox


class CameraStatus(Protocol):
    """One camera since the edge's start. Counters only grow, restarts of its worker included; any thread may read."""

    @property
    def camera(self) -> str:
        """Its name."""
        ...

    @property
    def label(self) -> str:
        """What officers call it."""
        ...

    @property
    def state(self) -> CameraState:
        """What it is doing."""
        ...

    @property
    def last_frame_at(self) -> datetime | None:
        """When its newest frame was captured."""
        ...

    @property
    def up_s(self) -> float:
        """Seconds in which frames arrived that showed the scene."""
        ...

    @property
    def picture(self) -> PictureState | None:
        """What its pictures are worth; None while nobody has looked."""
        ...

    @property
    def clock_offset_ms(self) -> int | None:
        """Its own clock minus the edge's; None while it is not known."""
        ...

    @property
    def unit(self) -> str:
        """Khóm or ấp."""
        ...

    @property
    def frames(self) -> int:
        """Frames that arrived."""
        ...

    @property
    def dropped(self) -> int:
        """Frames that made place for a newer one."""
        ...

    @property
    def inferences(self) -> int:
        """How often the model ran."""
        ...

    @property
    def detections_dropped(self) -> int:
        """Looks of the model that it did without, as other cameras came first."""
        ...

    @property
    def reconnects(self) -> int:
        """How often it was lost and sought again."""
        ...

    @property
    def error(self) -> str | None:
        """Why there is no picture; None while all is well."""
        ...


class HealthReport:
    """Reads the cameras, the journal and the disk into one heartbeat. ``read`` belongs to one thread."""

    def __init__(
        self,
        cameras: Sequence[CameraStatus],
        outbox: Outbox,
        clock: Clock,
        *,
        data_dir: Path,
        model: ModelRef,
        config_version: Callable[[], str],
        detect_share: Callable[[], float] = lambda: 1.0,
        config: Callable[[str], ConfigState | None] = lambda _camera: None,
        config_refused: Callable[[], str] = lambda: "",
    ) -> None:
        """``detect_share``: the share of the asked looks that the detector grants now. ``config``: what came of the
        server's configuration of a camera; ``config_refused``: why the latest could not be read."""
        self._cameras = cameras
        self._outbox = outbox
        self._clock = clock
        self._data_dir = data_dir
        self._model = model
        self._config_version = config_version
        self._detect_share = detect_share
        self._config = config
        self._config_refused = config_refused
        self._started_at = clock.now()
        self._read_s = clock.mono_s()
        self._before = dict.fromkeys((camera.camera for camera in cameras), (0, 0))

    def read(self) -> HealthData:
        """The state now; frame rates since the reading before."""
        now_s = self._clock.mono_s()
        passed_s, self._read_s = max(0.001, now_s - self._read_s), now_s
        depth = self._outbox.depth()
        oldest_s = 0.0 if depth.oldest_at is None else self._clock.now().timestamp() - depth.oldest_at
        return HealthData(
            session=self._outbox.session,
            started_at=self._started_at,
            software=version("camera-an-ninh"),
            cameras=tuple(self._camera(camera, passed_s) for camera in self._cameras),
            outbox_depth=depth.messages,
            outbox_oldest_s=max(0.0, oldest_s),
            evidence_pending=depth.evidence,
            detect_share=self._detect_share(),
            disk_free_bytes=shutil.disk_usage(self._data_dir).free,
            config_version=self._config_version(),
            config_refused=self._config_refused(),
            model=self._model,
        )

    def _camera(self, camera: CameraStatus, passed_s: float) -> CameraHealth:
        frames, inferences = now = camera.frames, camera.inferences
        before, self._before[camera.camera] = self._before[camera.camera], now
        return CameraHealth(
            camera=camera.camera,
            label=camera.label,
            state=camera.state,
            last_frame_at=camera.last_frame_at,
            up_s=camera.up_s,
            fps=max(0.0, (frames - before[0]) / passed_s),
            frames=frames,
            dropped=camera.dropped,
            inferences=inferences,
            detect_fps=max(0.0, (inferences - before[1]) / passed_s),
            detections_dropped=camera.detections_dropped,
            reconnects=camera.reconnects,
            error=camera.error,
            picture=camera.picture,
            clock_offset_ms=camera.clock_offset_ms,
            unit=camera.unit,
            config=self._config(camera.camera),
        )


class Metrics:
    """A collector for prometheus_client: reads the counters when it is scraped, so that nothing is counted twice."""

    def __init__(
        self, cameras: Sequence[CameraStatus], outbox: Outbox, detect_share: Callable[[], float] = lambda: 1.0
    ) -> None:
        self._cameras = cameras
        self._outbox = outbox
        self._detect_share = detect_share

    def collect(self) -> Iterator[Metric]:
        """The metrics now."""
        yield self._each("anninh_camera_up", "1 while frames arrive", self._up())
        yield self._each("anninh_camera_picture_ok", "1 while its pictures are in order", self._in_order())
        for name, text in (
            ("frames", "Frames that arrived"),
            ("dropped", "Frames that made place for a newer one"),
            ("inferences", "How often the model ran"),
            ("detections_dropped", "Looks of the model that it did without, as other cameras came first"),
            ("reconnects", "How often the camera was lost and sought again"),
        ):
            family = CounterMetricFamily(f"anninh_camera_{name}", text, labels=["camera"])
            for camera in self._cameras:
                family.add_metric([camera.camera], float(getattr(camera, name)))
            yield family
        yield GaugeMetricFamily("anninh_detect_share", "Share of the asked looks that is granted", self._detect_share())
        depth = self._outbox.depth()
        yield GaugeMetricFamily("anninh_outbox_depth", "Messages without a receipt", float(depth.messages))
        yield GaugeMetricFamily("anninh_evidence_pending", "Evidence the server does not have", float(depth.evidence))

    def _up(self) -> Iterable[tuple[str, float]]:
        return ((camera.camera, float(camera.state is CameraState.ONLINE)) for camera in self._cameras)

    def _in_order(self) -> Iterable[tuple[str, float]]:
        return (
            (camera.camera, float(camera.picture is PictureState.OK and camera.state is CameraState.ONLINE))
            for camera in self._cameras
        )

    @staticmethod
    def _each(name: str, text: str, values: Iterable[tuple[str, float]]) -> Metric:
        family = GaugeMetricFamily(name, text, labels=["camera"])
        for camera, value in values:
            family.add_metric([camera], value)
        return family


def serve_metrics(
    port: int, cameras: Sequence[CameraStatus], outbox: Outbox, detect_share: Callable[[], float] = lambda: 1.0
) -> None:
    """OpenMetrics on ``http://127.0.0.1:port/metrics`` for as long as the process lives. Raises OSError."""
    registry = CollectorRegistry()
    registry.register(Metrics(cameras, outbox, detect_share))
    start_http_server(port, addr="127.0.0.1", registry=registry)
