"""What a rule is, and which tracks it asks about."""

from collections.abc import Sequence
from typing import Protocol

from contract.event import Place
from contract.zones import Line
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track


class Rule(Protocol):
    """One question asked of one camera's tracks. It remembers what it needs; a new object has forgotten everything."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None: ...

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        """The hits of this frame: empty while the rule does not hold. Called for every frame, in order."""
        ...


def wanted(rule: RuleSettings, tracks: Sequence[Track]) -> list[Track]:
    """The tracks of the rule's classes that were seen at least once with its score: a good look counts for the whole
    track, so that somebody who turns away does not drop out."""
    return [track for track in tracks if track.class_name in rule.classes and track.best_score >= rule.min_score]


def zone_of(rule: RuleSettings, camera: CameraSettings) -> tuple[Place, tuple[tuple[float, float], ...]]:
    """The rule's zone as messages name it, and its polygon; the settings made sure that it exists."""
    name = rule.zone or ""
    zone = camera.zones[name]
    return Place(kind="zone", name=name, label=zone.label), zone.points


def line_of(rule: RuleSettings, camera: CameraSettings) -> tuple[Place, Line]:
    """The rule's line as messages name it, and its points."""
    name = rule.line or ""
    line = camera.lines[name]
    return Place(kind="line", name=name, label=line.label), line
