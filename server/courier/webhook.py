"""Signed webhooks: CloudEvents JSON over HTTP POST, signed as Standard Webhooks has it (standardwebhooks.com)."""

import base64
import hashlib
import hmac
import ipaddress
import secrets
import ssl
from datetime import datetime
from typing import Final, Literal
from urllib.parse import urlsplit

import httpx
import rfc8785

from contract.envelope import Envelope, Value
from contract.instant import Instant
from server.courier.errors import UndeliveredError
from server.courier.guard import Guard
from server.courier.vault import Secret
from server.notices.content import Parcel, Told

NOTICE_TYPE: Final = "vn.anninh.notice.v1"
TIMEOUT_S: Final = 10.0
_PREFIX: Final = "whsec_"


class ToldItem(Value):
    """One incident, or one camera (then ``code`` is null)."""

    code: str | None
    kind: str
    severity: str
    state: str
    place: str
    camera: str
    unit: str
    began_at: Instant
    trial: bool
    url: str | None


class NoticeData(Value):
    """``occasion``: opened | confirmed | unclaimed | camera | test."""

    occasion: str
    title: str
    items: tuple[ToldItem, ...]


class Notice(Envelope):
    """A notification as a CloudEvent; the same ``id`` again is the same message again."""

    type: Literal["vn.anninh.notice.v1"] = NOTICE_TYPE
    data: NoticeData


def new_signing() -> str:
    """A secret to sign with."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(signing: str, uid: str, at: datetime, body: bytes) -> str:
    """The value of ``webhook-signature``."""
    key = base64.b64decode(signing.removeprefix(_PREFIX))
    signed = f"{uid}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def document(parcel: Parcel, site: str, at: datetime) -> bytes:
    """The CloudEvent, as canonical bytes."""
    content = parcel.content
    base = parcel.text.link.rsplit("/incidents/", 1)[0] if parcel.text.link else None
    data = NoticeData(
        occasion=content.occasion or "test",
        title=parcel.text.title,
        items=tuple(_item(told, base) for told in content.told),
    )
    notice = Notice(id=content.uid, source=f"anninh:{site}", time=at, data=data)
    return rfc8785.dumps(notice.model_dump(mode="json"))


def check_url(url: str) -> str:
    """What may be shown of the address. Raises ValueError with the cure."""
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("write https://host/path")
    if parts.username or parts.password:
        raise ValueError("no user or password in the address; the signature says who sends")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}/…"


class Webhooks:
    """Posts to other systems. Thread-safe."""

    def __init__(self, guard: Guard, site: str) -> None:
        self._guard = guard
        self._site = site
        self._trust: ssl.SSLContext | None = None

    def send(self, secret: Secret, parcel: Parcel, at: datetime) -> None:
        """Post it. Raises UndeliveredError."""
        parts = urlsplit(secret.url)
        host, is_https = parts.hostname or "", parts.scheme == "https"
        address = self._guard.check(host, parts.port, is_encrypted=is_https)
        body = document(parcel, self._site, at)
        headers = {
            "Host": parts.netloc,
            "Content-Type": "application/cloudevents+json",
            "webhook-id": parcel.content.uid,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": sign(secret.signing or "", parcel.content.uid, at, body),
        }
        # the address that was checked is the one connected to: the name might answer otherwise the next time
        numeric = f"[{address}]" if isinstance(address, ipaddress.IPv6Address) else str(address)
        url = httpx.URL(secret.url).copy_with(host=numeric)
        try:
            with httpx.Client(verify=self._context(), timeout=TIMEOUT_S, trust_env=False) as client:
                request = client.build_request("POST", url, content=body, headers=headers)
                request.extensions["sni_hostname"] = host
                answer = client.send(request, stream=True)
                answer.close()
        except httpx.HTTPError as error:
            raise UndeliveredError(f"no answer from {host}: {type(error).__name__}") from error
        if not answer.is_success:
            raise UndeliveredError(f"{host} answered {answer.status_code}")

    def _context(self) -> ssl.SSLContext:
        if self._trust is None:
            self._trust = ssl.create_default_context()
        return self._trust


def _item(told: Told, base: str | None) -> ToldItem:
    return ToldItem(
        code=told.code or None,
        kind=told.rule_kind,
        severity=told.severity,
        state=told.state,
        place=told.place,
        camera=told.camera,
        unit=told.unit,
        began_at=told.at,
        trial=told.is_trial,
        url=f"{base}/incidents/{told.code}" if base and told.code else None,
    )
