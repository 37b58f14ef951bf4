"""Messages to people through apprise: e-mail, Telegram, Zalo and the like. Addresses hold secrets: none is logged.

apprise is imported by the first message or address: most wards have no channel, and it slows the server's start.
"""

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from server.courier.errors import UndeliveredError
from server.courier.guard import Guard
from server.courier.vault import Secret
from server.notices.content import Parcel

if TYPE_CHECKING:
    import apprise

MAIL: Final = frozenset({"mailto", "mailtos"})
WITH_HOST: Final = frozenset(
    name + ending
    for name in ("json", "xml", "form", "ntfy", "gotify", "matrix", "signal", "rocket", "mmost", "nctalk", "synology")
    for ending in ("", "s")
)
"""Their address names a server, which the guard looks at."""
CLOUDS: Final = frozenset(
    {"tgram", "zalo", "viber", "line", "whatsapp", "slack", "discord", "workflows", "gchat", "webex", "pover"}
)
"""Their servers are known to apprise: the address names only who is told."""
SCHEMES: Final = MAIL | WITH_HOST | CLOUDS
_SHORTEST = 4
"""Shorter parts of an address are no secrets, and taking them out would tear every text."""


def check_url(url: str) -> str:
    """What may be shown of the address. Raises ValueError with the cure."""
    scheme = url.split("://", 1)[0].lower()
    if scheme not in SCHEMES:
        raise ValueError(f"{scheme[:20]!r} is none of {', '.join(sorted(SCHEMES))}")
    plugin = _plugin(url)
    host = _server(plugin, scheme)
    return f"{scheme}://…{'@' + host if host else ''}"


class People:
    """Sends through apprise, one message at a time (its log is read to learn why one failed). Thread-safe."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._lock = Lock()
        for name in ("apprise", "urllib3", "httpx"):  # they log addresses, which hold tokens
            logging.getLogger(name).setLevel(logging.WARNING)
        logging.getLogger("apprise").propagate = False

    def send(self, secret: Secret, parcel: Parcel) -> None:
        """Send it. Raises UndeliveredError."""
        import apprise

        scheme = secret.url.split("://", 1)[0].lower()
        try:
            plugin = _plugin(secret.url)
        except ValueError as error:
            raise UndeliveredError(str(error)) from error
        host = _server(plugin, scheme)
        if host:
            is_encrypted = plugin.secure_mode != "insecure" if scheme in MAIL else bool(plugin.secure)
            self._guard.check(host, plugin.port, is_encrypted=is_encrypted)
        sender = apprise.Apprise(asset=_asset())
        sender.add(plugin)
        body = parcel.text.body if not parcel.text.link else f"{parcel.text.body}\n{parcel.text.link}"
        files = apprise.AppriseAttachment([str(path) for path in parcel.pictures]) if parcel.pictures else None
        with self._lock, _heard() as lines:
            has_arrived = sender.notify(
                title=parcel.text.title, body=body, body_format=apprise.NotifyFormat.TEXT, attach=files
            )
        if not has_arrived:
            raise UndeliveredError(scrub("; ".join(lines) or "the service refused it", secret.url))


def scrub(text: str, url: str) -> str:
    """A text without any part of the address that might be secret."""
    rest = urlsplit(url)
    parts = re.split(r"[:/@?&=,+]+", unquote(f"{rest.netloc}/{rest.path}?{rest.query}") + "/" + rest.netloc + rest.path)
    # a server's name is no secret and tells what to look at
    server = rest.hostname if rest.scheme in MAIL | WITH_HOST | {"https", "http"} else None
    hidden = {part for part in parts if len(part) >= _SHORTEST and part != server}
    for part in sorted(hidden, key=len, reverse=True):
        text = text.replace(part, "…")
    return text[:500]


@cache
def _load() -> None:
    """Read apprise's plugins, once: some of the libraries behind them warn of what they will lose one day."""
    from apprise.plugins import N_MGR

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        N_MGR.load_modules()  # type: ignore[no-untyped-call]


def _plugin(url: str) -> Any:
    import apprise

    _load()
    with _heard():
        try:
            plugin = apprise.Apprise.instantiate(url, asset=_asset(), suppress_exceptions=False)
        except Exception:  # whatever a plugin raises may hold the address: it goes no further
            plugin = None
    if plugin is None:
        raise ValueError("apprise does not understand this address")
    plugin.redirects = False  # a server out there must not send us to one inside
    return plugin


def _server(plugin: Any, scheme: str) -> str | None:
    if scheme in MAIL:
        return str(plugin.smtp_host or plugin.host)
    return str(plugin.host) if scheme in WITH_HOST else None


def _asset() -> "apprise.AppriseAsset":
    import apprise

    asset = apprise.AppriseAsset(app_id="Camera An Ninh", app_desc="Camera An Ninh", app_url="", async_mode=False)
    asset.http_redirects = False
    asset.pem_autogen = asset.pgp_autogen = False
    return asset


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What apprise says meanwhile, instead of it going to a log."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logger, ear = logging.getLogger("apprise"), Ear(logging.WARNING)
    logger.addHandler(ear)
    try:
        yield lines
    finally:
        logger.removeHandler(ear)
