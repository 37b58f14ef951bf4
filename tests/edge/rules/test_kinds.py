"""What a rule is where its settings do not say, and what they must say."""

from datetime import time
from typing import Any

import pytest

from contract.config import SettingsError
from contract.kinds import KINDS
from edge.defaults import default_camera
from edge.settings import EdgeSettings, RuleSettings, parse

POINTS = [
    {"image": [0.3, 0.4], "ground": [0, 20]},
    {"image": [0.7, 0.4], "ground": [6, 20]},
    {"image": [0.95, 0.95], "ground": [6, 0]},
    {"image": [0.05, 0.95], "ground": [0, 0]},
]


def edge_with(rule: dict[str, Any], **camera: Any) -> EdgeSettings:
    """An edge of one camera and one rule; zone ``z`` and lines ``a`` and ``b`` are there."""
    zones = {"z": {"points": [[0, 0], [1, 0], [1, 1]]}}
    lines = {"a": {"a": [0, 0.2], "b": [1, 0.2]}, "b": {"a": [0, 0.8], "b": [1, 0.8]}}
    whole = {"name": "c", "source": "x", "zones": zones, "lines": lines, "rules": [{"name": "r"} | rule]}
    return parse({"site": "s", "edge": "e", "cameras": [whole | camera]})


def rule_of(rule: dict[str, Any], **camera: Any) -> RuleSettings:
    """The rule as it is read."""
    return edge_with(rule, **camera).cameras[0].rules[0]


@pytest.mark.parametrize(
    ("kind", "dwell_s", "cool_s", "severity", "mode", "hours"),
    [
        ("intrusion", 3, 300, "medium", "active", None),
        ("loitering", 300, 1800, "low", "trial", None),
        ("pavement_encroachment", 600, 3600, "low", "active", (6, 22)),
        ("road_encroachment", 300, 1800, "medium", "active", None),
        ("illegal_parking", 300, 1800, "medium", "active", None),
        ("parked_motorbikes", 900, 3600, "low", "trial", (7, 22)),
        ("vending", 180, 1800, "low", "trial", (5, 22)),
        ("crowd", 180, 1200, "medium", "trial", (22, 5)),
        ("person_lying", 60, 600, "high", "trial", None),
        ("fight", 4, 300, "urgent", "trial", None),
        ("bike_theft", 40, 600, "high", "trial", (0, 5)),
        ("object_left", 120, 1800, "low", "active", None),
        ("fire", 8, 120, "urgent", "trial", None),
        ("smoke", 20, 120, "urgent", "trial", None),
        ("racing", 3, 600, "high", "trial", (20, 4)),
    ],
)
def test_what_is_left_out_is_as_the_kind_has_it(
    kind: str, dwell_s: float, cool_s: float, severity: str, mode: str, hours: tuple[int, int] | None
) -> None:
    rule = rule_of({"kind": kind, "zone": "z"})
    assert (rule.dwell_s, rule.cool_s, rule.severity, rule.mode) == (dwell_s, cool_s, severity, mode)
    shown = None if rule.hours is None else (rule.hours.begin, rule.hours.end)
    assert shown == (None if hours is None else (time(hours[0]), time(hours[1])))


def test_what_the_settings_say_holds() -> None:
    rule = rule_of({"kind": "crowd", "zone": "z", "dwell_s": 5, "mode": "active", "hours": None, "classes": ["car"]})
    assert (rule.dwell_s, rule.mode, rule.hours, rule.classes) == (5, "active", None, ("car",))
    assert rule.at_least == 6


def test_every_default_is_a_setting_that_its_kind_may_have() -> None:
    for kind, row in KINDS.items():
        places = {"zone": "z", "line": "a", "until_line": "b"}
        where = {key: places[key] for key in row.places[0]}
        assert rule_of({"kind": kind} | where, calibration={"points": POINTS}).kind == kind


@pytest.mark.parametrize(
    ("rule", "camera", "says"),
    [
        ({"kind": "crowd"}, {}, "crowd needs `zone`"),
        ({"kind": "crowd", "line": "a"}, {}, "crowd needs `zone`"),
        ({"kind": "wrong_way", "zone": "z"}, {}, "wrong_way needs `zone` and `line`"),
        ({"kind": "speeding", "line": "a"}, {}, "speeding needs `zone` or `line` and `until_line`"),
        ({"kind": "speeding", "line": "a", "until_line": "c"}, {}, "line 'c' is not among"),
        ({"kind": "speeding", "zone": "z"}, {}, "needs the camera's `calibration`"),
        ({"kind": "queue", "zone": "z"}, {}, "cameras.0.rules.0.kind"),
        ({"kind": ["crowd"], "zone": "z"}, {}, "cameras.0.rules.0.kind"),
        ({"kind": "crowd", "zone": "z", "radius_m": 0}, {}, "radius_m"),
        (
            {"kind": "crowd", "zone": "z", "effective": {"from": "2026-02-01", "to": "2026-02-01"}},
            {},
            "must lie after from",
        ),
        ({"kind": "crowd", "zone": "z", "effective": {"until": "2026-02-01"}}, {}, "effective.until: unknown key"),
        ({"kind": "crowd", "zone": "z"}, {"calibration": {"points": POINTS[:3]}}, "calibration.points"),
        (
            {"kind": "crowd", "zone": "z"},
            {"calibration": {"points": [*POINTS[:3], {"image": [0.5, 0.4], "ground": [3, 20]}]}},
            "lie (almost) on one line in the picture; take the four corners of a rectangle",
        ),
        (
            {"kind": "crowd", "zone": "z"},
            {"calibration": {"points": [*POINTS[:3], {"image": [0.05, 0.95], "ground": [0, float("nan")]}]}},
            "ground",
        ),
    ],
)
def test_a_rule_that_can_not_be_asked_is_refused_with_the_cure(
    rule: dict[str, Any], camera: dict[str, Any], says: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        edge_with(rule, **camera)
    assert says in str(caught.value)


def test_the_street_of_the_demo_raises_counted_events() -> None:
    assert {rule.mode for rule in default_camera("street", "sim:street").rules} == {"active"}
