"""The edge's settings: typed, frozen; an unknown key stops the start and names its path. Manual: configs/edge.yaml."""

from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from contract import config, topics
from contract.config import BrokerSettings, Part, TimeZone
from contract.event import Severity
from contract.names import Label, Slug
from contract.zones import Line, Zone
from edge.healthsettings import HealthKind, HealthSettings, rule_name

MANUAL = "configs/edge.yaml"


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("needs a zone, e.g. 2026-03-02T19:00:00+07:00")
    return at


class Hours(Part):
    """Local hours in which a rule asks; ``from`` later than ``to`` runs past midnight. Half-open."""

    begin: time
    end: time

    @classmethod
    def parse(cls, value: Any) -> Any:
        """``"22:00-05:00"`` → Hours."""
        if not isinstance(value, str):
            return value
        begin, separator, end = value.partition("-")
        if not separator:
            raise ValueError('write hours as "22:00-05:00"')
        return cls(begin=time.fromisoformat(begin.strip()), end=time.fromisoformat(end.strip()))

    def holds(self, local: time) -> bool:
        """Is ``local`` within these hours?"""
        if self.begin < self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end


VEHICLES = ("bicycle", "car", "motorcycle", "bus", "truck")

RuleKind = Literal["intrusion", "line_crossing", "loitering", "static_object"]
RuleMode = Literal["active", "trial", "off"]


class RuleSettings(Part):
    """One question asked of one camera's tracks. Seconds are seconds of the stream's own clock."""

    name: Slug
    kind: RuleKind
    zone: Slug | None = None
    line: Slug | None = None
    direction: Literal["forward", "backward", "both"] = "both"
    classes: tuple[str, ...] = ("person",)
    min_score: float = Field(default=0.3, ge=0.0, le=1.0)
    dwell_s: float = Field(default=3.0, ge=0.0)
    """How long the condition must hold before the event opens (0: at once)."""
    grace_s: float = Field(default=2.0, ge=0.0)
    """A gap this long (occlusion, a missed detection) does not end the dwell."""
    close_s: float = Field(default=5.0, ge=0.5)
    """An open event closes when the rule has not held for this long; the clip runs on for it."""
    cool_s: float = Field(default=300.0, ge=0.0)
    """After closing, the same rule and place stay silent for this long (0: never)."""
    hours: Annotated[Hours | None, BeforeValidator(Hours.parse)] = None
    severity: Severity = Severity.MEDIUM
    mode: RuleMode = "active"

    @model_validator(mode="after")
    def _has_its_place(self) -> Self:
        if self.kind == "line_crossing":
            if self.line is None or self.zone is not None:
                raise ValueError(f"rule {self.name!r}: a line_crossing needs `line`, not `zone`")
        elif self.zone is None or self.line is not None:
            raise ValueError(f"rule {self.name!r}: {self.kind} needs `zone`, not `line`")
        return self


def _is_address(text: str) -> bool:
    return urlsplit(text).scheme in {"rtsp", "rtsps", "http", "https"}


class CameraSettings(Part):
    """One camera: where its pictures come from, its zones and lines, its rules."""

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
    zones: dict[Slug, Zone] = Field(default_factory=dict)
    lines: dict[Slug, Line] = Field(default_factory=dict)
    rules: tuple[RuleSettings, ...] = ()
    health: HealthSettings = HealthSettings()
    """What is watched of the camera itself; all of it is on by default."""

    @model_validator(mode="after")
    def _places_exist(self) -> Self:
        if self.record is not None and not _is_address(self.record):
            raise ValueError(f"camera {self.name!r}: record must be rtsp://… or http://…")
        if self.record is not None and not _is_address(self.source):
            raise ValueError(f"camera {self.name!r}: record goes with a live source (rtsp://… or http://…)")
        names = [rule.name for rule in self.rules]
        if len(set(names)) != len(names):
            raise ValueError(f"camera {self.name!r}: two rules have the same name")
        taken = {rule_name(kind) for kind in get_args(HealthKind)} & set(names)
        if taken:
            raise ValueError(f"camera {self.name!r}: {min(taken)!r} is the name of a rule about the camera itself")
        for rule in self.rules:
            if rule.zone is not None and rule.zone not in self.zones:
                raise ValueError(f"rule {rule.name!r}: zone {rule.zone!r} is not among {sorted(self.zones)}")
            if rule.line is not None and rule.line not in self.lines:
                raise ValueError(f"rule {rule.name!r}: line {rule.line!r} is not among {sorted(self.lines)}")
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
    longest_s: float = Field(default=60.0, ge=5.0, le=600.0)
    """A longer event's clip is cut here; what follows has only its picture."""

    @model_validator(mode="after")
    def _has_time_after_the_opening(self) -> Self:
        if self.longest_s <= self.before_s:
            raise ValueError(f"longest_s ({self.longest_s:g}) must be more than before_s ({self.before_s:g})")
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
