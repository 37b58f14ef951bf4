"""What a rule is, and which tracks it asks about."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from contract.event import Place
from contract.kinds import MOVERS, OBJECT
from contract.zones import Line
from edge.geometry import inside, overlap
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

Polygon = tuple[tuple[float, float], ...]

SAME_THING = 0.4
"""Intersection over union from which on a thing's box and a named box are one thing."""


class Rule(Protocol):
    """One question asked of one camera's tracks. It remembers what it needs; a new object has forgotten everything."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None: ...

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        """The hits of this frame: empty while the rule does not hold. Called for every frame, in order."""
        ...


@runtime_checkable
class Pausing(Protocol):
    """A rule that counts seconds: those for which nobody asked must neither count nor be a gap."""

    def pause(self, seconds: float) -> None:
        """So much of the stream has passed in which the rule was not asked (the guard was up)."""
        ...


def wanted(rule: RuleSettings, tracks: Sequence[Track]) -> list[Track]:
    """The tracks of the rule's classes that were seen at least once with its score: a good look counts for the whole
    track, so that somebody who turns away does not drop out. What stands there as a thing without a name and has one
    as well ("suitcase") is asked about once: as the thing, which does not blink."""
    found = [track for track in tracks if track.class_name in rule.classes and track.best_score >= rule.min_score]
    things = [track.box for track in found if track.class_name == OBJECT]
    return [
        track
        for track in found
        if track.class_name in (OBJECT, *MOVERS) or all(overlap(track.box, thing) < SAME_THING for thing in things)
    ]


def people(rule: RuleSettings, tracks: Sequence[Track]) -> list[Track]:
    """The persons, where a rule's ``classes`` are the things that they have to do with."""
    return [track for track in tracks if track.class_name == "person" and track.best_score >= rule.min_score]


def standing_in(polygon: Polygon, tracks: Sequence[Track]) -> list[Track]:
    """Those whose foot is inside."""
    return [track for track in tracks if inside(track.foot, polygon)]


def zone_of(rule: RuleSettings, camera: CameraSettings) -> tuple[Place, Polygon]:
    """The rule's zone as messages name it, and its polygon; the settings made sure that it exists."""
    name = rule.zone or ""
    zone = camera.zones[name]
    return Place(kind="zone", name=name, label=zone.label), zone.points


def line_of(rule: RuleSettings, camera: CameraSettings) -> tuple[Place, Line]:
    """The rule's line as messages name it, and its points."""
    name = rule.line or ""
    line = camera.lines[name]
    return Place(kind="line", name=name, label=line.label), line


def hit_of(rule: RuleSettings, place: Place, subject: int, track: Track, span: tuple[float, float]) -> Hit:
    """A hit of one track. ``span``: since when, and now."""
    since_s, now_s = span
    return Hit(
        rule=rule.name,
        place=place,
        subject=subject,
        tracks=(track,),
        since_s=since_s,
        dwell_s={track.id: max(0.0, now_s - since_s)},
    )


def hits_here(
    rule: RuleSettings, place: Place, held: Mapping[Track, float], now_s: float, since_s: float | None = None
) -> list[Hit]:
    """The one hit of a place, whoever is in it; none where nobody is.

    ``held``: since when the condition holds for each track; ``since_s``: since when for the place, by default for the
    first of them.
    """
    if not held:
        return []
    return [
        Hit(
            rule=rule.name,
            place=place,
            subject=None,
            tracks=tuple(held),
            since_s=min(held.values()) if since_s is None else since_s,
            dwell_s={track.id: now_s - one_s for track, one_s in held.items()},
        )
    ]
