"""What is watched of the camera itself, and how patiently: the part ``health`` of a camera's settings."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from contract.config import Part
from contract.event import Severity
from contract.names import Slug

HealthKind = Literal[
    "camera_covered",
    "camera_moved",
    "camera_frozen",
    "camera_blurred",
    "camera_dark",
    "camera_bright",
    "camera_offline",
    "camera_clock_off",
]


class Watch(Part):
    """One thing that may be wrong with a camera."""

    mode: Literal["active", "trial", "off"] = "active"
    severity: Severity = Severity.HIGH
    dwell_s: float = Field(default=30.0, ge=0.0)
    """How long it must last before the event opens."""
    close_s: float = Field(default=5.0, ge=0.5)
    """An open event closes when all has been well for this long."""
    cool_s: float = Field(default=1800.0, ge=0.0)
    """After closing, silence for this long (0: none)."""


class Covered(Watch):
    """Texture and detail are gone, the picture is mostly one tone."""


class Moved(Watch):
    """The scene lies elsewhere in the picture, or is another."""

    dwell_s: float = Field(default=120.0, ge=0.0)


class Frozen(Watch):
    """The same picture again and again, though time stamps go on."""

    dwell_s: float = Field(default=60.0, ge=0.0)


class Blurred(Watch):
    """Far less sharp than this camera has been."""

    dwell_s: float = Field(default=120.0, ge=0.0)


class Dark(Watch):
    """Too dark to see anything."""

    severity: Severity = Severity.MEDIUM
    dwell_s: float = Field(default=300.0, ge=0.0)


class Bright(Watch):
    """Mostly white: dazzled or wrongly exposed."""

    severity: Severity = Severity.MEDIUM
    dwell_s: float = Field(default=300.0, ge=0.0)


class CameraRule(Watch):
    """A watch as events know it: a rule with a name and a kind, about the whole camera."""

    name: Slug
    kind: HealthKind


class Offline(Watch):
    """No frames. ``dwell_s``: until the event; the log says it after ``log_s``."""

    severity: Severity = Severity.MEDIUM
    log_s: float = Field(default=60.0, gt=0.0)
    dwell_s: float = Field(default=600.0, gt=0.0)
    cool_s: float = Field(default=3600.0, ge=0.0)


def _http(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write http://host/onvif/device_service")
    if "@" in parts.netloc:
        raise ValueError("no credentials here: the clock is asked without")
    return url


class ClockOff(Part):
    """The camera's own clock, which it writes into its pictures, strays from the edge's."""

    mode: Literal["active", "trial", "off"] = "active"
    severity: Severity = Severity.LOW
    most_s: float = Field(default=5.0, ge=1.0)
    """How far it may stray; HTTP tells whole seconds only, so less makes no sense."""
    every_s: float = Field(default=86400.0, ge=60.0)
    """How often it is asked; while it is wrong, every hour."""
    url: Annotated[str, AfterValidator(_http)] | None = None
    """Where it is asked; without it ONVIF's device service, else the plain web page, on the source's host."""


class HealthSettings(Part):
    """What is watched of one camera."""

    covered: Covered = Covered()
    moved: Moved = Moved()
    frozen: Frozen = Frozen()
    blurred: Blurred = Blurred()
    dark: Dark = Dark()
    bright: Bright = Bright()
    offline: Offline = Offline()
    clock_off: ClockOff = ClockOff()

    def rules(self) -> tuple[CameraRule, ...]:
        """What is seen from the pictures themselves; what is off is left out."""
        every: dict[HealthKind, Watch] = {
            "camera_covered": self.covered,
            "camera_moved": self.moved,
            "camera_frozen": self.frozen,
            "camera_blurred": self.blurred,
            "camera_dark": self.dark,
            "camera_bright": self.bright,
        }
        return tuple(_rule(kind, watch) for kind, watch in every.items() if watch.mode != "off")

    @property
    def offline_rule(self) -> CameraRule | None:
        """None where it is off."""
        return None if self.offline.mode == "off" else _rule("camera_offline", self.offline)

    @property
    def clock_rule(self) -> CameraRule | None:
        """None where it is off."""
        watch = Watch(mode=self.clock_off.mode, severity=self.clock_off.severity, dwell_s=0.0, cool_s=0.0)
        return None if watch.mode == "off" else _rule("camera_clock_off", watch)


def _rule(kind: HealthKind, watch: Watch) -> CameraRule:
    common = watch.model_dump(include=set(Watch.model_fields))
    return CameraRule(name=rule_name(kind), kind=kind, **common)


def rule_name(kind: HealthKind) -> str:
    """What reports call the rule: ``camera_covered`` → ``camera-covered``."""
    return kind.replace("_", "-")
