"""The server's settings: typed, frozen; an unknown key stops the start and names it. Manual: configs/site.yaml."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, IPvAnyNetwork

from contract import config
from contract.config import BrokerSettings, Part, TimeZone
from contract.names import Slug

MANUAL = "configs/site.yaml"


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


class HttpSettings(Part):
    """What browsers and uploading edges connect to."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    secure_cookies: bool = False
    """True behind HTTPS: the session cookie then never travels in the clear."""
    session_hours: float = Field(default=12.0, gt=0.0)
    """A sign-in lasts this long."""
    stall_s: float = Field(default=30.0, gt=0.0)
    """A body of which nothing comes for this long is given up; what was uploaded is kept."""


class WorkingCopySettings(Part):
    """Copies of clips that browsers cannot play as the camera coded them."""

    at_once: int = Field(default=1, ge=1, le=64)
    """So many are made at a time, each on a processor core."""
    keep_mb: int = Field(default=5000, ge=1)
    """Megabytes (10^6 bytes) of copies that are kept; those that nobody looked at for longest go first."""


class ReportSettings(Part):
    """The head and foot of reports, in the form of administrative documents."""

    superior_vi: str = ""
    """The body above; empty: no line for it."""
    superior_en: str = ""
    unit_vi: str = ""
    """Who reports; empty: "Công an" and the site's name."""
    unit_en: str = ""
    place: str = ""
    """Stands before the date; empty: the site's name without "Phường", "Xã"."""
    number: str = "/BC-CAP"
    """What stands after "Số:"; the number itself is usually written in by hand."""
    signer_title_vi: str = "Trưởng Công an"
    signer_title_en: str = "Chief of Police"
    signer_name: str = ""
    """Empty: room to write it."""
    recipients: tuple[str, ...] = ("Công an tỉnh (để báo cáo)", "Lưu: VT")
    """Nơi nhận, a line each."""


class RetentionSettings(Part):
    """How long evidence is kept; what an officer holds or has confirmed stays until its file is closed."""

    unreviewed_days: float = Field(default=30.0, ge=1.0, le=3650.0)
    dismissed_days: float = Field(default=7.0, ge=1.0, le=3650.0)
    closed_days: float = Field(default=365.0, ge=30.0, le=36500.0)
    audit_days: float = Field(default=1826.0, ge=365.0, le=36500.0)
    """Five years: the audit, and the record of what was deleted."""
    keep_free_gb: float = Field(default=5.0, ge=0.0)
    """With less room than this (10^9 bytes) on the evidence's disk, what nobody confirmed goes before its time."""
    early_after_days: float = Field(default=3.0, ge=0.0, le=3650.0)
    """But not before it was kept for so long."""
    every_minutes: float = Field(default=60.0, ge=0.0)
    """How often it is looked at; 0: never, nothing is deleted."""


class NoticeSettings(Part):
    """Notifications; whom to tell of what is set on the page."""

    key_file: Path = Path("var/server/notices.key")
    """Encrypts the channels' addresses in the database; made, for its owner alone, when it is missing."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+$")
    """How people reach the pages, for the links in messages. None: no links."""
    allowed_networks: tuple[IPvAnyNetwork, ...] = ()
    """Networks of this house that messages may go to. Every other private address is refused."""
    attempts: int = Field(default=10, ge=1, le=100)
    """A message is given up after so many."""


class PublishSettings(Part):
    """What other systems are told over MQTT."""

    incidents: bool = False
    """Confirmed incidents, and when they are taken back."""
    home_assistant: bool = False
    """Cameras and the number of waiting incidents, by Home Assistant's discovery."""
    home_assistant_prefix: Slug = "homeassistant"


class Settings(Part):
    """One server."""

    site: SiteSettings
    timezone: TimeZone = "Asia/Ho_Chi_Minh"
    database: DatabaseSettings = DatabaseSettings()
    evidence_dir: Path = Path("var/server/evidence")
    """Pictures and clips, by hash."""
    working_copies: WorkingCopySettings = WorkingCopySettings()
    retention: RetentionSettings = RetentionSettings()
    broker: BrokerSettings = BrokerSettings()
    publish: PublishSettings = PublishSettings()
    notices: NoticeSettings = NoticeSettings()
    http: HttpSettings = HttpSettings()
    report: ReportSettings = ReportSettings()
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
    return config.read(path, Settings, MANUAL)


def parse(document: Any, where: str = "settings") -> Settings:
    """The settings in a document that was read already; ``where`` names it in errors."""
    return config.check(document, Settings, MANUAL, where)
