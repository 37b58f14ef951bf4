"""Which family a network is of is read from its shapes alone."""

import pytest

from models import layout, names
from models.layout import Kind, UnknownLayoutError


@pytest.mark.parametrize(
    ("size", "outputs", "kind", "classes"),
    [
        pytest.param((640, 640), {"output0": (1, 84, 8400)}, Kind.YOLO, 80, id="YOLOv8 and 11 of COCO"),
        pytest.param((320, 320), {"output0": (1, 6, 2100)}, Kind.YOLO, 2, id="YOLO11 of two classes, not end to end"),
        pytest.param((640, 640), {"output0": (1, 300, 6)}, Kind.END_TO_END, None, id="YOLO26"),
        pytest.param((640, 640), {"output0": (1, 25200, 85)}, Kind.YOLOV5, 80, id="YOLOv5: three anchors a cell"),
        pytest.param((416, 416), {"output": (1, 3549, 85)}, Kind.YOLOX, 80, id="YOLOX: one guess a cell"),
        pytest.param((640, 640), {"output0": (1, 8400, 6)}, Kind.YOLOX, 1, id="YOLOX of one class, not end to end"),
        pytest.param(
            (320, 320),
            {"labels": (300,), "boxes": (300, 4), "scores": (300,)},
            Kind.DETR,
            None,
            id="DEIM names its outputs",
        ),
    ],
)
def test_the_shapes_tell_the_family(
    size: tuple[int, int], outputs: dict[str, tuple[int, ...]], kind: Kind, classes: int | None
) -> None:
    found = layout.read(size, outputs)
    assert (found.kind, found.classes) == (kind, classes)


@pytest.mark.parametrize(
    "outputs",
    [
        pytest.param({}, id="no output"),
        pytest.param({"probabilities": (1, 1000)}, id="a classifier"),
        pytest.param({"output0": (1, 116, 8400), "output1": (1, 32, 160, 160)}, id="a segmenter"),
        pytest.param({"output0": (1, 777, 85)}, id="neither one nor three guesses a cell"),
    ],
)
def test_other_shapes_are_refused_and_named(outputs: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(UnknownLayoutError, match="known here"):
        layout.read((640, 640), outputs)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("{0: 'người', 1: 'xe máy'}", ("người", "xe máy"), id="Ultralytics in ONNX"),
        pytest.param({1: "b", 0: "a"}, ("a", "b"), id="Ultralytics in metadata.yaml, any order"),
        pytest.param(["a", "b"], ("a", "b"), id="a list"),
        pytest.param("__import__('os').getcwd()", None, id="code is not run"),
        pytest.param("no names", None, id="nonsense"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_class_names_are_read_from_metadata(written: object, expected: tuple[str, ...] | None) -> None:
    assert names.parse(written) == expected


def test_names_fall_back_to_coco_only_where_there_are_80() -> None:
    assert names.choose(None, 80) == names.COCO
    assert names.choose(("fire", "smoke"), 2) == ("fire", "smoke")
    assert names.choose(("fire", "smoke"), 3) == ("class 0", "class 1", "class 2")
    assert len(set(names.COCO)) == 80
