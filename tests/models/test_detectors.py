"""One suite for every back end: whoever answers to `models.detector.Detector` passes it."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from models import blobs, boxes, registry, scripted
from models.detector import Detections, Detector, Image
from models.names import COCO
from models.network import NetworkDetector
from tests.support import needs
from tests.support.pictures import noise

WEIGHTS = [
    "yolo11n_int8_openvino_model",
    "yolov8n_int8_openvino_model",
    "yolov8n_int8_opset12.onnx",
    "yolov8n_int8_opset20.onnx",
    "yolo11n_int8_320.onnx",
    "yolox_nano.onnx",
    "yolov5n_fp16.onnx",
]
NETWORKS = [pytest.param(name, marks=pytest.mark.data) for name in WEIGHTS]
EVERY = ["builtin", "scripted", *NETWORKS]
SIZES = [(1080, 1920), (641, 77), (32, 500)]


def network(name: str) -> NetworkDetector:
    return registry.open_unchecked(needs.data_dir() / "weights" / name)


@pytest.fixture(scope="module")
def opened() -> dict[str, NetworkDetector]:
    """Networks keep no state between pictures: each is opened once."""
    return {}


@pytest.fixture
def fresh(request: pytest.FixtureRequest, opened: dict[str, NetworkDetector], tmp_path: Path) -> Callable[[], Detector]:
    """Makes a detector that has seen nothing yet."""
    name: str = request.param
    if name == "builtin":
        return blobs.load
    if name == "scripted":
        script = tmp_path / "script.json"
        frames = {str(at): [[-5, 10, 60, 90, 0.4, 1], [20, 5, 9000, 30, 0.9, 0]] for at in range(8)}
        script.write_text(json.dumps({"classes": ["person", "car"], "frames": frames}))
        return lambda: scripted.load(script)
    if name not in opened:
        opened[name] = network(name)
    return lambda: opened[name]


def photographs(count: int) -> list[Image]:
    """Real pictures where they are here, else drawn ones."""
    files = sorted((needs.data_dir() / "images" / "coco128val" / "images").glob("*.jpg"))[3 : 3 + count]
    return [np.asarray(cv2.imread(str(file)), np.uint8) for file in files] or [noise(300, 400)] * count


def assert_same(one: Detections, other: Detections) -> None:
    np.testing.assert_array_equal(one.boxes, other.boxes)
    np.testing.assert_array_equal(one.scores, other.scores)
    np.testing.assert_array_equal(one.classes, other.classes)


@pytest.mark.parametrize("fresh", EVERY, indirect=True)
def test_answers_have_the_promised_shapes_types_and_ranges(fresh: Callable[[], Detector]) -> None:
    detector = fresh()
    pictures = [*photographs(1), *(noise(height, width) for height, width in SIZES)]
    answers = detector.detect(pictures, 0.1)
    assert len(answers) == len(pictures)
    for picture, found in zip(pictures, answers, strict=True):
        assert found.boxes.shape == (len(found), 4)
        assert [array.dtype.name for array in (found.boxes, found.scores, found.classes)] == [
            "float32",
            "float32",
            "int64",
        ]
        height, width = picture.shape[:2]
        x1, y1, x2, y2 = found.boxes.T
        assert (x1 >= 0).all()
        assert (y1 >= 0).all()
        assert (x2 <= width).all()
        assert (y2 <= height).all()
        assert (x1 < x2).all()
        assert (y1 < y2).all()
        assert ((found.scores >= 0.1) & (found.scores <= 1)).all()
        assert (np.diff(found.scores) <= 0).all(), "best first"
        assert ((found.classes >= 0) & (found.classes < len(detector.classes))).all()


@pytest.mark.parametrize("fresh", EVERY, indirect=True)
def test_a_batch_answers_as_its_pictures_one_by_one(fresh: Callable[[], Detector]) -> None:
    pictures = [*photographs(1), noise(90, 160)]
    together = fresh().detect(pictures)
    alone = fresh()
    for picture, found in zip(pictures, together, strict=True):
        assert_same(found, alone.detect([picture])[0])


@pytest.mark.parametrize("fresh", EVERY, indirect=True)
def test_no_pictures_no_answers(fresh: Callable[[], Detector]) -> None:
    assert fresh().detect([]) == []


@pytest.mark.parametrize("fresh", EVERY, indirect=True)
def test_a_higher_least_score_only_leaves_boxes_out(fresh: Callable[[], Detector]) -> None:
    picture = photographs(1)[0]
    low, high = fresh().detect([picture], 0.2)[0], fresh().detect([picture], 0.6)[0]
    kept = low.scores >= 0.6
    assert_same(high, Detections(low.boxes[kept], low.scores[kept], low.classes[kept]))


@pytest.mark.parametrize("fresh", EVERY, indirect=True)
def test_the_picture_is_left_as_it_was(fresh: Callable[[], Detector]) -> None:
    picture = photographs(1)[0]
    before = picture.copy()
    picture.flags.writeable = False
    fresh().detect([picture, picture])
    np.testing.assert_array_equal(picture, before)


@pytest.mark.parametrize("fresh", EVERY, indirect=True)
def test_several_threads_may_ask_at_once(fresh: Callable[[], Detector]) -> None:
    detector = fresh()
    pictures = photographs(2)
    expected = None if detector.needs_motion else [detector.detect([picture])[0] for picture in pictures]
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            for at in (0, 1):
                found = detector.detect([pictures[at]])[0]
                if expected is not None:
                    assert_same(found, expected[at])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.parametrize("fresh", NETWORKS, indirect=True)
def test_networks_find_the_people_in_a_photograph(fresh: Callable[[], Detector]) -> None:
    detector = fresh()
    assert detector.classes == COCO
    assert not detector.needs_motion
    folder = needs.data_dir() / "images" / "coco128val"
    # a skier, large and alone
    picture = np.asarray(cv2.imread(str(folder / "images" / "000000000785.jpg")), np.uint8)
    height, width = picture.shape[:2]
    rows = np.loadtxt(folder / "labels" / "000000000785.txt", ndmin=2)
    row = rows[rows[:, 0] == 0][0]
    left, top = (row[1] - row[3] / 2) * width, (row[2] - row[4] / 2) * height
    truth = np.array([[left, top, left + row[3] * width, top + row[4] * height]], np.float32)
    found = detector.detect([picture])[0]
    people = found.boxes[found.classes == COCO.index("person")]
    assert boxes.iou(truth, people).max() > 0.7


@pytest.mark.data
def test_openvino_and_onnx_runtime_agree_on_one_file(data_dir: Path) -> None:
    weights = data_dir / "weights" / "yolox_nano.onnx"
    one, other = registry.open_unchecked(weights, 1, "onnx"), registry.open_unchecked(weights, 1, "openvino")
    assert one.info.sha256 == other.info.sha256
    for picture in photographs(3):
        a, b = one.detect([picture], 0.4)[0], other.detect([picture], 0.4)[0]
        np.testing.assert_array_equal(a.classes, b.classes)
        np.testing.assert_allclose(a.scores, b.scores, atol=0.002)
        np.testing.assert_allclose(a.boxes, b.boxes, atol=0.2)


@pytest.mark.data
def test_the_same_network_agrees_across_formats(data_dir: Path) -> None:
    """YOLOv8n, quantised twice, in two formats: what is sure in one is found by the other."""
    one, other = network("yolov8n_int8_openvino_model"), network("yolov8n_int8_opset20.onnx")
    sure = 0
    for picture in photographs(6):
        a, b = one.detect([picture], 0.6)[0], other.detect([picture], 0.3)[0]
        overlaps = boxes.iou(a.boxes, b.boxes) * (a.classes[:, None] == b.classes[None, :])
        assert (overlaps.max(axis=1, initial=0) > 0.7).all()
        sure += len(a)
    assert sure > 5
