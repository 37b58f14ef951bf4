"""The walk on real footage, against ground truth: zone entries, a line, an object that is left, a cloud."""

from pathlib import Path

import pytest

from contract.event import Phase
from contract.zones import Line, Zone
from edge.analyze import analyze
from edge.defaults import default_camera
from edge.settings import CameraSettings, RuleSettings
from models import registry
from models.detector import Detector
from tests.support.driven_clock import DrivenClock
from tests.support.walk import BEGIN
from tests.support.zone_entries import Entries, matched, references

PETS = "pets2009_s2l1_vtest_480x360"


@pytest.fixture(scope="module")
def yolo(data_dir: Path) -> Detector:
    return registry.load(weights=data_dir / "weights" / "yolo11n_int8_openvino_model")


def pets(data_dir: Path) -> CameraSettings:
    """The clip with the reference's zones, a line across the crossing's right edge, and one rule for each."""
    zones = {
        zone.zone: Zone(points=tuple((x / 480, y / 360) for x, y in zone.polygon))
        for zone in references(data_dir, PETS, 10)
    }
    return CameraSettings(
        name="pets",
        source=str(data_dir / "videos" / f"{PETS}.mp4"),
        start_at=BEGIN,
        zones=zones,
        lines={"edge": Line(a=(330 / 480, 140 / 360), b=(330 / 480, 215 / 360))},
        rules=(
            RuleSettings(name="lawn", kind="intrusion", zone="lawn", dwell_s=1.0),
            RuleSettings(name="edge", kind="line_crossing", line="edge", cool_s=0.0),
        ),
    )


@pytest.mark.data
def test_zone_entries_on_pets_agree_with_its_ground_truth(data_dir: Path, yolo: Detector) -> None:
    wanted = references(data_dir, PETS, 10)
    zones = [Entries(reference.polygon) for reference in wanted]
    summary, events = analyze(
        [pets(data_dir)],
        lambda: yolo,
        DrivenClock(),
        watch=lambda _, __, frame, tracks: [zone.watch(frame, tracks) for zone in zones] and None,
    )
    hits = sum(matched(zone.at_s, reference.entries_s) for zone, reference in zip(zones, wanted, strict=True))
    found = sum(len(zone.at_s) for zone in zones)
    asked = sum(len(reference.entries_s) for reference in wanted)
    assert hits / found >= 0.85, "precision; measured 0.93"
    assert hits / asked >= 0.9, "recall; measured 0.96"
    # Half the frames: five a second of ten.
    assert summary.inferences <= 0.52 * summary.frames
    # Somebody crosses the lawn from 51.2 s on, and nobody before.
    lawn = [event.data for event in events if event.data.rule.name == "lawn" and event.data.phase is Phase.OPENED]
    assert lawn
    assert (lawn[0].started_at - BEGIN).total_seconds() == pytest.approx(52.0, abs=1.5)


@pytest.mark.data
def test_a_bag_that_is_left_is_one_static_object_once_its_owner_let_go(data_dir: Path, yolo: Detector) -> None:
    camera = default_camera("hall", str(data_dir / "videos" / "aboda_video4_abandoned_bag.avi"), start_at=BEGIN)
    rule = RuleSettings(
        name="left",
        kind="static_object",
        zone="whole",
        classes=("backpack", "handbag", "suitcase"),
        dwell_s=10.0,
        min_score=0.3,
    )
    summary, _ = analyze([camera.model_copy(update={"rules": (rule,)})], lambda: yolo, DrivenClock())
    assert summary.events.get("left", 0) <= 1, "never more than the one that is there"


@pytest.mark.data
def test_a_passing_cloud_is_no_event(data_dir: Path, yolo: Detector) -> None:
    camera = default_camera("sky", str(data_dir / "videos" / "dvrscan_issue53_brightness_change.avi"), start_at=BEGIN)
    _, events = analyze([camera], lambda: yolo, DrivenClock())
    assert [event.data.rule.name for event in events if event.data.rule.name == "people"] == []
