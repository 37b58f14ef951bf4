"""Networks run by ONNX Runtime: any .onnx whose layout `models.layout` knows, YOLOX and the DETR family among them."""

import hashlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort

from models import layout as layouts
from models import names
from models.detector import Image, ModelInfo
from models.errors import ModelError
from models.layout import Kind, Layout, UnknownLayoutError
from models.network import NetworkDetector, Outputs

_FLOATS = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
_SILENT = 4
"""ONNX Runtime's log level "fatal": what goes wrong comes back as an exception, with our words around it."""


def load(weights: Path, threads: int = 1) -> NetworkDetector:
    """The detector in an .onnx file, not yet self-tested. ``threads``: processor threads for one picture.

    Raises ModelError.
    """
    session = _session(weights, threads)
    metadata = session.get_modelmeta().custom_metadata_map
    if metadata.get("task", "detect") != "detect":
        raise ModelError(weights, f"is made for the task {metadata['task']!r}; export one made for detection")
    named = names.parse(metadata.get("names"))
    size = _size(weights, session, names.parse(metadata.get("imgsz")))
    runner = _Runner(session, size)
    layout = _layout(weights, runner, size, named)
    runner.adapt(layout)
    info = ModelInfo(name=weights.stem, sha256=hashlib.sha256(weights.read_bytes()).hexdigest(), input_size=size)
    count = layout.classes if layout.classes is not None else len(named or names.COCO)
    return NetworkDetector(info, names.choose(named, count), layout, runner)


class _Runner:
    """One session. ONNX Runtime runs in the thread that calls, so several callers share it freely."""

    def __init__(self, session: Any, size: tuple[int, int]) -> None:
        self._session = session
        picture, *others = session.get_inputs()
        self._name = picture.name
        self._type = _FLOATS[picture.type]
        # the DETR family scales its boxes to the size it is told: the canvas's, width first
        self._fixed = {other.name: np.array([[size[1], size[0]]], np.int64) for other in others}
        self._factor = 1 / 255
        self._is_rgb = True

    def adapt(self, layout: Layout) -> None:
        """Feed the picture as this layout wants it."""
        self._factor = 1 / layout.divisor
        self._is_rgb = layout.is_rgb

    def __call__(self, canvas: Image) -> Outputs:
        blob = cv2.dnn.blobFromImage(canvas, self._factor, swapRB=self._is_rgb)
        feed = {self._name: blob.astype(self._type, copy=False), **self._fixed}
        return list(self._session.run(None, feed))

    @property
    def takes_sizes(self) -> bool:
        """Has it a second input, for the picture's size?"""
        return bool(self._fixed)

    @property
    def names(self) -> list[str]:
        """The outputs' names, in order."""
        return [output.name for output in self._session.get_outputs()]


def _session(weights: Path, threads: int) -> Any:
    if not weights.is_file():
        raise ModelError(weights, "is not there; see `anninh models list`")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _SILENT
    # idle threads that spin would take the processor from the other cameras
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its exceptions share no class of their own
        raise ModelError(weights, f"ONNX Runtime can't read it ({_first_line(error)}); export it again") from error


def _size(weights: Path, session: Any, declared: tuple[str, ...] | None) -> tuple[int, int]:
    """Height and width of the canvas: the input's own, else what the metadata says, else 640."""
    picture, *others = session.get_inputs()
    if picture.type not in _FLOATS or len(picture.shape) != 4 or picture.shape[1] not in (3, "channels", None):
        raise ModelError(weights, f"takes {picture.type} {picture.shape}, not pictures")
    if any(other.type != "tensor(int64)" or len(other.shape) != 2 for other in others):
        raise ModelError(
            weights, f"takes {[other.name for other in others]} beside the picture, which is not known here"
        )
    height, width = picture.shape[2:]
    if isinstance(height, int) and isinstance(width, int):
        return height, width
    try:
        return layouts.canvas(declared)
    except UnknownLayoutError as error:
        raise ModelError(weights, str(error)) from error


def _layout(weights: Path, runner: _Runner, size: tuple[int, int], named: tuple[str, ...] | None) -> Layout:
    """Read from the shapes of a first answer: many files do not declare their output's."""
    try:
        outputs = runner(np.zeros((*size, 3), np.uint8))
    except Exception as error:
        raise ModelError(weights, f"ONNX Runtime can't run it ({_first_line(error)}); export it again") from error
    shapes = {name: output.shape for name, output in zip(runner.names, outputs, strict=True)}
    try:
        layout = layouts.read(size, shapes, named)
    except UnknownLayoutError as error:
        raise ModelError(weights, str(error)) from error
    if runner.takes_sizes != (layout.kind is Kind.DETR):
        raise ModelError(weights, f"its inputs are not those of {layout.kind.value}")
    return layout


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
