"""Is a camera's own clock right? Asked once a day, on a thread of its own: the time that the camera writes into its
picture is what a court reads, and nobody looks at it until then."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

import httpx
import structlog

from contract.event import Place
from edge import onvif
from edge.clock import Clock
from edge.healthsettings import CameraRule, HealthKind
from edge.notice import Notices, closed, goes_on
from edge.outbox import OutboxError
from edge.settings import CameraSettings
from edge.values import Change

log = structlog.get_logger(__name__)

KIND: HealthKind = "camera_clock_off"
EVERY_S = 10.0
"""How often it is looked whether one is to be asked."""
AGAIN_S = 3600.0
"""A clock that is wrong, or did not answer, is asked again after this."""
TIMEOUT_S = 3.0
MOST_BYTES = 64 * 1024
_WHY = "a clock has no picture"
_HALF_S = timedelta(seconds=0.5)
"""HTTP tells whole seconds, rounded down: on average half a second less than it is."""


class Asked(Protocol):
    """Where the answer is kept."""

    clock_offset_ms: int | None


@dataclass(slots=True)
class _Post:
    """One camera."""

    settings: CameraSettings
    rule: CameraRule
    kept: Asked
    url: str
    due_s: float
    open: Change | None = None
    is_silent: bool = False


class CameraClocks:
    """Asks the cameras of an edge for their time. ``run_once`` belongs to one thread."""

    def __init__(
        self,
        cameras: Sequence[tuple[CameraSettings, Asked]],
        put: Callable[[Change], None],
        clock: Clock,
        notices: Notices,
        *,
        before: Iterable[Change] = (),
    ) -> None:
        """``before``: what was open when the edge stopped; see ``takes_up``."""
        self._put = put
        self._clock = clock
        self._notices = notices
        now_s = clock.mono_s()
        asked = [(one, one.health.clock_rule, url_of(one), kept) for one, kept in cameras]
        self._posts = [
            _Post(one, rule, kept, url, now_s) for one, rule, url, kept in asked if rule is not None and url is not None
        ]
        for change in before:
            for post in self._posts:
                if _is_of(change, post.settings):
                    post.open = change

    def run(self, stop: threading.Event) -> None:
        """Ask until ``stop`` is set."""
        while not stop.wait(EVERY_S):
            try:
                self.run_once(stop)
            except OutboxError as error:
                if stop.is_set():
                    return
                log.warning("camera_clock_not_kept", error=str(error))

    def run_once(self, stop: threading.Event | None = None) -> None:
        """Ask those whose turn it is. Raises OutboxError."""
        due = [post for post in self._posts if self._clock.mono_s() >= post.due_s]
        if not due:
            return
        # A redirect may lead anywhere, and the machine's proxies know nothing of the cameras' network.
        with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            for post in due:
                if stop is not None and stop.is_set():
                    return
                self._ask(client, post)

    def _ask(self, client: httpx.Client, post: _Post) -> None:
        offset = offset_of(client, post.url, self._clock)
        settings = post.settings.health.clock_off
        if offset is None:
            post.due_s = self._clock.mono_s() + AGAIN_S
            if not post.is_silent:
                log.info("camera_clock_untold", camera=post.settings.name)
            post.is_silent = True
            return
        post.is_silent = False
        post.kept.clock_offset_ms = round(offset.total_seconds() * 1000)
        is_off = abs(offset.total_seconds()) > settings.most_s
        self._tell(post, self._clock.now(), is_off=is_off)
        post.due_s = self._clock.mono_s() + (min(AGAIN_S, settings.every_s) if is_off else settings.every_s)

    def _tell(self, post: _Post, now: datetime, *, is_off: bool) -> None:
        if is_off and post.open is None:
            one = post.settings
            place = Place(kind="camera", name=one.name, label=one.label)
            change = self._notices.opened(one, post.rule, place, now, now, camera_offset_ms=post.kept.clock_offset_ms)
            self._put(change)
            post.open = change
            log.warning("camera_clock_off", camera=one.name, offset_ms=post.kept.clock_offset_ms)
        elif is_off and post.open is not None:
            change = goes_on(post.open, now)
            self._put(change)
            post.open = change
        elif post.open is not None:
            self._put(closed(post.open, now, _WHY))
            post.open = None


def offset_of(client: httpx.Client, url: str, clock: Clock) -> timedelta | None:
    """The camera's clock minus ours, as of the middle between question and answer; None where it tells no time."""
    asked = clock.now()
    try:
        with client.stream("POST", url, content=onvif.ASK, headers=onvif.HEADERS) as answer:
            told = onvif.told(_body(answer))
            dated = onvif.dated(answer.headers.get("Date"))
    except httpx.HTTPError:
        return None
    middle = asked + (clock.now() - asked) / 2
    if told is not None:
        return told + _HALF_S - middle
    return dated + _HALF_S - middle if dated is not None else None


def url_of(camera: CameraSettings) -> str | None:
    """Where a camera is asked: as set, else ONVIF's usual address on the source's host; None for what has no host."""
    if camera.health.clock_off.url is not None:
        return camera.health.clock_off.url
    parts = urlsplit(camera.source)
    if parts.scheme not in ("rtsp", "rtsps", "http", "https") or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"http://{host}{onvif.PATH}"


def takes_up(change: Change, cameras: Sequence[CameraSettings]) -> bool:
    """Is this the clock of a camera that is still here and asked? Then it is not closed at the start."""
    return any(_is_of(change, camera) for camera in cameras)


def _is_of(change: Change, camera: CameraSettings) -> bool:
    is_asked = camera.health.clock_rule is not None and url_of(camera) is not None
    return is_asked and change.data.rule.kind == KIND and change.data.place.name == camera.name


def _body(answer: httpx.Response) -> bytes:
    body = b""
    for part in answer.iter_bytes():
        body += part
        if len(body) > MOST_BYTES:
            return b""
    return body
