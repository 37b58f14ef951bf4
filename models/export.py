"""From a trained ``.pt`` to what an edge runs: .pt → ONNX → OpenVINO, in float or INT8. Once, on any machine.

This loads the ``.pt``, which runs the code inside it: only export files that you trust.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from models import image as pictures
from models import pytorch, ultralytics
from models.detector import Image
from models.errors import ModelError

Form = Literal["openvino", "onnx"]
CALIBRATION_PICTURES = 200
"""More pictures than this change the ranges no more and only take time."""
LEAST_PICTURES = 8
PICTURES = (".jpg", ".jpeg", ".png", ".bmp")


def export(
    weights: Path, folder: Path, *, form: Form = "openvino", size: int = 640, calibrate: Path | None = None
) -> Path:
    """Export a ``.pt`` you trust into ``folder``; returns the .onnx or ``…_openvino_model`` made.

    ``size``: height and width of the network's picture, a multiple of 32. ``calibrate``: a folder of pictures
    like those that the cameras will see; with it the network becomes INT8 (OpenVINO only). Raises ModelError.
    """
    if not pytorch.is_model(weights):
        raise ModelError(weights, pytorch.why_not(weights))
    if size <= 0 or size % 32:
        raise ModelError(weights, f"can't have pictures of {size} pixels; take a multiple of 32, e.g. 640")
    if calibrate is not None and form != "openvino":
        raise ModelError(weights, "INT8 is made for OpenVINO only; leave out --int8 or take --format openvino")
    samples = _pictures(calibrate) if calibrate is not None else []
    folder.mkdir(parents=True, exist_ok=True)
    # the library writes beside the .pt, which may lie where nobody can write
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / weights.name
        shutil.copyfile(weights, copy)
        graph = _onnx(copy, size)
        if form == "onnx":
            return Path(shutil.move(graph, folder / graph.name))
        return _openvino(graph, folder, samples)


def _pictures(calibrate: Path) -> list[Path]:
    """The pictures to calibrate with: evenly spread over the folder, for neighbours are often alike."""
    files = sorted(file for file in calibrate.rglob("*") if file.suffix.lower() in PICTURES)
    if len(files) < LEAST_PICTURES:
        raise ModelError(calibrate, f"holds {len(files)} pictures; calibration needs {LEAST_PICTURES}, better 100")
    return files[:: -(-len(files) // CALIBRATION_PICTURES)]


def _onnx(weights: Path, size: int) -> Path:
    """A .onnx beside ``weights``."""
    try:
        model = ultralytics.load(weights)
    except ModelError as error:
        raise ModelError(weights.name, error.reason.replace(str(weights), weights.name)) from error
    if model.task != "detect":
        raise ModelError(weights.name, f"is made for the task {model.task!r}, not for detection")
    try:
        return Path(model.export(format="onnx", imgsz=size, simplify=True, dynamic=False, verbose=False))
    except Exception as error:
        raise ModelError(weights.name, f"can't be exported ({error}); {ultralytics.INSTALL}") from error


def _openvino(graph: Path, folder: Path, samples: list[Path]) -> Path:
    import openvino as ov

    metadata = _metadata(graph)
    model = ov.convert_model(str(graph))
    name = graph.stem
    if samples:
        model = _quantise(model, samples, tuple(metadata["imgsz"]))
        name += "_int8"
    made = folder / f"{name}_openvino_model"
    made.mkdir(exist_ok=True)
    # weights in half precision halve the file; it still computes in float
    ov.save_model(model, str(made / f"{graph.stem}.xml"), compress_to_fp16=not samples)
    text = yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True)
    (made / "metadata.yaml").write_text(text, encoding="utf-8")
    return made


def _metadata(graph: Path) -> dict[str, Any]:
    """What the .onnx says of itself, with lists and mappings as such."""
    import onnx

    found = {item.key: item.value for item in onnx.load(str(graph), load_external_data=False).metadata_props}
    return {
        key: yaml.safe_load(value) if key in ("names", "imgsz", "stride") else value for key, value in found.items()
    }


def _quantise(model: Any, samples: list[Path], size: tuple[int, int]) -> Any:
    """INT8 weights and activations, ranges from the pictures; the head that makes boxes stays in float."""
    try:
        import nncf
    except ImportError as error:
        raise ModelError("nncf", f"is needed for INT8; install it: {ultralytics.INSTALL}") from error
    return nncf.quantize(
        model,
        nncf.Dataset(list(_inputs(samples, size))),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(samples),
        # box arithmetic in 8 bits would move boxes by pixels and is what blinded the files in circulation
        ignored_scope=nncf.IgnoredScope(patterns=[_head(model)], types=["Sigmoid"], validate=False),
    )


def _head(model: Any) -> str:
    """A pattern for the last block's own operations (not the convolutions inside it), e.g. ``/model.23/Add``."""
    blocks = [
        int(parts[1].removeprefix("model."))
        for operation in model.get_ops()
        if len(parts := operation.get_friendly_name().split("/")) > 2 and parts[1].removeprefix("model.").isdigit()
    ]
    last = max(blocks, default=0)
    return rf"/model\.{last}/((dfl/.*)|((Add|Sub|Mul|Div|Concat)[^/]*))"


def _inputs(files: list[Path], size: tuple[int, int]) -> Iterator[NDArray[np.float32]]:
    for file in files:
        picture = cv2.imread(str(file))
        if picture is None:
            raise ModelError(file, "is not a picture; remove it from the calibration folder")
        yield as_input(np.asarray(picture, np.uint8), size)


def as_input(picture: Image, size: tuple[int, int]) -> NDArray[np.float32]:
    """1 × 3 × height × width, RGB, 0..1: what an exported network takes."""
    canvas, _ = pictures.letterbox(picture, size, centred=True)
    return np.asarray(cv2.dnn.blobFromImage(canvas, 1 / 255, swapRB=True), np.float32)
