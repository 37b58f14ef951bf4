"""The built-in detector: whatever is in front of the background, boxed and classed by its shape. Needs no weights.

It sees what moves or has moved. It can't tell a person from a hand cart of the same shape, nor two people who walk as
one. README.md says how well it measures.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.background import Background, Mask, Scene
from models.detector import Detections, Image, ModelInfo

WORK_PX = 480
"""Longest side of the picture that is looked at: more costs more and finds more noise."""
LEAST_AREA = 0.001
"""A smaller share of the picture than this is noise."""
LEAST_HEIGHT_PX = 8
SPECK = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
"""What is smaller is taken away, …"""
GAP = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 7))
"""… and gaps up to this are closed: taller than wide, for people come apart at the belt."""
PERSON_BELOW = 0.85
"""Width ÷ height of people on foot stays below this, …"""
MOTORCYCLE_BELOW = 1.6
"""… of a motorbike with its rider below this; what is longer is a car."""
GHOST_CHECK_EVERY = 5
"""Pictures between two looks for ghosts: a ghost lives no longer."""
LIGHT_ALIKE = 0.8
"""Correlation of a blob with the background behind it from which on it's the same thing in another light."""
LEAST_TEXTURE = 20.0
"""Product of the two standard deviations (grey levels) below which there is no texture to compare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Connected pixels in front. ``box``: left, top, width, height; ``mask``: of the box's size, 255 inside."""

    box: tuple[int, int, int, int]
    mask: Mask
    area: int

    @property
    def at(self) -> tuple[slice, slice]:
        """Where it lies in a picture."""
        left, top, width, height = self.box
        return np.s_[top : top + height, left : left + width]


class BlobDetector:
    """Background subtraction. See `models.detector.Detector`; one instance sees every frame of one camera, in order."""

    classes = ("person", "motorcycle", "car")
    needs_motion = True
    is_elastic = False
    info = ModelInfo(name="builtin", sha256=None, input_size=None)

    def __init__(self) -> None:
        self._background = Background()
        self._count = 0
        self._lock = threading.Lock()

    def detect(
        self,
        images: Sequence[Image],
        min_score: float = 0.25,
        canvas: tuple[int, int] | None = None,  # noqa: ARG002 (for networks)
    ) -> list[Detections]:
        """See `models.detector.Detector.detect`: ``images`` are the camera's next frames."""
        with self._lock:
            return [self._detect(image, min_score) for image in images]

    def _detect(self, image: Image, min_score: float) -> Detections:
        scale = min(1.0, WORK_PX / max(image.shape[:2]))
        scene = self._background.update(_shrink(image, scale))
        blobs = [blob for blob in find(scene) if not is_light(scene, blob)]
        self._count += 1
        ghosts = [blob for blob in blobs if is_ghost(scene, blob)] if self._count % GHOST_CHECK_EVERY == 0 else []
        self._background.learn(scene, front=_draw(scene, blobs), ghosts=_draw(scene, ghosts))
        gone = {id(ghost) for ghost in ghosts}
        return _detections([blob for blob in blobs if id(blob) not in gone], scale, image, min_score)


def load() -> BlobDetector:
    """A built-in detector for one camera."""
    return BlobDetector()


def find(scene: Scene) -> list[Blob]:
    """What is in front, cleaned of specks and closed over gaps, as blobs large enough to be something."""
    mask = cv2.morphologyEx(scene.front, cv2.MORPH_OPEN, SPECK)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, GAP)
    _, labels, table, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = []
    for label, (left, top, width, height, area) in enumerate(table.tolist()):
        if label == 0 or area < LEAST_AREA * mask.size or height < LEAST_HEIGHT_PX:
            continue
        inside = labels[top : top + height, left : left + width] == label
        found.append(Blob(box=(left, top, width, height), mask=np.where(inside, 255, 0).astype(np.uint8), area=area))
    return found


def is_light(scene: Scene, blob: Blob) -> bool:
    """Is this the background itself in another light (a cloud, headlamps on a wall)? Its texture shows through."""
    now, before = (
        cv2.cvtColor(picture[blob.at], cv2.COLOR_BGR2GRAY)[blob.mask > 0].astype(np.float32)
        for picture in (scene.picture, scene.background)
    )
    now -= now.mean()
    before -= before.mean()
    texture = float(np.sqrt((now * now).mean() * (before * before).mean()))
    return texture > LEAST_TEXTURE and float((now * before).mean()) > LIGHT_ALIKE * texture


def is_ghost(scene: Scene, blob: Blob) -> bool:
    """Is this the hole of something that stood in the background and left? Then its outline is in the background."""
    rim = cv2.copyMakeBorder(blob.mask, 3, 3, 3, 3, cv2.BORDER_CONSTANT, value=0)
    outline = cv2.morphologyEx(rim, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return _steepness(scene.background, blob, outline) > _steepness(scene.picture, blob, outline)


def _steepness(picture: Image, blob: Blob, outline: object) -> float:
    """Mean gradient along an outline that reaches 3 pixels beyond the blob's box."""
    left, top, width, height = blob.box
    rows, columns = picture.shape[:2]
    x1, y1, x2, y2 = max(0, left - 3), max(0, top - 3), min(columns, left + width + 3), min(rows, top + height + 3)
    smooth = cv2.GaussianBlur(picture[y1:y2, x1:x2], (5, 5), 0)
    steep = cv2.morphologyEx(smooth, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    within = np.asarray(outline, np.uint8)[y1 - top + 3 : y2 - top + 3, x1 - left + 3 : x2 - left + 3]
    return sum(cv2.mean(steep, within)[:3])


def _shrink(image: Image, scale: float) -> Image:
    if scale == 1:
        return image
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _draw(scene: Scene, blobs: Sequence[Blob]) -> Mask:
    mask = np.zeros(scene.front.shape, np.uint8)
    for blob in blobs:
        mask[blob.at] |= blob.mask
    return mask


def _detections(blobs: Sequence[Blob], scale: float, image: Image, min_score: float) -> Detections:
    """The score says how much of its box a blob fills: rags and branches fill little."""
    if not blobs:
        return Detections.empty()
    table = np.array([(*blob.box, blob.area) for blob in blobs], np.float32)
    left, top, width, height, area = table.T
    scores = np.minimum(0.3 + 0.6 * area / (width * height), 0.9).astype(np.float32)
    boxes = np.stack([left, top, left + width, top + height], axis=1) / np.float32(scale)
    boxes = np.minimum(boxes, np.array([image.shape[1], image.shape[0]] * 2, np.float32))
    classes = np.digitize(width / height, [PERSON_BELOW, MOTORCYCLE_BELOW]).astype(np.int64)
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] >= min_score]
    return Detections(boxes[order], scores[order], classes[order])
