"""Which detectors there are, and the best one that is here and can see."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import structlog

from models import blobs, catalog, pytorch, scripted, selftest
from models.detector import Detector
from models.errors import ModelError
from models.network import NetworkDetector

__all__ = ["DETECTORS", "ModelError", "best", "folders", "found", "load", "open_unchecked"]

log = structlog.get_logger(__name__)

DETECTORS: dict[str, Callable[[Path, int], NetworkDetector]] = {}
"""Network back end → loader (weights, threads). A library that is not installed only removes its row."""
try:
    from models import openvino

    DETECTORS["openvino"] = openvino.load
except ImportError:
    pass
try:
    from models import onnx

    DETECTORS["onnx"] = onnx.load
except ImportError:
    pass

OWN = 1.0
"""Weights that the catalogue does not know were put there on purpose: they come first."""


def load(name: str = "auto", weights: Path | None = None, threads: int = 1) -> Detector:
    """A detector that passed its self-test.

    ``name``: ``auto``, ``builtin``, ``scripted``, a back end (``openvino``, ``onnx``; needs ``weights``) or the name of
    weights that `found` lists. ``weights``: a file or folder instead. ``threads``: processor threads for one picture.
    Raises ModelError with the reason and the cure. Where `Detector.needs_motion`, call this once per camera.
    """
    if name == "builtin":
        return blobs.load()
    if name == "scripted":
        if weights is None:
            raise ModelError("scripted", "needs `weights`: the file whose boxes it plays")
        return scripted.load(weights)
    if weights is not None:
        return _checked(weights, threads, None if name == "auto" else name)
    if name == "auto":
        return best(found(), threads)
    for path in found():
        if name in (path.name, path.stem, path.name.removesuffix("_openvino_model")):
            return _checked(path, threads, None)
    raise ModelError(name, f"no such model in {', '.join(map(str, folders()))}; see `anninh models list`")


def folders() -> list[Path]:
    """Where weights are looked for, in this order: ``models/weights/`` and ``ANNINH_DATA``/weights."""
    places = [Path(__file__).parent / "weights"]
    if "ANNINH_DATA" in os.environ:
        places.append(Path(os.environ["ANNINH_DATA"]) / "weights")
    return places


def found() -> list[Path]:
    """The weights that are here, best first: folders of OpenVINO IR and .onnx files."""
    here = [
        path
        for folder in folders()
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if path.suffix == ".onnx" or (path.is_dir() and any(path.glob("*.xml")))
    ]
    precision = {entry.file: entry.map50_95 for entry in catalog.read().values() if entry.file is not None}
    return sorted(here, key=lambda path: _rank(path, precision))


def _rank(path: Path, precision: Mapping[str, float | None]) -> tuple[float, bool]:
    """Sorts best first: by measured precision, and INT8 before the same in float, which is slower."""
    return -(precision.get(path.name, OWN) or 0.0), "int8" not in path.name


def best(paths: Iterable[Path], threads: int = 1) -> Detector:
    """The first of ``paths`` that can see, else the built-in detector; the log says what was refused, and the cure."""
    for path in paths:
        try:
            detector = _checked(path, threads, None)
        except ModelError as error:
            log.warning("model refused", reason=str(error))
            continue
        log.info("model chosen", model=detector.info.name, weights=str(path))
        return detector
    log.warning(
        "no weights here: the built-in detector runs, which sees only what moves",
        cure="anninh models fetch yolo26n, or put weights into models/weights/",
    )
    return blobs.load()


def open_unchecked(weights: Path, threads: int = 1, back_end: str | None = None) -> NetworkDetector:
    """The network in ``weights``, not self-tested: for whoever tests or measures it. Raises ModelError."""
    if weights.suffix == ".pt":
        raise ModelError(weights, pytorch.why_not(weights))
    back_end = back_end or ("onnx" if weights.suffix == ".onnx" else "openvino")
    if back_end not in DETECTORS:
        raise ModelError(weights, f"back end {back_end!r} is not among {sorted(DETECTORS)}; install its library")
    return DETECTORS[back_end](weights, threads)


def _checked(weights: Path, threads: int, back_end: str | None) -> NetworkDetector:
    detector = open_unchecked(weights, threads, back_end)
    result = selftest.check(detector, str(weights))
    log.debug("self-test passed", model=detector.info.name, result=str(result))
    return detector
