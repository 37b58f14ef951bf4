"""The walk on real footage, against ground truth: zone entries, a line, a cloud that passes."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from contract.event import Phase
from contract.zones import Line, Zone
from edge.analyze import analyze
from edge.defaults import default_camera
from edge.evaluate import mot
from edge.evaluate.matching import score
from edge.evaluate.reference import crossings
from edge.evaluate.sight import Look, look
from edge.evaluate.zone_entries import references, score_entries
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Track
from models import registry
from models.detector import Detector
from tests.support.driven_clock import DrivenClock
from tests.support.walk import BEGIN

PETS = "pets2009_s2l1_vtest_480x360"


@pytest.fixture(scope="module")
def yolo(data_dir: Path) -> Detector:
    return registry.load(weights=data_dir / "weights" / "yolo11n_int8_openvino_model")


def pets(data_dir: Path) -> CameraSettings:
    """The clip with the reference's zones, a line across the crossing's right edge, and one rule for each."""
    zones = {
        zone.zone: Zone(points=tuple((x / 480, y / 360) for x, y in zone.polygon))
        for zone in references(data_dir / "gt" / "zone_intervals.csv", PETS)
    }
    return CameraSettings(
        name="pets",
        source=str(data_dir / "videos" / f"{PETS}.mp4"),
        start_at=BEGIN,
        zones=zones,
        lines={"edge": Line(a=(330 / 480, 140 / 360), b=(330 / 480, 215 / 360))},
        rules=(
            RuleSettings(name="lawn", kind="intrusion", zone="lawn", dwell_s=1.0),
            RuleSettings(name="edge", kind="line_crossing", line="edge", close_s=1.0, cool_s=0.0),
        ),
    )


def true_crossings(data_dir: Path, camera: CameraSettings, stamps_s: Sequence[float]) -> list[float]:
    """When the annotated people cross the line."""
    line = camera.lines["edge"]
    a, b = ((x * 480, y * 360) for x, y in (line.a, line.b))
    true = mot.looks(mot.read(data_dir / "gt" / f"{PETS}.gt.txt"), stamps_s)
    return [crossing.at_s for crossing in crossings(true, a, b)]


@pytest.mark.data
def test_zone_entries_and_line_crossings_on_pets_agree_with_its_ground_truth(data_dir: Path, yolo: Detector) -> None:
    wanted = references(data_dir / "gt" / "zone_intervals.csv", PETS)
    camera, looks = pets(data_dir), list[Look]()

    def watch(_: CameraSettings, __: float | None, frame: Frame, tracks: Sequence[Track]) -> None:
        looks.append(look(frame, tracks))

    summary, events = analyze([camera], lambda: yolo, DrivenClock(), watch=watch)
    stamps_s = [one.at_s for one in looks]
    zones = score_entries(looks, wanted, stamps_s).values()
    hits = sum(zone.matched for zone in zones)
    assert hits / sum(zone.found for zone in zones) >= 0.85, "precision; measured 0.93"
    assert hits / sum(zone.wanted for zone in zones) >= 0.9, "recall; measured 0.96"
    assert summary.inferences <= 0.52 * summary.frames, "five a second of ten"

    began = {
        rule.name: [
            (event.data.started_at - BEGIN).total_seconds()
            for event in events
            if event.data.rule.name == rule.name and event.data.phase is Phase.OPENED
        ]
        for rule in camera.rules
    }
    found = score(began["edge"], true_crossings(data_dir, camera, stamps_s))
    assert found.matched >= found.wanted - 1, "measured: 26 of 26"
    assert found.found <= found.wanted + 1
    # The first entry onto the lawn is at frame 521.
    assert began["lawn"][0] == pytest.approx(52.0, abs=1.0)


@pytest.mark.data
def test_a_passing_cloud_is_no_event(data_dir: Path, yolo: Detector) -> None:
    camera = default_camera("sky", str(data_dir / "videos" / "dvrscan_issue53_brightness_change.avi"), start_at=BEGIN)
    _, events = analyze([camera], lambda: yolo, DrivenClock())
    assert [event.data.rule.name for event in events if event.data.rule.name == "people"] == []
