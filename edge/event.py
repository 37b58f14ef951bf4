"""Sixth stop of a frame: hits → events. An event opens, is told anew now and then, closes, and then there is a pause.

One event per rule × place × subject. ``opened`` at the first hit; ``updated`` at least every ``TELL_S`` seconds, and
sooner when there is news (somebody joined, a clearly better look); ``closed`` when the rule has not held for
``close_s``: its end is when it last held. After closing, the same rule and place (or the same subject, see
``contract.kinds``) stay silent for ``cool_s``. ``cancelled`` when the light changed everywhere right after it opened:
then it was the light.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import rfc8785

from contract.event import ClockReading, EventData, Evidence, Mode, ModelRef, Phase, Place, Rule, Status, Subject
from contract.identity import event_uuid
from contract.kinds import KINDS
from edge.healthsettings import CameraRule
from edge.settings import CameraSettings, RuleSettings
from edge.trail import MOST_ALL, MOST_STEPS, Trail
from edge.values import Change, Frame, Hit, Track

TELL_S = 30.0
NEWS_S = 5.0
"""News is told at most this often."""
LOOK_S = 0.5
"""A track that was last detected longer ago than this is a guess, not a look: no picture may claim that it is there."""
BETTER = 0.1
"""A look is clearly better when its score is higher by this."""
CAUSED_S, BEGAN_S = 2.0, 10.0
"""An event that opened at most so long before the light changed everywhere, on something that began at most so long
before, came of it: headlights sweep over a wall before they fill the picture."""
MOST_SUBJECTS = 64
"""As many as the contract takes; the best scores stay."""
MOST_ENDED = 256
"""Ended events of a camera whose end is remembered: a stay goes on for seconds, not for hundreds of events."""
UNRECORDED = (
    Evidence(kind="picture", missing="not recorded"),
    Evidence(kind="clip", missing="not recorded"),
)
"""What a closed event says where no recorder follows."""

Key = tuple[str, Place, int | None]


@dataclass(slots=True)
class _Open:
    """An event that has not closed."""

    data: EventData
    opened_s: float
    held_s: float
    held_at: datetime
    told_s: float
    told_score: float
    begun_s: float
    """When it was opened; ``opened_s`` is when what it tells of began."""
    subjects: dict[int, Subject] = field(default_factory=dict)
    trails: dict[int, Trail] = field(default_factory=dict)
    seen: frozenset[int] = frozenset()
    """The tracks that were there at ``held_s``."""

    def see(self, hit: Hit, frame: Frame) -> None:
        # The edge's clock may be put back while the event is open; the event's own time goes on.
        on = self.held_at + timedelta(seconds=frame.pts_s - self.held_s)
        self.held_at = frame.captured_at if frame.captured_at >= self.held_at else on
        self.held_s = frame.pts_s
        self.seen = frozenset(track.id for track in hit.tracks if frame.pts_s - track.seen_s <= LOOK_S)
        for track in hit.tracks:
            self.subjects[track.id] = _subject(track, hit)
            if track.id in self.seen:
                self.trails.setdefault(track.id, Trail()).add(track, frame.pts_s, self.opened_s)
        if len(self.subjects) > MOST_SUBJECTS:
            self.subjects = {subject.track: subject for subject in _best(self.subjects.values())}
            self.trails = {track: trail for track, trail in self.trails.items() if track in self.subjects}

    @property
    def score(self) -> float:
        return max((subject.score for subject in self.subjects.values()), default=0.0)

    def has_news(self, now_s: float) -> bool:
        if now_s - self.told_s >= TELL_S:
            return True
        joined = len(self.subjects) > len(self.data.subjects)
        return now_s - self.told_s >= NEWS_S and (joined or self.score >= self.told_score + BETTER)

    def tell(self, phase: Phase, now_s: float) -> EventData:
        """The next revision."""
        ended = phase is Phase.CLOSED
        self.data = self.data.model_copy(
            update={
                "revision": self.data.revision + 1,
                "phase": phase,
                "last_seen_at": self.held_at,
                "ended_at": self.held_at if ended else None,
                "subjects": self._with_paths(),
                "evidence": UNRECORDED if ended else (),
            }
        )
        self.told_s, self.told_score = now_s, self.score
        # A copy is not validated; what leaves the walk is.
        return EventData.model_validate(self.data.model_dump())

    def _with_paths(self) -> tuple[Subject, ...]:
        """The best scores first; each with an equal share of what a message has room for."""
        best = _best(self.subjects.values())
        most = max(2, min(MOST_STEPS, MOST_ALL // max(1, len(best))))
        paths = (self.trails[one.track].told(most) if one.track in self.trails else () for one in best)
        return tuple(one.model_copy(update={"path": path}) for one, path in zip(best, paths, strict=True))


class Events:
    """The events of one camera. ``source``: the CloudEvents source (``anninh:site/edge/camera``)."""

    def __init__(
        self,
        camera: CameraSettings,
        *,
        source: str,
        model: ModelRef,
        status: Status = Status.ACTUAL,
        basis: Literal["pts", "file"] = "pts",
        camera_offset_ms: Callable[[], int | None] = lambda: None,
    ) -> None:
        """``camera_offset_ms``: how far the camera's own clock is off, as far as it is known when an event opens."""
        self._camera = camera
        self._source = source
        self._model = model
        self._status = status
        self._basis: Literal["pts", "file"] = basis
        self._camera_offset_ms = camera_offset_ms
        self._rules = _rules(camera)
        self._versions = rule_versions(camera)
        self._config_version = config_version(camera)
        self._open: dict[Key, _Open] = {}
        self._cool_until_s: dict[Key, float] = {}
        self._guarded_s = float("-inf")
        self._was_guarded = False
        self._ended_s: dict[Key, float] = {}

    def update(self, frame: Frame, hits: Sequence[Hit], *, guarded: bool = False) -> list[Change]:
        """What changed with this frame, in order: openings and updates, then closings. ``guarded``: nobody may say
        whether a rule holds; what is open stays so, but what the light itself opened is taken back."""
        if guarded:
            changes = [] if self._was_guarded else self._taken_back(frame.pts_s)
            self._guarded_s, self._was_guarded = frame.pts_s, True
            return changes
        self._was_guarded = False
        changes = []
        for hit in hits:
            key = (hit.rule, hit.place, hit.subject)
            if key in self._open:
                event = self._open[key]
                event.see(hit, frame)
                if event.has_news(frame.pts_s):
                    changes.append(self._change(event, event.tell(Phase.UPDATED, frame.pts_s), frame.pts_s))
            elif frame.pts_s >= self._cool_until_s.get(self._cools(key), float("-inf")):
                changes.append(self._opened(key, hit, frame))
        for key, event in list(self._open.items()):
            if frame.pts_s - max(event.held_s, self._guarded_s) > self._rules[key[0]].close_s:
                changes.append(self._closed(key, frame.pts_s))
        return changes

    def reconfigure(self, camera: CameraSettings, now_s: float) -> list[Change]:
        """From now on by these settings. What is open of a rule that is gone, or now asks something else, closes, and
        its silence ends; the others go on."""
        versions = rule_versions(camera)
        changed = {name for name, version in self._versions.items() if versions.get(name) != version}
        closings = [self._closed(key, now_s) for key in list(self._open) if key[0] in changed]
        self._cool_until_s = {key: until_s for key, until_s in self._cool_until_s.items() if key[0] not in changed}
        self._camera, self._rules, self._versions = camera, _rules(camera), versions
        self._config_version = config_version(camera)
        return closings

    def finish(self, now_s: float) -> list[Change]:
        """The source has ended at ``now_s`` (the last frame's ``pts_s``): whatever is open closes."""
        return [self._closed(key, now_s) for key in list(self._open)]

    def _opened(self, key: Key, hit: Hit, frame: Frame) -> Change:
        rule = self._rules[hit.rule]
        # A stay that outlived its event (a grace longer than close_s) began when that one did: another begins now,
        # or it would have the same id and be taken for a repeat.
        since_s = hit.since_s if hit.since_s > self._ended_s.get(key, float("-inf")) else frame.pts_s
        started_at = frame.captured_at - timedelta(seconds=frame.pts_s - since_s)
        first = "-" if hit.subject is None else str(hit.subject)
        data = EventData(
            event_id=event_uuid(started_at, self._source, rule.name, hit.place.name, first),
            revision=1,
            phase=Phase.OPENED,
            status=self._status,
            rule=_rule(rule, self._versions[rule.name]),
            place=hit.place,
            severity=rule.severity,
            started_at=started_at,
            last_seen_at=frame.captured_at,
            clock=ClockReading(basis=self._basis, camera_offset_ms=self._camera_offset_ms()),
            subjects=_best(_subject(track, hit) for track in hit.tracks),
            model=self._model,
            config_version=self._config_version,
        )
        event = _Open(data, since_s, frame.pts_s, frame.captured_at, frame.pts_s, 0.0, frame.pts_s)
        event.see(hit, frame)
        event.told_score = event.score
        self._open[key] = event
        return self._change(event, data, frame.pts_s)

    def _closed(self, key: Key, now_s: float) -> Change:
        event = self._ended(key)
        self._cool_until_s = {one: until_s for one, until_s in self._cool_until_s.items() if until_s > now_s}
        self._cool_until_s[self._cools(key)] = now_s + self._rules[key[0]].cool_s
        return self._change(event, event.tell(Phase.CLOSED, now_s), now_s)

    def _taken_back(self, now_s: float) -> list[Change]:
        """The light changes now: what it opened is cancelled, and may open again once rules ask again."""
        caused = [
            key
            for key, event in self._open.items()
            if now_s - event.begun_s <= CAUSED_S and now_s - event.opened_s <= BEGAN_S
        ]
        ended = [self._ended(key) for key in caused]
        return [self._change(event, event.tell(Phase.CANCELLED, now_s), now_s) for event in ended]

    def _ended(self, key: Key) -> _Open:
        event = self._open.pop(key)
        self._ended_s.pop(key, None)
        self._ended_s[key] = event.held_s
        if len(self._ended_s) > MOST_ENDED:
            del self._ended_s[next(iter(self._ended_s))]
        return event

    def _cools(self, key: Key) -> Key:
        """What is silent after an event: its rule and place, or only its subject."""
        kind = KINDS.get(self._rules[key[0]].kind)
        return key if kind is not None and kind.cools_each else (key[0], key[1], None)

    def _change(self, event: _Open, data: EventData, now_s: float) -> Change:
        seen = event.seen if event.held_s == now_s else frozenset[int]()
        return Change(camera=self._camera.name, data=data, opened_s=event.opened_s, now_s=now_s, seen=seen)


def rule_versions(camera: CameraSettings) -> dict[str, str]:
    """The version of every rule of a camera, by name."""
    return {name: rule_version(camera, rule) for name, rule in _rules(camera).items()}


def _rules(camera: CameraSettings) -> dict[str, RuleSettings | CameraRule]:
    asked: tuple[RuleSettings | CameraRule, ...] = (*camera.rules, *camera.health.rules())
    return {rule.name: rule for rule in asked}


def rule_version(camera: CameraSettings, rule: RuleSettings | CameraRule) -> str:
    """SHA-256 of everything that decides when the rule fires: its settings, the points of its zone and lines, and the
    calibration."""
    if isinstance(rule, CameraRule):
        return _sha256({"rule": rule.model_dump(mode="json")})
    places = [camera.zones[name] for name in (rule.zone,) if name is not None]
    lines = [camera.lines[name] for name in (rule.line, rule.until_line) if name is not None]
    parts = [*places, *lines, *([camera.calibration] if camera.calibration is not None else [])]
    return _sha256({"rule": rule.model_dump(mode="json"), "place": [part.model_dump(mode="json") for part in parts]})


def config_version(camera: CameraSettings) -> str:
    """16 hexadecimal digits that tell one configuration of a camera from another. The source is left out: it may hold a
    password, and a hash of one is a way to guess it."""
    return _sha256(camera.model_dump(mode="json", exclude={"source"}))[:16]


def _sha256(document: object) -> str:
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()  # type: ignore[arg-type]


def _rule(rule: RuleSettings | CameraRule, version: str) -> Rule:
    hours = rule.hours if isinstance(rule, RuleSettings) else None
    return Rule(
        kind=rule.kind,
        name=rule.name,
        mode=Mode(rule.mode),
        version=version,
        dwell_s=rule.dwell_s,
        hours=f"{hours.begin:%H:%M}-{hours.end:%H:%M}" if hours is not None else None,
    )


def _best(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """The best scores first, no more than the contract takes."""
    return tuple(sorted(subjects, key=lambda subject: -subject.score)[:MOST_SUBJECTS])


def _subject(track: Track, hit: Hit) -> Subject:
    return Subject(
        track=track.id,
        class_name=track.class_name,
        score=min(1.0, track.best_score),
        box=track.box,
        dwell_s=round(hit.dwell_s.get(track.id, 0.0), 3),
    )
