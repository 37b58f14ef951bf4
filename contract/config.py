"""Settings as both sides read them: YAML into frozen values; a mistake is answered with its place and its cure."""

from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError


class SettingsError(ValueError):
    """The configuration can't be used; the text names the file, the key's path and the cure."""


class Part(BaseModel):
    """A frozen part of the settings in which an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no IANA time zone; write e.g. Asia/Ho_Chi_Minh") from error
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
"""The name of an IANA time zone that this machine knows."""


def _broker_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise ValueError("write mqtt://host:1883, or mqtts://host:8883 for TLS")
    if "@" in parts.netloc:
        raise ValueError("no credentials here; write broker.username and broker.password_file")
    return url


class BrokerSettings(Part):
    """The MQTT broker."""

    url: Annotated[str, AfterValidator(_broker_url)] = "mqtt://127.0.0.1:1883"
    """``mqtt://host:port`` or ``mqtts://host:port`` (TLS)."""
    username: str | None = None
    password_file: Path | None = None
    """A file that holds the password: never in the YAML, which is shown and mailed about."""
    ca_file: Path | None = None
    """The certificate authority that signed an ``mqtts://`` broker; without it the machine's own are trusted."""
    keepalive_s: int = Field(default=30, ge=5)

    @property
    def is_tls(self) -> bool:
        """Does it speak TLS?"""
        return self.url.startswith("mqtts:")

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "127.0.0.1", parts.port or (8883 if self.is_tls else 1883)

    def password(self) -> str | None:
        """What ``password_file`` holds. Raises OSError."""
        return self.password_file.read_text(encoding="utf-8").strip() if self.password_file else None


Whole = TypeVar("Whole", bound=Part)


def read(path: Path, kind: type[Whole], manual: str) -> Whole:
    """The settings in a YAML file. ``manual``: the file that explains every key. Raises SettingsError."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not YAML: {error}") from error
    return check(document, kind, manual, str(path))


def check(document: Any, kind: type[Whole], manual: str, where: str) -> Whole:
    """The settings in a document that was read already; ``where`` names it in errors. Raises SettingsError."""
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in item['loc']) or '(top)'}: {_cure(item['type'], item['msg'], manual)}"
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError(f"{where}: " + "; ".join(lines)) from error


def _cure(kind: str, message: str, manual: str) -> str:
    return f"unknown key; remove it or see {manual} for the keys there are" if kind == "extra_forbidden" else message
