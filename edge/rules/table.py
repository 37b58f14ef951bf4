"""The rules there are, and those of one camera at work: hours, modes, one call a frame."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from edge.rules.intrusion import Intrusion
from edge.rules.line_crossing import LineCrossing
from edge.rules.loitering import Loitering
from edge.rules.rule import Rule
from edge.rules.static_object import StaticObject
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

RULES: dict[str, type[Rule]] = {
    "intrusion": Intrusion,
    "line_crossing": LineCrossing,
    "loitering": Loitering,
    "static_object": StaticObject,
}
"""``kind`` in the settings → the class that asks it. A new rule is a file and a row here (see README.md)."""


class Rules:
    """Every rule of one camera. ``off`` never runs; outside its hours a rule does not ask and forgets."""

    def __init__(self, camera: CameraSettings, zone: ZoneInfo) -> None:
        self._camera = camera
        self._zone = zone
        self._settings = tuple(rule for rule in camera.rules if rule.mode != "off")
        self._running: dict[str, Rule] = {}

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        """The hits of every rule on this frame."""
        hits: list[Hit] = []
        for rule in self._settings:
            if self._is_asked(rule, frame):
                hits += self._rule(rule).update(frame, tracks)
            else:
                # What was there before its hours began is no answer: it starts afresh.
                self._running.pop(rule.name, None)
        return hits

    def _is_asked(self, rule: RuleSettings, frame: Frame) -> bool:
        return rule.hours is None or rule.hours.holds(frame.captured_at.astimezone(self._zone).time())

    def _rule(self, rule: RuleSettings) -> Rule:
        if rule.name not in self._running:
            self._running[rule.name] = RULES[rule.kind](rule, self._camera)
        return self._running[rule.name]
