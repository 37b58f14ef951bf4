"""Networks run by OpenVINO: its own IR (a folder or an .xml), or an .onnx. The fastest on Intel and AMD processors."""

import hashlib
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import yaml
from openvino.preprocess import ColorFormat, PrePostProcessor

from models import elastic, names
from models import layout as layouts
from models.detector import Image, ModelInfo
from models.errors import ModelError
from models.layout import Kind, Layout, UnknownLayoutError
from models.network import NetworkDetector, Outputs

KEPT_PRIMITIVES = 20_000
"""Compiled primitives that are kept for other canvases: ten times OpenVINO's default, some 10 MB a canvas."""


def load(weights: Path, threads: int = 1) -> NetworkDetector:
    """The detector in ``weights`` (a folder with an .xml and its .bin, the .xml, or an .onnx), not yet self-tested.

    ``threads``: processor threads for one picture. Raises ModelError.
    """
    file = _file(weights)
    metadata = _metadata(file)
    if metadata.get("task", "detect") != "detect":
        raise ModelError(weights, f"is made for the task {metadata['task']!r}; export one made for detection")
    core = ov.Core()
    # Mapped weights are read while the network runs: a file that is replaced would change it, a cut one kill us.
    core.set_property({"ENABLE_MMAP": False})
    try:
        model = core.read_model(str(file))
    except RuntimeError as error:
        raise ModelError(weights, f"OpenVINO can't read it ({_first_line(error)}); export it again") from error
    named = names.parse(metadata.get("names"))
    layout = _layout(weights, model, metadata, named)
    grids: tuple[elastic.Grid, ...] = ()
    if layout.kind is Kind.YOLO:
        try:
            grids = elastic.loosen(model, layout.size)
        except elastic.RigidError:
            model = core.read_model(str(file))
            _layout(weights, model, metadata, named)
    runner = _Runner(core, model, layout, threads, grids)
    info = ModelInfo(name=_name(weights), sha256=digest(file), input_size=layout.size)
    count = layout.classes if layout.classes is not None else len(named or names.COCO)
    return NetworkDetector(info, names.choose(named, count), layout, runner, is_elastic=bool(grids))


def digest(file: Path) -> str:
    """SHA-256 of what the weights are: an .xml and its .bin one after the other, or the file itself."""
    total = hashlib.sha256(file.read_bytes())
    if file.suffix == ".xml":
        total.update(file.with_suffix(".bin").read_bytes())
    return total.hexdigest()


class _Runner:
    """One compiled network; each thread that calls gets an inference request of its own."""

    def __init__(self, core: Any, model: Any, layout: Layout, threads: int, grids: tuple[elastic.Grid, ...]) -> None:
        # Scaling, channel order and planes are made part of the network: fused, they cost less than in numpy.
        adapt = PrePostProcessor(model)
        pixels = adapt.input(0)
        pixels.tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC")).set_color_format(ColorFormat.BGR)
        pixels.model().set_layout(ov.Layout("NCHW"))
        steps = pixels.preprocess().convert_element_type(ov.Type.f32)
        if layout.is_rgb:
            steps = steps.convert_color(ColorFormat.RGB)
        if layout.divisor != 1:
            steps.scale(layout.divisor)
        # a stream computes one picture; with one stream several cameras would wait in line while cores lie idle
        streams = max(1, _cores() // threads)
        config = {
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": streams * threads,
            # newer processors would compute in bfloat16: boxes move by pixels, and evidence would differ by machine
            "INFERENCE_PRECISION_HINT": "f32",
        }
        if grids:
            # what was compiled for one canvas is kept for its next turn, however many canvases there are
            config["CPU_RUNTIME_CACHE_CAPACITY"] = KEPT_PRIMITIVES
        self._grids = grids
        self._compiled = core.compile_model(adapt.build(), "CPU", config)
        self._requests = threading.local()

    def __call__(self, canvas: Image) -> Outputs:
        request = getattr(self._requests, "request", None)
        if request is None:
            request = self._requests.request = self._compiled.create_infer_request()
        size = (canvas.shape[0], canvas.shape[1])
        request.infer([canvas[None], *(grid.values(size) for grid in self._grids)], share_inputs=True)
        return [np.asarray(request.get_output_tensor(at).data) for at in range(len(self._compiled.outputs))]


def _cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _file(weights: Path) -> Path:
    """The file to read: ``weights`` itself, or the one .xml in the folder."""
    if not weights.exists():
        raise ModelError(weights, "is not there; see `anninh models list`")
    if weights.is_dir():
        found = sorted(weights.glob("*.xml"))
        if len(found) != 1:
            raise ModelError(weights, f"holds {len(found)} .xml files, not one; name the .xml itself")
        weights = found[0]
    if weights.suffix == ".xml" and not weights.with_suffix(".bin").exists():
        raise ModelError(weights, f"its weights {weights.with_suffix('.bin').name} are missing; copy the whole folder")
    return weights


def _metadata(file: Path) -> dict[str, Any]:
    """What Ultralytics writes beside the .xml; empty where there is none."""
    beside = file.with_name("metadata.yaml")
    if file.suffix != ".xml" or not beside.exists():
        return {}
    try:
        found = yaml.safe_load(beside.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelError(beside, f"is not readable YAML ({_first_line(error)}); export the model again") from error
    return found if isinstance(found, dict) else {}


def _layout(weights: Path, model: Any, metadata: dict[str, Any], named: tuple[str, ...] | None) -> Layout:
    """Read from the shapes; a network of any size is fixed to the size it was exported with."""
    if len(model.inputs) != 1:
        raise ModelError(weights, f"has {len(model.inputs)} inputs; OpenVINO networks here have one picture")
    shape = model.input().partial_shape
    if shape.rank.is_dynamic or len(shape) != 4:
        raise ModelError(weights, f"takes {shape}, not pictures")
    try:
        if shape[2].is_static and shape[3].is_static:
            height, width = shape[2].get_length(), shape[3].get_length()
        else:
            height, width = layouts.canvas(metadata.get("imgsz"))
        if shape.is_dynamic:
            model.reshape([1, 3, height, width])
        outputs = {
            next(iter(sorted(output.get_names())), f"output {at}"): tuple(output.shape)
            for at, output in enumerate(model.outputs)
        }
        return layouts.read((height, width), outputs, named)
    except UnknownLayoutError as error:
        raise ModelError(weights, str(error)) from error
    except RuntimeError as error:
        raise ModelError(weights, f"its shapes can't be fixed to 1×3×{height}×{width}; export it with that") from error


def _name(weights: Path) -> str:
    """``yolo11n_int8`` for ``yolo11n_int8_openvino_model/`` or any file in it."""
    folder = weights if weights.is_dir() else weights.parent
    if weights.is_dir() or folder.name.endswith("_openvino_model"):
        return folder.name.removesuffix("_openvino_model")
    return weights.stem


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
