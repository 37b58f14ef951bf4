"""How a network wants its picture and what its output means, read from its shapes: nobody has to configure it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from models import boxes
from models.boxes import Candidates

MAX_IOU = 0.7
"""Overlap above which two boxes of one class are one thing: Ultralytics' default; people in a crowd stay apart."""

MOST_ROWS_END_TO_END = 1000
"""End-to-end heads answer 100 to 300 rows, raw ones thousands: tells a 2-class raw output from those."""


SMALLEST_SIDE, LARGEST_SIDE = 32, 4096
"""Sides of a canvas that a network is fixed to, in pixels."""

STRIDES = (8, 16, 32)
"""Canvas pixels per cell of the three grids that YOLO networks guess on."""


class Kind(Enum):
    """Families of networks; the value is what a person calls them."""

    YOLO = "YOLOv8/11, raw"
    YOLOV5 = "YOLOv5, raw"
    YOLOX = "YOLOX, raw"
    END_TO_END = "YOLOv10/26, end to end"
    DETR = "RT-DETR/D-FINE/DEIM"


class UnknownLayoutError(ValueError):
    """The shapes fit no family that is known; the text names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a network is fed and how its answer is read.

    ``size``: height, width of the canvas. ``classes``: how many, None where the shapes do not tell. ``order``: which of
    the network's outputs are (the one output) or (labels, boxes, scores).
    """

    kind: Kind
    size: tuple[int, int]
    classes: int | None
    order: tuple[int, ...] = (0,)

    @property
    def is_rgb(self) -> bool:
        """True: red first; False: blue first, as OpenCV has it."""
        return self.kind is not Kind.YOLOX

    @property
    def divisor(self) -> float:
        """What 0..255 is divided by on the way in."""
        return 1.0 if self.kind is Kind.YOLOX else 255.0

    @property
    def is_centred(self) -> bool:
        """Grey on both sides, or only right and below."""
        return self.kind is not Kind.YOLOX

    def decode(self, outputs: Sequence[NDArray[np.floating]], min_score: float) -> Candidates:
        """One picture's outputs (batch axis of 1) → boxes in canvas pixels, suppressed, best score first."""
        if self.kind is Kind.DETR:
            labels, corners, scores = (outputs[at] for at in self.order)
            rows = np.concatenate([corners.reshape(-1, 4), scores.reshape(-1, 1), labels.reshape(-1, 1)], axis=1)
            return boxes.best_first(boxes.from_end_to_end(rows.astype(np.float32), min_score))
        output = outputs[self.order[0]][0]
        match self.kind:
            case Kind.END_TO_END:
                return boxes.best_first(boxes.from_end_to_end(output, min_score))
            case Kind.YOLO:
                found = boxes.from_yolo(output, min_score)
            case Kind.YOLOV5:
                found = boxes.from_yolov5(output, min_score)
            case Kind.YOLOX:
                found = boxes.from_yolox(output, min_score, boxes.cells(self.size))
        return boxes.suppress(found, MAX_IOU)


def canvas(declared: object) -> tuple[int, int]:
    """Height and width that a file's metadata declares for a network of any size; one number is both, None is 640.

    Raises UnknownLayoutError.
    """
    sides = [640] if declared is None else list(declared) if isinstance(declared, list | tuple) else [declared]
    try:
        height, width = (int(str(side)) for side in (sides * 2 if len(sides) == 1 else sides))
    except ValueError:
        height = width = 0
    if not (SMALLEST_SIDE <= height <= LARGEST_SIDE and SMALLEST_SIDE <= width <= LARGEST_SIDE):
        raise UnknownLayoutError(
            f"its metadata says imgsz {declared!r}, not a height and width of {SMALLEST_SIDE} to {LARGEST_SIDE}"
        )
    return height, width


def read(size: tuple[int, int], outputs: Mapping[str, Sequence[int]], named: tuple[str, ...] | None = None) -> Layout:
    """The layout of a network with a canvas of ``size`` and these outputs (name → shape with a batch of 1, in order).

    ``named``: its class names where the file carries them. Raises UnknownLayoutError.
    """
    labels = list(outputs)
    if {"labels", "boxes", "scores"} <= set(labels):
        order = tuple(labels.index(name) for name in ("labels", "boxes", "scores"))
        return Layout(kind=Kind.DETR, size=size, classes=len(named) if named else None, order=order)
    shape = tuple(next(iter(outputs.values()), ()))
    if len(outputs) != 1 or len(shape) != 3:
        raise UnknownLayoutError(f"its outputs {_text(outputs)} are those of no detector known here ({_known()})")
    _, rows, columns = shape
    if columns == 6 and rows <= MOST_ROWS_END_TO_END:
        return Layout(kind=Kind.END_TO_END, size=size, classes=len(named) if named else None)
    if 4 < rows < columns:
        return Layout(kind=Kind.YOLO, size=size, classes=rows - 4)
    places = sum((size[0] // stride) * (size[1] // stride) for stride in STRIDES)
    # YOLOX guesses once per cell, YOLOv5 with three anchors
    if columns > 5 and rows in (places, 3 * places):
        return Layout(kind=Kind.YOLOX if rows == places else Kind.YOLOV5, size=size, classes=columns - 5)
    raise UnknownLayoutError(f"its output {_text(outputs)} fits no layout known here ({_known()})")


def _text(outputs: Mapping[str, Sequence[int]]) -> str:
    return ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in outputs.items())


def _known() -> str:
    return "; ".join(kind.value for kind in Kind)
