"""The edge's settings: typed, frozen; an unknown key stops the start and names its path. Manual: configs/edge.yaml."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, FiniteFloat, model_validator

from contract import config, topics
from contract.config import BrokerSettings, Part, TimeZone
from contract.drawing import Drawing
from contract.kinds import KINDS
from contract.names import Label, Slug
from contract.rule import RuleSettings
from contract.zones import Mask, Point
from edge.ground import Ground
from edge.healthsettings import HealthKind, HealthSettings, rule_name

__all__ = ["MANUAL", "Calibration", "CameraSettings", "EdgeSettings", "Mask", "RuleSettings", "load", "parse"]

MANUAL = "configs/edge.yaml"


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("needs a zone, e.g. 2026-03-02T19:00:00+07:00")
    return at


def _is_address(text: str) -> bool:
    return urlsplit(text).scheme in {"rtsp", "rtsps", "http", "https"}


class CalibrationPoint(Part):
    """One point that is known in the picture (fractions of it) and on the ground (metres, any axes)."""

    image: Point
    ground: tuple[FiniteFloat, FiniteFloat]


class Calibration(Part):
    """Four points of flat ground: with them distances are in metres and speeds in km/h."""

    points: Annotated[tuple[CalibrationPoint, ...], Field(min_length=4, max_length=4)]

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        self.ground()
        return self

    def ground(self) -> Ground:
        """The map from picture to ground. Raises ValueError for points that give none."""
        return Ground([one.image for one in self.points], [one.ground for one in self.points])


class CameraSettings(Drawing):
    """One camera: where its pictures come from, and what is drawn on them and asked of them."""

    name: Slug
    label: Label = ""
    """What officers call it; shown on screen."""
    unit: Label = ""
    """Khóm or ấp: cameras of one unit that go down together are one event. Empty: the edge as a whole."""
    source: str
    """A file, ``rtsp://…``, ``http://…`` (MJPEG; HLS: ``….m3u8``), ``webcam:0`` or ``sim:street?seed=7``. Its
    credentials are never logged."""
    record: str | None = None
    """The same camera's large stream: clips are of its packets, which are never decoded. ``rtsp://…`` or ``http://…``."""
    isolate: bool = True
    """Decode in a process of its own: what crashes there costs this camera a restart, and no other one anything."""
    start_at: Annotated[datetime, AfterValidator(_aware)] | None = None
    """A recording's own start time; without it the time of opening."""
    as_fast_as_possible: bool = False
    """A file is played at its own speed, or (true) as fast as it decodes."""
    loop: bool = False
    detect_fps: float = Field(default=5.0, gt=0.0)
    """At most this many detections per second of stream time."""
    calibration: Calibration | None = None
    guard_s: float = Field(default=3.0, ge=0.0, le=60.0)
    """After the light changed everywhere, rules are silent for so long (0: not at all)."""
    health: HealthSettings = HealthSettings()
    """What is watched of the camera itself; all of it is on by default."""

    @model_validator(mode="after")
    def _is_of_one_piece(self) -> Self:
        if self.record is not None and not _is_address(self.record):
            raise ValueError(f"camera {self.name!r}: record must be rtsp://… or http://…")
        if self.record is not None and not _is_address(self.source):
            raise ValueError(f"camera {self.name!r}: record goes with a live source (rtsp://… or http://…)")
        taken = {rule_name(kind) for kind in get_args(HealthKind)} & {rule.name for rule in self.rules}
        if taken:
            raise ValueError(f"camera {self.name!r}: {min(taken)!r} is the name of a rule about the camera itself")
        for rule in self.rules:
            if KINDS[rule.kind].needs_calibration and self.calibration is None:
                raise ValueError(f"rule {rule.name!r}: {rule.kind} needs the camera's `calibration`")
        return self


def _server_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write http://host:port or https://host")
    return url


class ServerSettings(Part):
    """Where evidence goes."""

    url: Annotated[str, AfterValidator(_server_url)] = "http://127.0.0.1:8000"
    token_file: Path | None = None
    """A file that holds this edge's token, as ``anninh server edge-token`` printed it."""


class ModelSettings(Part):
    """Which detector. ``name``: ``auto`` takes the best that is here and passes its self-test."""

    name: str = "auto"
    weights: Path | None = None
    threads: int = Field(default=1, ge=1)
    min_score: float = Field(default=0.25, ge=0.0, le=1.0)


class ClipSettings(Part):
    """Evidence clips."""

    before_s: float = Field(default=5.0, ge=0.0, le=60.0)
    after_s: float = Field(default=5.0, ge=0.0, le=60.0)
    """The clip runs on for so long after the event was last seen, also where its rule's ``close_s`` is shorter."""
    longest_s: float = Field(default=60.0, ge=5.0, le=600.0)
    """Of a longer event the first half of this is kept, and the last half."""
    picture_every_s: float = Field(default=60.0, ge=10.0)
    """A picture of an event that goes on, so often; of a long one they lie further apart, 16 at most."""

    @model_validator(mode="after")
    def _has_time_after_the_opening(self) -> Self:
        if self.longest_s <= 2 * self.before_s:
            raise ValueError(
                f"longest_s ({self.longest_s:g}) must be more than twice before_s ({self.before_s:g}): "
                "half of it shows the beginning"
            )
        return self


class EdgeSettings(Part):
    """One edge box near the cameras."""

    site: Slug
    edge: Slug
    timezone: TimeZone = "Asia/Ho_Chi_Minh"
    status: Literal["actual", "exercise", "test"] = "actual"
    data_dir: Path = Path("var/edge")
    broker: BrokerSettings = BrokerSettings()
    server: ServerSettings = ServerSettings()
    model: ModelSettings = ModelSettings()
    clip: ClipSettings = ClipSettings()
    disk_budget_mb: int = Field(default=20_000, ge=10)
    """Megabytes (10^6 bytes) of evidence that wait for the server at most; then the least needed is deleted."""
    heartbeat_s: float = Field(default=10.0, gt=0.0)
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """OpenMetrics on ``http://127.0.0.1:{port}/metrics``; without it none."""
    cameras: Annotated[tuple[CameraSettings, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _cameras_differ(self) -> Self:
        names = [camera.name for camera in self.cameras]
        if len(set(names)) != len(names):
            raise ValueError("two cameras have the same name")
        return self

    def topic(self, channel: topics.Channel) -> str:
        """This edge's topic for a channel."""
        return topics.build(self.site, self.edge, channel)

    def source_name(self, camera: str | None = None) -> str:
        """The CloudEvents source of a camera, or of this edge itself."""
        return topics.source(self.site, self.edge, camera)


def load(path: Path) -> EdgeSettings:
    """The settings in a YAML file. Raises SettingsError that names the file, the key's path and what is wrong."""
    return config.read(path, EdgeSettings, MANUAL)


def parse(document: Any, where: str = "settings") -> EdgeSettings:
    """The settings in a document that was read already; ``where`` names it in errors."""
    return config.check(document, EdgeSettings, MANUAL, where)
