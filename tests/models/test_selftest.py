"""Blind models are refused, each with its reason; models that see are not."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import openvino as ov
import pytest
import yaml
from openvino import opset13 as ops

from models import known_picture, registry, selftest
from models.errors import ModelError
from models.names import COCO
from tests.models.test_detectors import WEIGHTS


@pytest.mark.data
@pytest.mark.parametrize("name", WEIGHTS)
def test_every_model_that_is_well_sees_all_of_the_known_pictures(data_dir: Path, name: str) -> None:
    result = selftest.check(registry.open_unchecked(data_dir / "weights" / name), name)
    assert (result.seen, result.known) == (12, 12)


BROKEN = {
    "yolov8n_qlinear_zero_output.onnx": "every score is 0",
    "yolov8n_static_int8_zero_output.onnx": "every score is 0",
    "deimv2_atto_int8_degraded.onnx": "nearly blind: it saw",
    "yolo11n_truncated.pt": "cut off",
    "yolov8n_placeholder.pt": "text, not a model",
}


@pytest.mark.data
@pytest.mark.parametrize(("name", "reason"), BROKEN.items())
def test_broken_weights_are_refused_with_their_reason_and_a_cure(data_dir: Path, name: str, reason: str) -> None:
    path = data_dir / "weights" / "broken" / name
    with pytest.raises(ModelError, match=reason) as refusal:
        registry.load("auto", path, 1)
    assert name in str(refusal.value)
    assert any(cure in str(refusal.value) for cure in ("export it again", "download it again"))
    assert "\n" not in str(refusal.value)


@pytest.mark.data
def test_no_broken_file_is_forgotten_here(data_dir: Path) -> None:
    assert {path.name for path in (data_dir / "weights" / "broken").iterdir()} == set(BROKEN)


def test_the_known_picture_is_the_same_every_time_and_its_mirror_is_not() -> None:
    picture, known = known_picture.draw()
    again, _ = known_picture.draw()
    mirror, mirrored = known_picture.draw(mirrored=True)
    np.testing.assert_array_equal(picture, again)
    assert picture.shape == mirror.shape == (480, 640, 3)
    assert picture.flags.c_contiguous
    assert not np.array_equal(picture, mirror)
    assert sorted(thing.name for thing in known) == sorted(thing.name for thing in mirrored)
    for thing in known:
        x1, y1, x2, y2 = thing.box
        assert 0 <= x1 < x2 <= 640
        assert 0 <= y1 < y2 <= 480
    assert {thing.name for thing in known} <= set(COCO)


Answer = Callable[[ov.Node], ov.Node]
"""Turns the picture (1 × 3 × 64 × 64, 0..1) into a YOLO answer for one class (1 × 5 × 84)."""


def _rows(value: float) -> ov.Node:
    rows = np.full((1, 5, 84), 10, np.float32)
    rows[:, 4] = value
    return ops.constant(rows)


def _contrast(picture: ov.Node) -> ov.Node:
    """How much the picture differs from one grey: 0 for a blank one."""
    axes = ops.constant(np.array([1, 2, 3]))
    mean = ops.reduce_mean(picture, axes, keep_dims=True)
    return ops.reduce_mean(ops.absolute(ops.subtract(picture, mean)), axes, keep_dims=False)


def _reacting(value: float) -> Answer:
    """Scores of about ``value`` that change with the picture."""

    def answer(picture: ov.Node) -> ov.Node:
        return ops.add(_rows(value), ops.multiply(_contrast(picture), ops.constant(np.float32(0.1))))

    return answer


def _custom(folder: Path, answer: Answer, name: str = "fire") -> Path:
    """A network of our own making, with one class, saved as OpenVINO saves them."""
    picture = ops.parameter([1, 3, 64, 64], np.float32)
    # read the picture, or OpenVINO takes the input away
    used = ops.multiply(ops.reduce_mean(picture, ops.constant(np.array([1, 2, 3]))), ops.constant(np.float32(0)))
    model = ov.Model([ops.add(answer(picture), used)], [picture])
    ov.save_model(model, str(folder / "own.xml"), compress_to_fp16=False)
    (folder / "metadata.yaml").write_text(yaml.safe_dump({"task": "detect", "names": {0: name}}))
    return folder


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(lambda _: _rows(0), "every score is 0", id="zero"),
        pytest.param(lambda _: _rows(float("nan")), "not finite", id="not a number"),
        pytest.param(_reacting(7), "scores up to 7", id="scores that were never squashed"),
        pytest.param(lambda _: _rows(0.2), "the same whatever", id="the same for every picture"),
    ],
)
def test_unsound_answers_are_refused_whatever_the_classes(tmp_path: Path, answer: Answer, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        registry.load("auto", _custom(tmp_path, answer), 1)


def test_a_model_that_finds_things_in_nothing_is_refused(tmp_path: Path) -> None:
    def everywhere(picture: ov.Node) -> ov.Node:
        rows = np.zeros((1, 5, 84), np.float32)
        rows[0, 0] = np.arange(84) % 8 * 8 + 4
        rows[0, 1] = np.arange(84) // 8 * 8 + 4
        rows[0, 2:4] = 6
        rows[0, 4] = 0.9
        return ops.add(ops.constant(rows), ops.multiply(_contrast(picture), ops.constant(np.float32(0.1))))

    with pytest.raises(ModelError, match="empty picture"):
        registry.load("auto", _custom(tmp_path, everywhere), 1)


def test_a_model_with_classes_of_its_own_is_only_asked_for_sound_answers(tmp_path: Path) -> None:
    detector = registry.load("auto", _custom(tmp_path, _reacting(0.1)), 1)
    assert detector.classes == ("fire",)
    assert detector.info.input_size == (64, 64)
    result = selftest.check(registry.open_unchecked(tmp_path), "own")
    assert (result.seen, result.known) == (0, 0)
    assert "not tested" in str(result)


def test_a_picture_is_no_model(tmp_path: Path) -> None:
    fake = tmp_path / "yolo.onnx"
    cv2.imwrite(str(tmp_path / "a.png"), known_picture.blank())
    (tmp_path / "a.png").rename(fake)
    with pytest.raises(ModelError, match="can't read it"):
        registry.load("auto", fake, 1)
