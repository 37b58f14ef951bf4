"""Is it blind? That a model loads proves nothing: `check` shows it pictures before a camera relies on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models import boxes, known_picture
from models.detector import Detections, Image
from models.errors import ModelError
from models.known_picture import Known
from models.network import NetworkDetector

LEAST_SCORE = 0.35
"""A thing counts as seen from this score on; models that are well give the drawings 0.44 to 0.97."""
LEAST_IOU = 0.5
LEAST_SEEN = 0.75
"""Share of the known things that must be seen: models that are well see all, a badly quantised one a third."""
MOST_ON_BLANK = 3
"""Boxes on an empty picture are noise up to here."""
LEAST_CHANGE = 1e-3
"""Less difference than this between any two numbers of two answers is none."""
AGAIN = "export it again or take other weights"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a usable model saw: ``seen`` of ``known`` things. ``known`` 0: it lacks the classes to be asked for."""

    seen: int
    known: int

    def __str__(self) -> str:
        if not self.known:
            return "answers soundly; classes of its own, so what it recognises was not tested"
        return f"saw {self.seen} of {self.known} known things"


def check(detector: NetworkDetector, where: str) -> Result:
    """Show the known pictures to ``detector``. Returns what it saw; raises ModelError if it is blind.

    A model whose classes are its own (not COCO's) is only asked for sound answers: finite numbers, scores in 0..1,
    another answer to another picture, nothing much on an empty one.
    """
    pictures = [known_picture.draw(), known_picture.draw(mirrored=True)]
    _answers_soundly(detector, where, [picture for picture, _ in pictures])
    if not {thing.name for _, known in pictures for thing in known} <= set(detector.classes):
        return Result(seen=0, known=0)
    found = detector.detect([picture for picture, _ in pictures], LEAST_SCORE)
    seen = sum(
        _is_seen(thing, answer, detector.classes)
        for answer, (_, known) in zip(found, pictures, strict=True)
        for thing in known
    )
    known = sum(len(things) for _, things in pictures)
    if seen < LEAST_SEEN * known:
        raise ModelError(where, f"is nearly blind: it saw {seen} of {known} known things in a drawn picture; {AGAIN}")
    return Result(seen=seen, known=known)


def _answers_soundly(detector: NetworkDetector, where: str, pictures: Sequence[Image]) -> None:
    blank = known_picture.blank()
    answers = [detector.raw(picture) for picture in (blank, *pictures)]
    if not all(np.isfinite(output).all() for answer in answers for output in answer):
        raise ModelError(where, f"answers with numbers that are not finite; {AGAIN}")
    scores = [detector.layout.decode(answer, 0.0)[1] for answer in answers]
    best = max((float(some.max()) for some in scores if len(some)), default=0.0)
    if best <= 0:
        raise ModelError(where, f"is blind: every score is 0 whatever it is shown (a failed quantisation); {AGAIN}")
    if best > 1:
        raise ModelError(where, f"gives scores up to {best:.3g}, which should end at 1; {AGAIN}")
    changes = [
        float(np.abs(one.astype(np.float64) - other).max()) if one.shape == other.shape else np.inf
        for answer in answers[1:]
        for one, other in zip(answers[0], answer, strict=True)
    ]
    if max(changes) < LEAST_CHANGE:
        raise ModelError(where, f"answers the same whatever it is shown; {AGAIN}")
    if len(detector.detect([blank])[0]) > MOST_ON_BLANK:
        raise ModelError(where, f"finds things on an empty picture; {AGAIN}")


def _is_seen(thing: Known, answer: Detections, classes: tuple[str, ...]) -> bool:
    of_class = answer.classes == classes.index(thing.name)
    overlaps = boxes.iou(np.array([thing.box], np.float32), answer.boxes[of_class])
    return bool((overlaps > LEAST_IOU).any())
