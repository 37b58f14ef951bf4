"""The server's settings: typed, frozen; an unknown key stops the start and names it. Manual: configs/site.yaml."""

from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from contract.names import Slug


class SettingsError(ValueError):
    """The configuration can't be used; the text names the file, the key's path and the cure."""


class Part(BaseModel):
    """A frozen part of the settings in which an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no IANA time zone; write e.g. Asia/Ho_Chi_Minh") from error
    return name


class SiteSettings(Part):
    """The ward this server is for."""

    slug: Slug
    """Its name in topics and addresses; edges of other sites may still be registered here."""
    name_vi: str = Field(min_length=1)
    name_en: str = Field(min_length=1)


class DatabaseSettings(Part):
    """Where rows are kept."""

    url: str = "sqlite:///var/server/anninh.db"
    """``sqlite:///file`` or ``postgresql+psycopg://user@host:port/name``."""
    password_file: Path | None = None
    """A file with PostgreSQL's password, so that it need not stand in the URL."""
    pool_size: int = Field(default=8, ge=1, le=100)
    """Connections kept open; as many again are opened for a burst."""


class BrokerSettings(Part):
    """The MQTT broker."""

    url: str = "mqtt://127.0.0.1:1883"
    """``mqtt://host:port`` or ``mqtts://host:port`` (TLS)."""
    username: str | None = None
    password_file: Path | None = None
    """A file that holds the password, so that it need not stand here."""
    ca_file: Path | None = None
    """The certificate authority that signed an ``mqtts://`` broker; without it the machine's own are trusted."""
    keepalive_s: int = Field(default=30, ge=5)


class HttpSettings(Part):
    """What browsers and uploading edges connect to."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    secure_cookies: bool = False
    """True behind HTTPS: the session cookie then never travels in the clear."""
    session_hours: float = Field(default=12.0, gt=0.0)
    """A sign-in lasts this long."""


class Settings(Part):
    """One server."""

    site: SiteSettings
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Ho_Chi_Minh"
    database: DatabaseSettings = DatabaseSettings()
    evidence_dir: Path = Path("var/server/evidence")
    """Pictures and clips, by hash."""
    broker: BrokerSettings = BrokerSettings()
    http: HttpSettings = HttpSettings()
    criteria_file: Path = Path("configs/criteria.yaml")
    cut_day: int = Field(default=15, ge=1, le=28)
    """A reporting month begins on this day of the month before."""
    join_window_s: float = Field(default=600.0, ge=0.0)
    """An event joins an incident of the same camera, rule and place that was last seen at most this long before it."""

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.timezone)


def load(path: Path) -> Settings:
    """The settings in a YAML file. Raises SettingsError that names the file, the key's path and what is wrong."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not YAML: {error}") from error
    return parse(document, str(path))


def parse(document: Any, where: str = "settings") -> Settings:
    """The settings in a document that was read already; ``where`` names it in errors."""
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in item['loc']) or '(top)'}: {_cure(item['type'], item['msg'])}"
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError(f"{where}: " + "; ".join(lines)) from error


def _cure(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "unknown key; remove it or see configs/site.yaml for the keys there are"
    return message
