"""What a message says: filled by the store, worded by the pages' texts, sent by the courier."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from server.notices.values import Occasion


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One incident, or one camera, of a message."""

    code: str
    """The incident's code; empty for a camera."""
    rule_kind: str
    severity: str
    state: str
    place: str
    camera: str
    unit: str
    at: datetime
    """When it began."""
    is_trial: bool = False
    picture_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One message before it is put in words. ``told``: most severe first; empty for a test."""

    uid: str
    occasion: Occasion | None
    """None: a test of the channel."""
    told: tuple[Told, ...]
    after_min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A message in words."""

    title: str
    body: str
    link: str | None
    """Address of the incident's page, where the settings say how pages are reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is handed to a channel."""

    content: Content
    text: Text
    pictures: tuple[Path, ...] = field(default=())
    """Files to attach, where the channel wants them."""


class Wording(Protocol):
    """Puts a message in words."""

    def __call__(self, content: Content, language: str) -> Text:
        """The message in this language."""
        ...
