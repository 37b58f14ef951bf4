"""The edge's settings: typed, frozen; an unknown key stops the start and names its path. Manual: configs/edge.yaml."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, FiniteFloat, model_validator

from contract import config, topics
from contract.config import BrokerSettings, Part, TimeZone
from contract.event import Severity
from contract.names import Label, Slug
from contract.zones import Line, Point, Zone
from edge.ground import Ground
from edge.healthsettings import HealthKind, HealthSettings, rule_name
from edge.kinds import KINDS, RuleKind

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


class Effective(Part):
    """The days on which a rule asks, in local time: from ``start`` up to, not including, ``end``."""

    model_config = ConfigDict(validate_by_name=True)

    start: date | None = Field(default=None, alias="from")
    end: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"to ({self.end}) must lie after from ({self.start})")
        return self

    def holds(self, day: date) -> bool:
        """Is ``day`` within these days?"""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


RuleMode = Literal["active", "trial", "off"]


class RuleSettings(Part):
    """One question asked of one camera's tracks. Seconds are seconds of the stream's own clock. What is left out is as
    its kind has it (``edge.kinds``), else as here."""

    name: Slug
    kind: RuleKind
    zone: Slug | None = None
    line: Slug | None = None
    until_line: Slug | None = None
    """Where the stretch that begins at ``line`` ends."""
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
    """After closing, the same rule and place (or subject, as ``edge.kinds`` says) stay silent so long (0: never)."""
    at_least: int = Field(default=1, ge=1, le=100)
    """How many it takes (crowd, parked_motorbikes, racing, fight)."""
    radius_m: float = Field(default=2.0, gt=0.0, le=50.0)
    """How close is together: metres where the camera is calibrated, else by the height of a person (1.65 m)."""
    window_s: float = Field(default=10.0, gt=0.0, le=600.0)
    """Within so many seconds the racing group passes."""
    times_usual: float = Field(default=1.5, ge=1.0, le=20.0)
    """Racing: fast is so many times what 85 of 100 vehicles keep to here."""
    limit_kmh: float | None = Field(default=None, gt=0.0, le=300.0)
    """Speeding: faster than this. Racing: instead of ``times_usual``, where the camera is calibrated."""
    hours: Annotated[Hours | None, BeforeValidator(Hours.parse)] = None
    effective: Effective | None = None
    severity: Severity = Severity.MEDIUM
    mode: RuleMode = "active"

    @model_validator(mode="before")
    @classmethod
    def _as_its_kind_has_it(cls, value: Any) -> Any:
        kind = value.get("kind") if isinstance(value, dict) else None
        return {**KINDS[kind].defaults, **value} if isinstance(kind, str) and kind in KINDS else value

    @model_validator(mode="after")
    def _has_its_place(self) -> Self:
        keys = ("zone", "line", "until_line")
        places = KINDS[self.kind].places
        if {key for key in keys if getattr(self, key) is not None} not in places:
            needed = " or ".join(" and ".join(f"`{key}`" for key in keys if key in place) for place in places)
            raise ValueError(f"rule {self.name!r}: {self.kind} needs {needed}, and no other place")
        return self


Mask = Annotated[tuple[Point, ...], Field(min_length=3, max_length=64)]
"""A polygon; its points are fractions of the picture."""


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
    masks: tuple[Mask, ...] = Field(default=(), max_length=32)
    """Privacy: painted over in every picture before anything looks at it, shows it or stores it."""
    zones: dict[Slug, Zone] = Field(default_factory=dict)
    lines: dict[Slug, Line] = Field(default_factory=dict)
    calibration: Calibration | None = None
    guard_s: float = Field(default=3.0, ge=0.0, le=60.0)
    """After the light changed everywhere, rules are silent for so long (0: not at all)."""
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
            for line in (rule.line, rule.until_line):
                if line is not None and line not in self.lines:
                    raise ValueError(f"rule {rule.name!r}: line {line!r} is not among {sorted(self.lines)}")
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
