"""A YOLO network exported for one canvas, loosened to take others: a part of a picture then costs a part of the time.

An export with a fixed size has that size written into it in three places: the grid of cell centres and strides that
boxes are measured from (constants as long as there are cells), and the targets of its reshapes. The first become
inputs, which `grid` fills; the second are made relative. The weights stay as they are, so on the canvas that it was
exported for the network answers as before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from openvino import opset13 as ops

from models.layout import STRIDES


class RigidError(ValueError):
    """The network can't be loosened; the text says where it is tied to its size."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One input that `loosen` added, by position among them: cell centres or strides, and its shape with -1 for the
    number of cells."""

    is_centres: bool
    shape: tuple[int, ...]

    def values(self, size: tuple[int, int]) -> NDArray[np.float32]:
        """What to feed for a canvas of ``size`` (height, width)."""
        centres, strides = _grid(size)
        return (centres if self.is_centres else strides).reshape(self.shape)


def loosen(model: Any, size: tuple[int, int]) -> tuple[Grid, ...]:
    """Change an OpenVINO model of a canvas of ``size`` in place; returns the inputs that follow the picture's.

    Raises RigidError, and leaves the model unusable, where it is none of those that are known.
    """
    cells = sum(_cells(size))
    try:
        model.reshape([1, 3, -1, -1])
        for node in list(model.get_ops()):
            if node.get_type_name() == "Reshape":
                _loosen_reshape(node, size)
        grids, inputs = [], []
        for node in list(model.get_ops()):
            if node.get_type_name() == "Constant" and cells in node.output(0).shape:
                grid = _recognised(node.get_data(), size)
                made = ops.parameter(list(grid.shape), np.float32)
                for target in list(node.output(0).get_target_inputs()):
                    target.replace_source_output(made.output(0))
                grids.append(grid)
                inputs.append(made)
        model.add_parameters(inputs)
        model.validate_nodes_and_infer_types()
    except RuntimeError as error:
        raise RigidError(str(error).strip().splitlines()[-1]) from error
    if sorted(grid.is_centres for grid in grids) != [False, True]:
        raise RigidError(f"it has {len(grids)} constants of {cells} cells; centres and strides are expected")
    return tuple(grids)


def _cells(size: tuple[int, int]) -> list[int]:
    return [(size[0] // stride) * (size[1] // stride) for stride in STRIDES]


def _loosen_reshape(node: Any, size: tuple[int, int]) -> None:
    target = node.input_value(1).get_node()
    if target.get_type_name() != "Constant":
        return
    shape = [int(side) for side in target.get_data()]
    sides = [(size[0] // stride, size[1] // stride) for stride in STRIDES]
    if len(shape) == 4 and tuple(shape[2:]) in sides:
        spatial = _spatial(node, channels_not=shape[1])
        made = ops.concat([ops.constant(np.array(shape[:2], np.int64)), spatial], 0)
    else:
        counts = {*_cells(size), sum(_cells(size))}
        if not counts & set(shape):
            return
        made = ops.constant(np.array([-1 if side in counts else side for side in shape], np.int64))
    node.input(1).replace_source_output(made.output(0))


def _spatial(node: Any, channels_not: int) -> Any:
    """Height and width, at run time, of the feature map that this reshape goes back to: the nearest one upstream of
    four axes from which a reshape took the places."""
    for ancestor in _upstream(node):
        if ancestor.get_type_name() == "Reshape" and len(ancestor.input_value(0).get_partial_shape()) == 4:
            source = ancestor.input_value(0)
            shape = source.get_partial_shape()
            if shape[2].is_dynamic and shape[3].is_dynamic and shape[1] != channels_not:
                index = ops.constant(np.array([2, 3], np.int64))
                return ops.gather(ops.shape_of(source), index, ops.constant(np.int64(0)))
    raise RigidError(f"{node.get_friendly_name()} goes back to a feature map that was not found")


def _upstream(node: Any) -> Iterator[Any]:
    """Every node that this one is computed from, nearest first."""
    seen, queue = {node.get_friendly_name()}, [node]
    while queue:
        for value in queue.pop(0).input_values():
            source = value.get_node()
            if source.get_friendly_name() not in seen:
                seen.add(source.get_friendly_name())
                queue.append(source)
                yield source


def _recognised(data: NDArray[np.floating], size: tuple[int, int]) -> Grid:
    """Which part of the grid a constant is. Raises RigidError for one that is neither."""
    cells = sum(_cells(size))
    shape = tuple(-1 if side == cells else side for side in data.shape)
    for is_centres in (True, False):
        grid = Grid(is_centres, shape)
        if data.size == (2 * cells if is_centres else cells) and np.allclose(grid.values(size), data):
            return grid
    raise RigidError(f"a constant of shape {data.shape} is neither cell centres nor strides")


@lru_cache(maxsize=64)
def _grid(size: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cell centres (2, N), x then y, in cells; strides (N,) in canvas pixels."""
    centres, strides = [], []
    for stride in STRIDES:
        down, across = np.mgrid[0 : size[0] // stride, 0 : size[1] // stride]
        centres.append(np.stack([across.ravel() + 0.5, down.ravel() + 0.5]))
        strides.append(np.full(across.size, stride))
    return np.concatenate(centres, axis=1).astype(np.float32), np.concatenate(strides).astype(np.float32)
