"""Speed over a stretch of calibrated road, whatever the boxes do on the way."""

import random
from typing import Any

import pytest

from edge.settings import CameraSettings, RuleSettings
from edge.values import Hit, Track
from tests.support.walk import asked, camera, plan, rule_of, times, track

ROAD = plan(20.0, 50.0)
"""Seen from above: 50 m from the picture's upper edge to its lower."""
ZONE: dict[str, Any] = {"kind": "speeding", "calibration": ROAD, "zone": "whole"}
SEGMENT: dict[str, Any] = {"kind": "speeding", "calibration": ROAD, "line": "start", "until_line": "end"}
"""30 m."""
AWAY_S = 3.0


def driven(
    kmh: float, *, tremble_m: float = 0.0, fps: float = 10.0, up: bool = False
) -> list[tuple[float, list[Track]]]:
    """A car goes over the picture from edge to edge; its box trembles by so much (one standard deviation)."""
    chance, story = random.Random(7), []
    for at in times(0, 50.0 / (kmh / 3.6) + AWAY_S, fps):
        y = at * kmh / 3.6 / 50.0
        y = 1 - y if up else y
        wobble = chance.gauss(0, tremble_m) / 50.0
        seen = [track((0.5, y + wobble), at, class_name="car", size=(0.1, 0.05))] if 0 <= y <= 1 else []
        story.append((at, seen))
    return story


def hits_of(settings: CameraSettings, story: list[tuple[float, list[Track]]]) -> list[tuple[float, Hit]]:
    return asked(rule_of(settings), story)


@pytest.mark.parametrize("where", [ZONE, SEGMENT])
@pytest.mark.parametrize(("kmh", "fires"), [(30, False), (47, False), (53, True), (90, True)])
@pytest.mark.parametrize("tremble_m", [0.0, 0.3])
@pytest.mark.parametrize("fps", [5.0, 25.0])
def test_a_limit_of_fifty_is_told_to_three_kmh(
    where: dict[str, Any], kmh: float, fires: bool, tremble_m: float, fps: float
) -> None:
    hits = hits_of(camera(**where, limit_kmh=50.0), driven(kmh, tremble_m=tremble_m, fps=fps))
    assert len(hits) == int(fires)


@pytest.mark.parametrize("where", [ZONE, SEGMENT])
def test_one_box_that_is_ten_metres_off_changes_nothing(where: dict[str, Any]) -> None:
    story = driven(45)
    middle = len(story) // 4
    at, (car,) = story[middle]
    story[middle] = (at, [track((0.5, car.foot[1] + 0.1), at, class_name="car", size=(0.1, 0.05))])
    assert not hits_of(camera(**where, limit_kmh=50.0), story)


@pytest.mark.parametrize(
    ("direction", "up", "fires"),
    [("both", True, True), ("both", False, True), ("forward", True, False), ("backward", True, True)],
)
def test_a_segment_has_its_directions(direction: str, up: bool, fires: bool) -> None:
    assert bool(hits_of(camera(**SEGMENT, direction=direction), driven(80, up=up))) is fires


def test_the_hit_says_who_and_for_how_long() -> None:
    ((_, hit),) = hits_of(camera(**SEGMENT), driven(90))
    assert hit.subject == 1
    assert hit.dwell_s[1] == pytest.approx(30 / 25, abs=0.05)


def test_a_vehicle_that_is_lost_on_the_stretch_is_judged_by_what_was_seen() -> None:
    story = [(at, seen if at < 1.2 else []) for at, seen in driven(90)]
    assert hits_of(camera(**ZONE), story)
    assert not hits_of(camera(**SEGMENT), story)


def test_a_few_metres_say_nothing() -> None:
    story = [(at, seen if at < 0.25 else []) for at, seen in driven(90, fps=25)]
    assert not hits_of(camera(**ZONE), story)


def test_it_needs_a_calibrated_camera() -> None:
    with pytest.raises(ValueError, match="speeding needs the camera's `calibration`"):
        CameraSettings(
            name="a",
            source="b",
            zones=camera().zones,
            rules=(RuleSettings(name="r", kind="speeding", zone="whole"),),
        )
