"""Detections that are given, not made: the same boxes for every tracker, on every frame or on so many a second."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from edge.evaluate.sight import PERSON
from edge.sources.source import Source, Wrapped
from edge.values import Frame
from models.detector import Detections, Detector, Image
from models.scripted import ScriptedDetector

EARLY_S = 0.012
"""A frame that comes this much before its turn takes it."""
LEAST_SCORE = 0.1
"""What a model is less sure of is not written down: no tracker begins or continues by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The boxes of the frames that are looked at. ``numbers``: which, from 1; ``at_s``: when; ``boxes``: what is
    there, in pixels."""

    name: str
    classes: tuple[str, ...]
    numbers: tuple[int, ...]
    at_s: tuple[float, ...]
    boxes: tuple[Detections, ...]
    rate: float
    """Looks a second."""

    def detector(self) -> ScriptedDetector:
        """Plays them, one look after the other."""
        return ScriptedDetector(self.name, self.classes, dict(enumerate(self.boxes)))

    def people(self) -> Iterator[tuple[float, Detections]]:
        """When, and the people then."""
        person = self.classes.index(PERSON)
        for at_s, found in zip(self.at_s, self.boxes, strict=True):
            chosen = found.classes == person
            yield at_s, Detections(found.boxes[chosen], found.scores[chosen], found.classes[chosen])


def given(source: Source, detector: ScriptedDetector, min_score: float, fps: float | None) -> Given:
    """The boxes that ``detector`` has for each frame of ``source``; of ``fps`` frames a second, where it is said."""
    stamps_s: list[float] = []
    boxes: list[Detections] = []
    for frame in source.frames():
        stamps_s.append(frame.pts_s)
        # Only its size is asked for: nothing looks at the picture.
        blank: Image = np.broadcast_to(np.uint8(0), (frame.height, frame.width, 3))
        boxes += detector.detect([blank], min_score)
    chosen = due(stamps_s, fps)
    passed_s = stamps_s[-1] - stamps_s[0] if stamps_s else 0.0
    return Given(
        name=detector.info.name,
        classes=detector.classes,
        numbers=tuple(at + 1 for at in chosen),
        at_s=tuple(stamps_s[at] for at in chosen),
        boxes=tuple(boxes[at] for at in chosen),
        rate=(len(chosen) - 1) / passed_s if passed_s > 0 else 1.0,
    )


def due(stamps_s: Sequence[float], fps: float | None) -> list[int]:
    """Positions of the frames whose turn it is at ``fps`` looks a second; of all, without."""
    if fps is None:
        return list(range(len(stamps_s)))
    chosen: list[int] = []
    turn_s = float("-inf")
    for position, at_s in enumerate(stamps_s):
        if at_s + EARLY_S >= turn_s:
            chosen.append(position)
            on_beat_s = turn_s + 1 / fps
            turn_s = on_beat_s if on_beat_s > at_s else at_s + 1 / fps
    return chosen


class Thinned(Wrapped):
    """An `edge.capture.Source` of which only the frames with these numbers, from 1, are walked: without their packets,
    as if there were no others in the file."""

    def __init__(self, source: Source, numbers: Sequence[int]) -> None:
        super().__init__(source)
        self._numbers = frozenset(numbers)

    def rest(self, is_resting: bool) -> None:
        """Every frame is decoded: those that are walked are counted from the first."""

    def frames(self) -> Generator[Frame, None, None]:
        for number, frame in enumerate(self._source.frames(), start=1):
            if number in self._numbers:
                frame.packets = ()
                yield frame


def dump(video: Path, detector: Detector, file: Path) -> None:
    """Write the people that ``detector`` sees on every frame as MOTChallenge text. Raises av.FFmpegError, OSError."""
    person = detector.classes.index(PERSON)
    with av.open(str(video)) as container, file.open("w", encoding="utf-8") as out:
        container.streams.video[0].thread_count = 1
        for number, picture in enumerate(container.decode(video=0), start=1):
            image = np.ascontiguousarray(picture.to_ndarray(format="bgr24"), np.uint8)
            found = detector.detect([image], LEAST_SCORE)[0]
            for (x1, y1, x2, y2), score, name in zip(found.boxes, found.scores, found.classes, strict=True):
                if name == person:
                    out.write(f"{number},-1,{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},{score:.4f},-1,-1,-1\n")
