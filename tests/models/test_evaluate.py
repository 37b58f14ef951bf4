"""Average precision: known answers to known boxes, and the figures of the data's README."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from models import registry, scripted
from models.errors import ModelError
from models.evaluate import Truth, evaluate, labelled_pictures
from tests.support.pictures import noise


def truth(*boxes: tuple[float, float, float, float]) -> Truth:
    return np.array(boxes, np.float32).reshape(-1, 4), np.zeros(len(boxes), np.int64)


def plays(folder: Path, *frames: list[list[float]]) -> scripted.ScriptedDetector:
    script = folder / "script.json"
    script.write_text(json.dumps({"classes": ["person", "ghost"], "frames": dict(enumerate(frames))}))
    return scripted.load(script)


def test_perfect_boxes_score_one(tmp_path: Path) -> None:
    boxes = [(10, 10, 50, 90), (60, 20, 90, 80)]
    detector = plays(tmp_path, [[*box, 0.9, 0] for box in boxes], [[*boxes[0], 0.8, 0]])
    measured = evaluate(detector, [(noise(100, 100), truth(*boxes)), (noise(100, 100), truth(boxes[0]))])
    assert (measured.map50_95, measured.map50, measured.person_ap) == pytest.approx((1, 1, 1))
    assert (measured.precision, measured.recall) == (1, 1)
    assert (measured.pictures, measured.boxes) == (2, 3)


def test_a_miss_costs_recall_and_a_wrong_box_precision(tmp_path: Path) -> None:
    box = (10.0, 10.0, 50.0, 90.0)
    detector = plays(tmp_path, [[*box, 0.9, 0], [60, 60, 90, 90, 0.8, 0], [*box, 0.7, 0]], [])
    measured = evaluate(detector, [(noise(100, 100), truth(box)), (noise(100, 100), truth(box))])
    assert measured.recall == 0.5
    assert measured.precision == pytest.approx(1 / 3), "one place is found once; the second box on it is wrong"
    assert 0.45 < measured.map50 < 0.55


def test_classes_that_the_truth_does_not_know_are_left_out(tmp_path: Path) -> None:
    box = (10.0, 10.0, 50.0, 90.0)
    measured = evaluate(plays(tmp_path, [[*box, 0.9, 1], [*box, 0.8, 0]]), [(noise(100, 100), truth(box))])
    assert (measured.precision, measured.recall) == (1, 1)


def test_nothing_to_compare_with_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no labelled picture"):
        evaluate(plays(tmp_path), [])


@pytest.mark.data
def test_a_detector_measures_as_the_readme_says(data_dir: Path) -> None:
    """The first 40 of the 128 pictures; README.md has the figures of all."""
    detector = registry.open_unchecked(data_dir / "weights" / "yolox_nano.onnx")
    measured = evaluate(detector, itertools.islice(labelled_pictures(data_dir / "images" / "coco128val"), 40))
    assert measured.map50_95 == pytest.approx(0.36, abs=0.05)
    assert measured.person_ap == pytest.approx(0.37, abs=0.06)
