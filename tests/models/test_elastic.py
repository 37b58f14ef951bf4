"""A network that was exported for one canvas answers the same on it, and soundly on others, for less."""

import cv2
import numpy as np
import pytest

from models import elastic, registry
from models.known_picture import draw
from models.network import NetworkDetector
from tests.support import needs

NAMES = ("yolo11n_int8", "yolov8n_int8")


@pytest.fixture(scope="module", params=NAMES)
def network(request: pytest.FixtureRequest) -> NetworkDetector:
    return registry.open_unchecked(needs.data_dir() / "weights" / f"{request.param}_openvino_model")


@pytest.mark.data
def test_on_the_canvas_it_was_made_for_it_answers_as_the_file_does(network: NetworkDetector) -> None:
    import openvino as ov

    picture, _ = draw()
    file = next((needs.data_dir() / "weights" / f"{network.info.name}_openvino_model").glob("*.xml"))
    rigid = ov.Core().compile_model(str(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    size = network.layout.size
    canvas = np.asarray(cv2.resize(picture, (size[1], size[0])), np.uint8)
    planes = canvas[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32) / 255
    expected = next(iter(rigid([planes]).values()))
    assert network.is_elastic
    [answer] = network.raw(canvas)
    # INT8: the two are quantised alike, but not summed in the same order.
    assert np.abs(answer[0, 4:] - expected[0, 4:]).max() < 0.05
    best = expected[0, 4:].max(axis=0) > 0.5
    assert best.any()
    assert np.abs(answer[0, :4, best] - expected[0, :4, best]).max() < 4.0


@pytest.mark.data
@pytest.mark.parametrize("canvas", [(640, 640), (480, 640), (512, 512)])
def test_on_other_canvases_it_sees_the_same_things_in_the_same_places(
    network: NetworkDetector, canvas: tuple[int, int]
) -> None:
    picture, known = draw()
    [whole] = network.detect([picture])
    [found] = network.detect([picture], canvas=canvas)
    sure = [
        (box, index) for box, index, score in zip(whole.boxes, whole.classes, whole.scores, strict=True) if score > 0.6
    ]
    seen = [
        bool((np.abs(found.boxes[found.classes == index] - box).max(axis=1, initial=0.0) < 25).any())
        for box, index in sure
    ]
    assert len(sure) >= len(known) / 2
    assert sum(seen) >= 0.8 * len(seen)


def test_the_grid_counts_cells_of_three_strides() -> None:
    centres = elastic.Grid(True, (1, 2, -1)).values((64, 96))
    strides = elastic.Grid(False, (1, -1)).values((64, 96))
    assert centres.shape == (1, 2, 8 * 12 + 4 * 6 + 2 * 3)
    assert strides.shape[1] == centres.shape[2]
    assert centres[0, :, 0].tolist() == [0.5, 0.5]
    assert centres[0, :, 1].tolist() == [1.5, 0.5], "across first"
    assert sorted({*strides[0].tolist()}) == [8, 16, 32]
