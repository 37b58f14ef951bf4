"""Plays boxes from a file, one picture after another. For tests only: it does not look at the pictures."""

import csv
import json
import threading
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np

from models.detector import Detections, Image, ModelInfo
from models.errors import ModelError


class ScriptedDetector:
    """A `models.detector.Detector` that answers the n-th picture it is given with the n-th list of boxes."""

    needs_motion = True
    is_elastic = False

    def __init__(self, name: str, classes: tuple[str, ...], frames: dict[int, Detections]) -> None:
        self.info = ModelInfo(name=name, sha256=None, input_size=None)
        self.classes = classes
        self._frames = frames
        self._numbers = count()
        self._lock = threading.Lock()

    def detect(
        self,
        images: Sequence[Image],
        min_score: float = 0.25,
        canvas: tuple[int, int] | None = None,  # noqa: ARG002 (for networks)
    ) -> list[Detections]:
        """See `models.detector.Detector.detect`. Boxes are cut at the edges of the picture given."""
        with self._lock:
            numbers = [next(self._numbers) for _ in images]
        return [self._play(number, image, min_score) for number, image in zip(numbers, images, strict=True)]

    def _play(self, number: int, image: Image, min_score: float) -> Detections:
        found = self._frames.get(number, Detections.empty())
        limits = np.array([image.shape[1], image.shape[0]] * 2, np.float32)
        boxes = np.clip(found.boxes, 0, limits)
        kept = (found.scores >= min_score) & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        return Detections(boxes[kept], found.scores[kept], found.classes[kept])


def load(file: Path) -> ScriptedDetector:
    """The boxes in a file. Raises ModelError.

    ``.json``: ``{"classes": ["person", …], "frames": {"0": [[x1, y1, x2, y2, score, class], …], …}}``, frames from 0.
    Anything else: MOTChallenge text (``frame,id,left,top,width,height,score,…``, frames from 1, one class: person; a
    score below 0 is none, and counts as 1).
    """
    try:
        text = file.read_text(encoding="utf-8")
        return _from_json(file, text) if file.suffix == ".json" else _from_mot(file, text)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise ModelError(file, f"holds no boxes to play ({error}); see models/scripted.py for its form") from error


def _from_json(file: Path, text: str) -> ScriptedDetector:
    document = json.loads(text)
    frames = {int(number): _detections(rows) for number, rows in document["frames"].items()}
    return ScriptedDetector(file.stem, tuple(document["classes"]), frames)


def _from_mot(file: Path, text: str) -> ScriptedDetector:
    rows: dict[int, list[list[float]]] = {}
    for line in csv.reader(text.splitlines()):
        frame, _, left, top, width, height, score = (float(field) for field in line[:7])
        box = [left, top, left + width, top + height, score if 0 <= score <= 1 else 1.0, 0]
        rows.setdefault(int(frame) - 1, []).append(box)
    return ScriptedDetector(file.stem, ("person",), {number: _detections(found) for number, found in rows.items()})


def _detections(rows: Sequence[Sequence[float]]) -> Detections:
    table = np.array(rows, np.float32).reshape(-1, 6)
    table = table[np.argsort(-table[:, 4], kind="stable")]
    return Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int64))
