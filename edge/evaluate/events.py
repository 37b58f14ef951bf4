"""How good are the events? Each zone's entries and each rule's events against what the ground truth says was due."""

from dataclasses import dataclass

from edge.evaluate import reference
from edge.evaluate.matching import Score, score
from edge.evaluate.mot import Truth, looks
from edge.evaluate.sight import PERSON, Look, step_s
from edge.evaluate.walk import Walked
from edge.evaluate.zone_entries import Polygon, entries
from edge.settings import CameraSettings, RuleSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question of one place. ``kind``: ``zone_entry`` (of tracks), or the kind of a rule (of its events);
    ``score`` is None where the truth can't say what was due, and ``note`` says why."""

    kind: str
    name: str
    place: str
    score: Score | None
    note: str = ""

    def document(self) -> dict[str, object]:
        """For JSON."""
        head: dict[str, object] = {"kind": self.kind, "name": self.name, "place": self.place}
        if self.score is None:
            return head | {"note": self.note}
        return head | self.score.document()


def score_events(camera: CameraSettings, truth: Truth, walked: Walked) -> list[Row]:
    """A row for each zone's entries, then one for each rule, in the order of the settings."""
    true = looks(truth, walked.stamps_s)
    rows = []
    for name, zone in camera.zones.items():
        polygon = _pixels(zone.points, walked.size)
        scored = score(entries(walked.looks, polygon), true_entries(true, polygon))
        rows.append(Row(kind="zone_entry", name=name, place=name, score=scored))
    return rows + [_rule(rule, camera, true, walked) for rule in camera.rules if rule.mode != "off"]


def true_entries(true: list[Look], polygon: Polygon) -> list[float]:
    """When somebody entered who was seen outside before."""
    return [true[stay.first - 1].at_s for stay in reference.stays(true, polygon) if not stay.is_from_start]


def _rule(rule: RuleSettings, camera: CameraSettings, true: list[Look], walked: Walked) -> Row:
    place = rule.line or rule.zone or ""
    due = _due(rule, camera, true, walked.size)
    if isinstance(due, str):
        return Row(kind=rule.kind, name=rule.name, place=place, score=None, note=due)
    return Row(kind=rule.kind, name=rule.name, place=place, score=score(walked.opened_s(rule.name), due))


def _due(rule: RuleSettings, camera: CameraSettings, true: list[Look], size: tuple[int, int]) -> list[float] | str:
    """When the rule's events were due, or why the truth can't say."""
    if PERSON not in rule.classes:
        return f"the truth has only people, the rule asks about {', '.join(rule.classes)}"
    if rule.hours is not None:
        return "the rule has hours, the truth has none; leave them out to score it"
    if rule.kind == "line_crossing" and rule.line is not None:
        a, b = _pixels((camera.lines[rule.line].a, camera.lines[rule.line].b), size)
        over = [one for one in reference.crossings(true, a, b) if rule.direction in ("both", one.direction)]
        holds = [reference.Hold(subject=one.person, begin_s=one.at_s, end_s=one.at_s) for one in over]
        return reference.alarms_each(holds, rule.close_s, rule.cool_s)
    if rule.kind == "crowd" and rule.zone is not None:
        if camera.calibration is not None:
            return "the reference for crowds goes by people's height; leave the calibration out to score it"
        polygon = _pixels(camera.zones[rule.zone].points, size)
        holds = reference.crowding(true, polygon, rule.at_least, rule.radius_m, rule.dwell_s, rule.grace_s)
        return reference.alarms(holds, rule.close_s, rule.cool_s)
    if rule.kind in ("intrusion", "loitering") and rule.zone is not None:
        polygon = _pixels(camera.zones[rule.zone].points, size)
        bridged = round(rule.grace_s / (step_s([look.at_s for look in true]) or 1.0))
        holds = reference.dwelling(true, polygon, rule.dwell_s, bridged)
        if rule.kind == "intrusion":  # one event for the place, whoever is in it
            holds = [reference.Hold(subject=None, begin_s=one.begin_s, end_s=one.end_s) for one in holds]
        return reference.alarms(holds, rule.close_s, rule.cool_s)
    return f"no reference for rules of the kind {rule.kind}"


def _pixels(points: tuple[tuple[float, float], ...], size: tuple[int, int]) -> Polygon:
    return tuple((x * size[0], y * size[1]) for x, y in points)
