"""How good and how fast is a detector? Average precision on pictures (YOLO labels) or a video (MOT boxes)."""

import csv
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray
from supervision.metrics import MeanAveragePrecision

from models.boxes import iou
from models.detector import Detections, Detector, Image
from models.errors import ModelError
from models.names import COCO

LEAST_SCORE = 0.001
"""Average precision asks for the whole curve, down to guesses."""

Truth = tuple[NDArray[np.float32], NDArray[np.int64]]
"""What is in a picture: boxes (N, 4) x1 y1 x2 y2 in pixels, classes (N,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a detector measured. Averages are COCO's (101 points), 0..1; ``cpu_ms``: processor time per picture, all
    included but decoding."""

    model: str
    pictures: int
    boxes: int
    map50_95: float
    map50: float
    person_ap: float
    precision: float
    """Of boxes with score ≥ 0.25, at IoU 0.5, any class told right."""
    recall: float
    cpu_ms: float

    def as_dict(self) -> dict[str, str | int | float]:
        """For JSON; figures rounded to what they are worth."""
        return {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items()}


def evaluate(detector: Detector, samples: Iterable[tuple[Image, Truth]], classes: tuple[str, ...] = COCO) -> Evaluation:
    """Run ``detector`` over the samples, in order. ``classes``: what the truth's class numbers mean.

    Classes are compared by name; what the detector finds of other classes is left out.
    """
    average = MeanAveragePrecision()
    spent_s = 0.0
    pictures = right = found_boxes = true_boxes = 0
    numbers = np.array([classes.index(name) if name in classes else -1 for name in detector.classes], np.int64)
    for picture, (boxes, of_class) in samples:
        before_s = time.process_time()
        found = detector.detect([picture], LEAST_SCORE)[0]
        spent_s += time.process_time() - before_s
        found = _renumbered(found, numbers)
        truth = sv.Detections(xyxy=boxes, class_id=of_class)
        average.update(sv.Detections(xyxy=found.boxes, confidence=found.scores, class_id=found.classes), truth)
        sure = int((found.scores >= 0.25).sum())
        right += _matches(found.boxes[:sure], found.classes[:sure], boxes, of_class)
        found_boxes += sure
        true_boxes += len(boxes)
        pictures += 1
    if not true_boxes:
        raise ModelError("evaluation", "no labelled picture was found; see models/README.md for the form")
    result = average.compute()
    person = [at for at, number in enumerate(result.matched_classes) if number == classes.index("person")]
    return Evaluation(
        model=detector.info.name,
        pictures=pictures,
        boxes=true_boxes,
        map50_95=float(result.map50_95),
        map50=float(result.map50),
        person_ap=float(np.mean(result.ap_per_class[person[0]])) if person else 0.0,
        precision=right / found_boxes if found_boxes else 0.0,
        recall=right / true_boxes,
        cpu_ms=1000 * spent_s / pictures,
    )


def labelled_pictures(folder: Path) -> Iterator[tuple[Image, Truth]]:
    """``folder/images/*.jpg`` with ``folder/labels/*.txt``, a line a box: class cx cy w h, fractions of the picture."""
    for file in sorted((folder / "images").glob("*.jpg")):
        picture = np.asarray(cv2.imread(str(file)), np.uint8)
        label = folder / "labels" / f"{file.stem}.txt"
        rows = np.loadtxt(label, ndmin=2).reshape(-1, 5) if label.stat().st_size else np.zeros((0, 5))
        height, width = picture.shape[:2]
        centre, half = rows[:, 1:3], rows[:, 3:5] / 2
        boxes = np.concatenate([centre - half, centre + half], axis=1) * [width, height, width, height]
        yield picture, (boxes.astype(np.float32), rows[:, 0].astype(np.int64))


def labelled_video(video: Path, boxes: Path) -> Iterator[tuple[Image, Truth]]:
    """Every frame of a video with its people, from MOTChallenge text: frame from 1, id, left, top, width, height."""
    people: dict[int, list[tuple[float, float, float, float]]] = {}
    with boxes.open(encoding="utf-8") as file:
        for row in csv.reader(file):
            frame, _, left, top, width, height = (float(field) for field in row[:6])
            people.setdefault(int(frame), []).append((left, top, left + width, top + height))
    for number, picture in enumerate(_frames(video), start=1):
        here = np.array(people.get(number, []), np.float32).reshape(-1, 4)
        yield picture, (here, np.full(len(here), COCO.index("person"), np.int64))


def _frames(video: Path) -> Iterator[Image]:
    import av

    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def _renumbered(found: Detections, numbers: NDArray[np.int64]) -> Detections:
    classes = numbers[found.classes] if len(found) else found.classes
    known = classes >= 0
    return Detections(found.boxes[known], found.scores[known], classes[known])


def _matches(
    boxes: NDArray[np.float32], classes: NDArray[np.int64], truth: NDArray[np.float32], of_class: NDArray[np.int64]
) -> int:
    """How many of ``boxes`` (best first) find a true box of their class of their own, IoU ≥ 0.5."""
    free = np.ones(len(truth), bool)
    overlaps = iou(boxes, truth)
    count = 0
    for overlap, number in zip(overlaps, classes, strict=True):
        fits = np.where(free & (of_class == number), overlap, 0)
        if len(fits) and fits.max() >= 0.5:
            free[int(fits.argmax())] = False
            count += 1
    return count
