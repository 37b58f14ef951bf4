"""The rules there are, and those of one camera at work: hours, days, modes, one call a frame."""

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from contract.kinds import KINDS
from edge.rules.bike_theft import BikeTheft
from edge.rules.crowd import Crowd
from edge.rules.fight import Fight
from edge.rules.fire import Fire
from edge.rules.intrusion import Intrusion
from edge.rules.line_crossing import LineCrossing
from edge.rules.loitering import Loitering
from edge.rules.object_left import ObjectLeft
from edge.rules.parked_motorbikes import ParkedMotorbikes
from edge.rules.person_lying import PersonLying
from edge.rules.racing import Racing
from edge.rules.rule import Pausing, Rule
from edge.rules.smoke import Smoke
from edge.rules.speeding import Speeding
from edge.rules.static_object import StaticObject
from edge.rules.vending import Vending
from edge.rules.wrong_way import WrongWay
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

RULES: dict[str, type[Rule]] = {
    "fire": Fire,
    "intrusion": Intrusion,
    "line_crossing": LineCrossing,
    "wrong_way": WrongWay,
    "loitering": Loitering,
    "object_left": ObjectLeft,
    "smoke": Smoke,
    "static_object": StaticObject,
    "pavement_encroachment": StaticObject,
    "road_encroachment": StaticObject,
    "illegal_parking": StaticObject,
    "parked_motorbikes": ParkedMotorbikes,
    "vending": Vending,
    "crowd": Crowd,
    "racing": Racing,
    "speeding": Speeding,
    "person_lying": PersonLying,
    "fight": Fight,
    "bike_theft": BikeTheft,
}
"""``kind`` in the settings → the class that asks it. A new rule is a file and a row here and in ``contract.kinds`` (see
README.md)."""


class Rules:
    """Every rule of one camera. ``off`` never runs; outside its hours and days a rule does not ask and forgets, except
    that one which learns what is usual goes on looking."""

    def __init__(self, camera: CameraSettings, zone: ZoneInfo) -> None:
        self._zone = zone
        self._take(camera)
        self._running: dict[str, Rule] = {}
        self._before_s: float | None = None

    def update(self, frame: Frame, tracks: Sequence[Track], *, guarded: bool = False) -> list[Hit]:
        """The hits of every rule on this frame. ``guarded``: the tracks are not to be believed; every rule stands
        still, as if the frame had not been."""
        passed_s = 0.0 if self._before_s is None else frame.pts_s - self._before_s
        self._before_s = frame.pts_s
        if guarded:
            for running in self._running.values():
                if isinstance(running, Pausing):
                    running.pause(passed_s)
            return []
        hits: list[Hit] = []
        for rule in self._settings:
            if self._is_asked(rule, frame):
                hits += self._rule(rule).update(frame, tracks)
            elif KINDS[rule.kind].learns:
                self._rule(rule).update(frame, tracks)
            else:
                # What was there before its hours began is no answer: it starts afresh.
                self._running.pop(rule.name, None)
        return hits

    def reconfigure(self, camera: CameraSettings, kept: Collection[str]) -> None:
        """From now on by these settings. ``kept``: the rules that ask the same as before, and remember."""
        self._take(camera)
        self._running = {name: rule for name, rule in self._running.items() if name in kept}

    def _take(self, camera: CameraSettings) -> None:
        self._camera = camera
        self._settings = tuple(rule for rule in camera.rules if rule.mode != "off")

    def _is_asked(self, rule: RuleSettings, frame: Frame) -> bool:
        local = frame.captured_at.astimezone(self._zone)
        return (rule.hours is None or rule.hours.holds(local.time())) and (
            rule.effective is None or rule.effective.holds(local.date())
        )

    def _rule(self, rule: RuleSettings) -> Rule:
        if rule.name not in self._running:
            self._running[rule.name] = RULES[rule.kind](rule, self._camera)
        return self._running[rule.name]
