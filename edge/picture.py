"""The picture of an event: which moment shows its subjects best, and its JPEG."""

import cv2

from contract.event import Subject
from models.detector import Image

QUALITY = 90
"""JPEG quality: faces and number plates keep their edges, at about a quarter of the size of 100."""
_EDGE = 0.01
"""A box this near the picture's edge (share of its side) is cut off: half a person proves little."""
_CUT_OFF = 0.25
"""What a subject that is cut off counts against one that is whole."""


def worth(subjects: tuple[Subject, ...]) -> float:
    """How well a moment shows its subjects: the best one's score × the root of its area, less if it is cut off.

    0..1. The root, because a subject twice as near should not outweigh one that is seen twice as clearly.
    """
    return max((_worth(subject) for subject in subjects), default=0.0)


def jpeg(image: Image, quality: int = QUALITY) -> bytes:
    """The picture as JPEG. Raises ValueError for a picture without pixels."""
    if image.size == 0:
        raise ValueError("the picture has no pixels")
    is_done, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not is_done:
        raise ValueError(f"a picture of {image.shape} could not be coded as JPEG")
    return coded.tobytes()


def _worth(subject: Subject) -> float:
    x1, y1, x2, y2 = subject.box
    is_whole = x1 > _EDGE and y1 > _EDGE and x2 < 1 - _EDGE and y2 < 1 - _EDGE
    area = max(0.0, x2 - x1) * max(0.0, y2 - y1)
    return float(subject.score * area**0.5 * (1.0 if is_whole else _CUT_OFF))
