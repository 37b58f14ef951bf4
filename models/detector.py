"""What a detector is: a batch of pictures in, boxes out. Every back end obeys this file and one shared test suite."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""One picture: height × width × 3, BGR, 0..255, C-contiguous."""


@dataclass(frozen=True, slots=True)
class Detections:
    """The boxes of one picture, best score first."""

    boxes: NDArray[np.float32]
    """(N, 4): x1 y1 x2 y2 in pixels of the picture that was given, within it, x1 < x2, y1 < y2."""
    scores: NDArray[np.float32]
    """(N,): 0..1, descending."""
    classes: NDArray[np.int64]
    """(N,): index into the detector's ``classes``."""

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def empty(cls) -> Self:
        """No boxes."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """Which model answers: its name, the SHA-256 of its weights (None: it has none), input size (height, width)."""

    name: str
    sha256: str | None
    input_size: tuple[int, int] | None


class Detector(Protocol):
    """A detector, ready to use. Safe to call from several threads."""

    @property
    def info(self) -> ModelInfo:
        """Which model this is."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names; COCO names for COCO models (``person``, ``bicycle``, ``car``, ``motorcycle``, …)."""
        ...

    @property
    def needs_motion(self) -> bool:
        """True for a detector that compares a picture with the ones before it: it must be given every frame of one
        camera in order, and one instance serves one camera."""
        ...

    @property
    def is_elastic(self) -> bool:
        """True for a network that looks at a picture on a canvas of any size: a smaller canvas costs less."""
        ...

    def detect(
        self, images: Sequence[Image], min_score: float = 0.25, canvas: tuple[int, int] | None = None
    ) -> list[Detections]:
        """The boxes with score ≥ ``min_score`` of each picture, in the order given. Pictures may differ in size.

        ``canvas``: height and width, multiples of 32, on which an elastic network looks (a picture is scaled to fit
        it); None: the network's own. Others look as they always do.
        """
        ...
