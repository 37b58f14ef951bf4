"""Class names: COCO's 80, and those a model's file carries."""

import ast
import contextlib
from collections.abc import Mapping
from typing import Any

COCO: tuple[str, ...] = (
    *("person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light"),
    *("fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow"),
    *("elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee"),
    *("skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard"),
    *("tennis racket", "bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple"),
    *("sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch"),
    *("potted plant", "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone"),
    *("microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors", "teddy bear"),
    *("hair drier", "toothbrush"),
)
"""The 80 classes of COCO detection in their usual order, https://cocodataset.org."""


def parse(value: Any) -> tuple[str, ...] | None:
    """Class names as metadata writes them: a list, a mapping from index, or the text of either. None: no names."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError, SyntaxError):
            return parse(ast.literal_eval(value))
        return None
    if isinstance(value, Mapping):
        try:
            value = [value[key] for key in sorted(value, key=int)]
        except (TypeError, ValueError):
            return None
    if isinstance(value, list | tuple) and value:
        return tuple(str(name) for name in value)
    return None


def choose(named: tuple[str, ...] | None, count: int) -> tuple[str, ...]:
    """Names for ``count`` classes: the model's own if as many, else COCO's for 80, else ``class 0``, ``class 1``, …"""
    if named is not None and len(named) == count:
        return named
    if count == len(COCO):
        return COCO
    return tuple(f"class {number}" for number in range(count))
