"""From ``.pt`` to ONNX, OpenVINO and INT8: the exported networks answer as the torch model does."""

import sys
from pathlib import Path
from subprocess import run
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models import export, registry, ultralytics
from models.errors import ModelError
from models.layout import Kind
from models.names import COCO
from tests.support.needs import ROOT
from tests.support.pictures import noise

pytestmark = [pytest.mark.filterwarnings("ignore")]
"""Torch and its exporters warn of their own affairs."""

SIZE = 96


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly initialised YOLO11n saved as ``.pt``; its normalisations have seen noise, so its answers vary."""
    import torch

    torch.manual_seed(0)
    model = ultralytics.load("yolo11n.yaml")
    model.model.names = dict(enumerate(COCO))
    for module in model.model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
    with torch.no_grad():
        model.model.train()(torch.rand(8, 3, SIZE, SIZE))
    # random weights saturate the scores, and then a rounding flips them from 0 to 1
    for branch in model.model.model[-1].cv3:
        branch[-1].weight.data *= 0.1
    path = tmp_path_factory.mktemp("pt") / "fresh.pt"
    model.save(path)
    return path


@pytest.fixture(scope="module")
def picture() -> NDArray[np.uint8]:
    return noise(SIZE, SIZE, seed=99)


@pytest.fixture(scope="module")
def expected(weights: Path, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What torch answers: 1 × 84 × cells."""
    import torch

    model: Any = ultralytics.load(weights).model.eval()
    with torch.no_grad():
        answer = model(torch.from_numpy(export.as_input(picture, (SIZE, SIZE))))
    found = answer[0] if isinstance(answer, tuple | list) else answer
    return np.asarray(found.numpy(), np.float32)


def likeness(one: NDArray[np.floating], other: NDArray[np.floating]) -> tuple[float, float]:
    """Correlation of the boxes and of the scores of two answers; 1 is the same."""
    parts = ((one[:, :4], other[:, :4]), (one[:, 4:], other[:, 4:]))
    boxes, scores = (float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) for a, b in parts)
    return boxes, scores


@pytest.fixture(scope="module")
def made(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[export.Form, Path]:
    """Exported once in each form."""
    folder = tmp_path_factory.mktemp("made")
    forms: tuple[export.Form, ...] = ("onnx", "openvino")
    return {form: export.export(weights, folder, form=form, size=SIZE) for form in forms}


@pytest.mark.ultralytics
@pytest.mark.parametrize("form", ["onnx", "openvino"])
def test_an_export_answers_as_the_torch_model(
    made: dict[export.Form, Path], picture: NDArray[np.uint8], expected: NDArray[np.float32], form: export.Form
) -> None:
    assert made[form].name == ("fresh.onnx" if form == "onnx" else "fresh_openvino_model")
    detector = registry.open_unchecked(made[form])
    assert detector.layout.kind is Kind.YOLO
    assert detector.classes == COCO
    assert detector.info.input_size == (SIZE, SIZE)
    answer = detector.raw(picture)[0]
    assert np.ptp(expected[:, :4]) > 10, "a constant would prove nothing"
    if form == "onnx":
        np.testing.assert_allclose(answer, expected, rtol=1e-3, atol=0.05)
    else:
        # its weights are stored in half precision, which a network of random weights makes much of
        assert min(likeness(answer, expected)) > 0.9995


@pytest.mark.ultralytics
def test_an_int8_export_stays_near_the_torch_model_and_is_smaller(
    weights: Path, picture: NDArray[np.uint8], expected: NDArray[np.float32], tmp_path: Path
) -> None:
    calibration = tmp_path / "pictures"
    calibration.mkdir()
    for number in range(10):
        cv2.imwrite(str(calibration / f"{number}.png"), noise(SIZE, SIZE, seed=number))
    made = export.export(weights, tmp_path, size=SIZE, calibrate=calibration)
    assert made.name == "fresh_int8_openvino_model"
    detector = registry.open_unchecked(made)
    answer = detector.raw(picture)[0]
    boxes, scores = likeness(answer, expected)
    assert boxes > 0.97
    assert scores > 0.9
    assert sum(file.stat().st_size for file in made.glob("*.bin")) < 3_500_000


@pytest.mark.ultralytics
def test_an_untrained_network_is_made_but_the_self_test_refuses_it(made: dict[export.Form, Path]) -> None:
    with pytest.raises(ModelError, match=r"blind|finds things|same whatever"):
        registry.load("auto", made["onnx"], 1)


@pytest.mark.ultralytics
def test_a_pt_that_is_none_is_refused_before_anything_is_run(tmp_path: Path) -> None:
    fake = tmp_path / "fake.pt"
    fake.write_text("from ultralytics import YOLO\n")
    with pytest.raises(ModelError, match="text, not a model"):
        export.export(fake, tmp_path / "out")


@pytest.mark.ultralytics
def test_too_few_calibration_pictures_are_refused(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(ModelError, match="holds 0 pictures"):
        export.export(weights, tmp_path / "out", size=SIZE, calibrate=tmp_path / "none")


@pytest.mark.data
def test_without_the_extra_one_line_says_how_to_install_it(data_dir: Path, tmp_path: Path) -> None:
    probe = "import sys; sys.modules['ultralytics'] = None\nfrom models.cli import models_app; models_app()"
    pt = data_dir / "weights" / "yolov5n.pt"
    command = [sys.executable, "-c", probe, "export", str(pt), "--out", str(tmp_path)]
    done = run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "make setup EXTRAS=ultralytics" in done.stderr
    assert "pip install 'camera-an-ninh[ultralytics]'" in done.stderr
