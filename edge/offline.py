"""Cameras that give no frames, told from outside the walk: logged after a minute, an event after ten, one for a unit.

An outage belongs to the world, not to the run of this process: what was open when the edge stopped is taken up again at
its next start, and closes when the frames are back.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from contract.health import CameraState
from edge.clock import Clock
from edge.healthsettings import CameraRule, HealthKind
from edge.notice import Notices, closed, goes_on
from edge.outage import Outage, Post, outage, place, unit_slug
from edge.outbox import OutboxError
from edge.settings import CameraSettings
from edge.values import Change

log = structlog.get_logger(__name__)

KIND: HealthKind = "camera_offline"
EVERY_S = 2.0
TELL_S = 600.0
"""An open outage is told anew this often: so the server knows that it goes on."""
SILENT_S = 30.0
"""A pause this long, or half as long as an outage must last, is silence: some cameras send a frame in ten seconds."""
_WHY = "the camera was offline: there was no picture"


class Seen(Protocol):
    """What is asked of a camera."""

    @property
    def camera(self) -> str: ...
    @property
    def state(self) -> CameraState: ...
    @property
    def frames(self) -> int: ...


@dataclass(slots=True)
class _Post:
    """One camera. ``last_s``: when its newest frame was noticed; ``back_s``: since when frames come again."""

    settings: CameraSettings
    rule: CameraRule
    camera: Seen
    last_s: float
    back_s: float | None = None
    frames: int = 0
    cool_until_s: float = float("-inf")
    is_logged: bool = False
    is_finished: bool = False

    def note(self, now_s: float) -> None:
        frames = self.camera.frames
        self.is_finished = self.camera.state is CameraState.FINISHED
        if frames != self.frames or self.is_finished:
            if self.back_s is None:
                self.back_s = now_s
            self.frames, self.last_s = frames, now_s
        elif now_s - self.last_s > min(SILENT_S, self.rule.dwell_s / 2):
            self.back_s = None

    def is_back(self, now_s: float) -> bool:
        """Have frames been coming for long enough?"""
        return self.back_s is not None and now_s - self.back_s >= self.rule.close_s

    def seen(self) -> Post:
        since_s = self.last_s if self.back_s is None else None
        one = self.settings
        return Post(camera=one.name, label=one.label, unit=one.unit, since_s=since_s)


@dataclass(slots=True)
class _Open:
    """An outage that goes on."""

    change: Change
    posts: tuple[_Post, ...]
    told_s: float


class Offline:
    """Watches the frames of an edge's cameras. ``run_once`` belongs to one thread."""

    def __init__(
        self,
        cameras: Sequence[tuple[CameraSettings, Seen]],
        put: Callable[[Change], None],
        clock: Clock,
        notices: Notices,
        *,
        edge: str,
        before: Iterable[Change] = (),
    ) -> None:
        """``before``: what was open when the edge stopped; see ``takes_up``."""
        self._put = put
        self._clock = clock
        self._notices = notices
        self._edge = edge
        now_s = clock.mono_s()
        ruled = [(one, one.health.offline_rule, seen) for one, seen in cameras]
        self._posts = [
            _Post(one, rule, seen, now_s, frames=seen.frames) for one, rule, seen in ruled if rule is not None
        ]
        settings = [post.settings for post in self._posts]
        self._open = [
            _Open(change, tuple(post for post in self._posts if _is_of(change, post.settings, edge)), now_s)
            for change in before
            if takes_up(change, settings, edge)
        ]

    def run(self, stop: threading.Event) -> None:
        """Watch until ``stop`` is set."""
        is_told = False
        while not stop.wait(EVERY_S):
            try:
                self.run_once()
                is_told = False
            except OutboxError as error:
                # Nothing is forgotten: what could not be put is put the next time.
                if not is_told:
                    log.error("outage_not_kept", error=str(error))
                is_told = True

    def run_once(self) -> None:
        """Look once. Raises OutboxError."""
        now_s, now = self._clock.mono_s(), self._clock.now()
        for post in self._posts:
            post.note(now_s)
            self._log(post, now_s)
        for event in list(self._open):
            self._follow(event, now_s, now)
        for post in self._posts:
            if self._is_due(post, now_s):
                self._begin(post, now_s, now)

    def _log(self, post: _Post, now_s: float) -> None:
        """Once when a camera falls silent, once when it is back."""
        is_silent = post.seen().since_s is not None and now_s - post.last_s >= post.settings.health.offline.log_s
        if is_silent and not post.is_logged:
            post.is_logged = True
            log.warning("camera_silent", camera=post.settings.name, seconds=round(now_s - post.last_s))
        elif post.is_logged and post.is_back(now_s):
            post.is_logged = False
            log.info("camera_back", camera=post.settings.name)

    def _follow(self, event: _Open, now_s: float, now: datetime) -> None:
        """Close an outage when most of its cameras are back, else tell now and then that it goes on."""
        back = [post for post in event.posts if post.is_back(now_s)]
        if 2 * len(back) > len(event.posts):
            since_s = max(post.back_s for post in back if post.back_s is not None)
            self._put(closed(event.change, now - timedelta(seconds=now_s - since_s), _WHY))
            self._open.remove(event)
            for post in back:
                post.cool_until_s = now_s + post.rule.cool_s
        elif now_s - event.told_s >= TELL_S:
            change = goes_on(event.change, now)
            self._put(change)
            event.change, event.told_s = change, now_s

    def _is_due(self, post: _Post, now_s: float) -> bool:
        since_s = post.seen().since_s
        if since_s is None or now_s < post.cool_until_s or any(post in event.posts for event in self._open):
            return False
        return now_s - since_s >= post.rule.dwell_s

    def _begin(self, due: _Post, now_s: float, now: datetime) -> None:
        told = {id(post) for event in self._open for post in event.posts if post.back_s is None}
        free = [post for post in self._posts if id(post) not in told and not post.is_finished]
        found = outage(due.seen(), [post.seen() for post in free])
        names = {post.camera for post in found.posts}
        posts = tuple(post for post in free if post.settings.name in names)
        change = self._opened(due, found, now_s, now)
        self._put(change)
        self._open.append(_Open(change, posts, now_s))
        log.warning("cameras_offline", cameras=sorted(names), of=found.of, unit=found.unit)

    def _opened(self, due: _Post, found: Outage, now_s: float, now: datetime) -> Change:
        started_at = now - timedelta(seconds=now_s - found.since_s)
        return self._notices.opened(due.settings, due.rule, place(found, self._edge), started_at, now)


def takes_up(change: Change, cameras: Sequence[CameraSettings], edge: str) -> bool:
    """Is this an outage of cameras that are still here? Then it is not closed at the start: it may go on."""
    return change.data.rule.kind == KIND and any(_is_of(change, camera, edge) for camera in cameras)


def _is_of(change: Change, camera: CameraSettings, edge: str) -> bool:
    if camera.health.offline_rule is None:
        return False
    return change.data.place.name in (camera.name, unit_slug(camera.unit, edge), unit_slug("", edge))
