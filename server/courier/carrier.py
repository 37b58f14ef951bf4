"""One message to one channel: opens the secret, adds what the channel may have, picks the way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.courier.errors import UndeliveredError
from server.courier.people import People
from server.courier.vault import Vault
from server.courier.webhook import Webhooks
from server.notices.content import Content, Parcel, Wording
from server.notices.values import Kind

MOST_PICTURES = 3
"""Attached to one message at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """To which channel, and how."""

    kind: Kind
    sealed: str
    language: str
    with_picture: bool


class Carrier:
    """Delivers. Thread-safe."""

    def __init__(
        self, *, vault: Vault, people: People, webhooks: Webhooks, wording: Wording, picture: Callable[[str], Path]
    ) -> None:
        """``picture``: where the picture of a hash lies."""
        self._vault = vault
        self._people = people
        self._webhooks = webhooks
        self._wording = wording
        self._picture = picture

    def deliver(self, envelope: Envelope, content: Content, now: datetime) -> str:
        """Deliver it and give its text. Raises UndeliveredError, whatever went wrong."""
        try:
            text = self._wording(content, envelope.language)
            files = [self._picture(told.picture_sha256) for told in content.told if told.picture_sha256]
            pictures = tuple(path for path in files if path.is_file())[:MOST_PICTURES] if envelope.with_picture else ()
            parcel = Parcel(content=content, text=text, pictures=pictures)
            secret = self._vault.open(envelope.sealed)
            if envelope.kind is Kind.WEBHOOK:
                self._webhooks.send(secret, parcel, now)
            else:
                self._people.send(secret, parcel)
        except UndeliveredError:
            raise
        except Exception as error:
            # a library's fault: its words may hold the address, so only its name is told
            raise UndeliveredError(f"it can't be sent: {type(error).__name__}") from error
        return text.title
