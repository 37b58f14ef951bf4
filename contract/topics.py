"""Build and parse topic names: ``anninh/v1/{site}/{edge}/{channel}``."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

ROOT = "anninh/v1"
Channel = Literal["event", "receipt", "health", "status", "command", "config", "settings"]
_SLUG = r"[a-z0-9][a-z0-9_-]{0,63}"
_TOPIC = re.compile(rf"{ROOT}/({_SLUG})/({_SLUG})/({'|'.join(get_args(Channel))})")
_SOURCE = re.compile(rf"anninh:({_SLUG})/({_SLUG})(?:/({_SLUG}))?")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic taken apart."""

    site: str
    edge: str
    channel: str


@dataclass(frozen=True, slots=True)
class Source:
    """A CloudEvents source taken apart; ``camera`` is None for what an edge says of itself."""

    site: str
    edge: str
    camera: str | None


def build(site: str, edge: str, channel: Channel) -> str:
    """The topic of one edge's channel."""
    return f"{ROOT}/{site}/{edge}/{channel}"


def incidents(site: str) -> str:
    """Where the server tells other systems of a site's confirmed incidents."""
    return f"{ROOT}/{site}/incident"


def home_assistant(site: str, about: str) -> str:
    """Where the server tells Home Assistant about something of a site: ``available``, ``waiting``, a camera."""
    return f"{ROOT}/{site}/home-assistant/{about}"


def everyone(channel: Channel) -> str:
    """The filter that matches this channel of every edge of every site."""
    return f"{ROOT}/+/+/{channel}"


@lru_cache(maxsize=4096)
def parse(topic: str) -> Topic:
    """Take a topic apart. Raises ValueError for anything that is not ours."""
    match = _TOPIC.fullmatch(topic)
    if match is None:
        raise ValueError(f"not a topic of ours: {topic[:120]!r}")
    return Topic(*match.groups())


def source(site: str, edge: str, camera: str | None = None) -> str:
    """The CloudEvents source of a camera, or of the edge itself."""
    return f"anninh:{site}/{edge}" + (f"/{camera}" if camera else "")


@lru_cache(maxsize=4096)
def parse_source(text: str) -> Source:
    """Take a source apart. Raises ValueError for anything that is not ours."""
    match = _SOURCE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a source of ours: {text[:120]!r}")
    return Source(*match.groups())
