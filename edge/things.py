"""What has come into the scene and stands still, found as shapes and followed by its own look: pure decisions on small
grey pictures. ``standing.py`` joins them into a stage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scenery import Grey, View
from edge.values import NormBox

LEAST_AREA = 0.0006
"""Share of the picture that a thing covers at least: 7 by 5 small pixels."""
LEAST_SIDE = 4
"""Small pixels that it is wide and high at least: what is thinner is an edge that moved."""
MOST_AREA = 0.15
"""What is larger has changed the scene, it does not stand in it."""
LEAST_FILL = 0.2
"""Share of its box that a thing fills: nets of specks do not. A dark bag half on dark ground shows only its edges."""
LEAST_CONTRAST = 20.0
"""Grey levels by which a thing differs from what it hides, in the mean."""
HOLE = 1.25
"""An outline across which the background stepped so many times more than the picture now belonged to what has left."""
SAME_TEXTURE = 0.75
"""Correlation with the background from which on a shape is the background in another light."""
LEAST_TEXTURE = 4.0
"""Standard deviation in grey levels below which there is no texture to compare."""
SHIFTED, REACH = 0.8, 6
"""Correlation with the background up to so many small pixels away from which on it is the background, displaced."""
ALIKE = 20
"""Grey levels within which a pixel of a thing looks as it did."""
PRESENT = 0.55
"""Share of its pixels that look as they did while a thing is to be seen."""
GONE = 0.6
"""Share of its pixels that show the scene again when it has been taken away."""
SCENE = 0.5
"""Correlation with the background from which on it is the background that shows, not a grey lorry in front of it."""
GONE_LOOKS = 2
"""Looks in a row that must show so."""
FOLLOW = 0.1
"""Share of a new look that a thing's own picture takes on: dusk, a tarpaulin that settles."""

_CLOSE = np.ones((3, 3), np.uint8)
_RIM = np.ones((3, 3), np.uint8)

Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in small pixels, half-open."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Connected small pixels. ``mask``: of the rectangle's size, 255 inside."""

    rect: Rect
    mask: Grey
    area: int
    held_s: float
    """How long it has stood: of its pixels, the quarter that has stood longest begins here."""

    @property
    def at(self) -> tuple[slice, slice]:
        """Where it lies in a small picture."""
        left, top, right, bottom = self.rect
        return np.s_[top:bottom, left:right]


def shapes(view: View, free: Grey) -> Iterator[Shape]:
    """What has settled within ``free`` (255) and is large enough to be something."""
    mask = np.asarray(view.settled & free, np.uint8)
    if cv2.countNonZero(mask) < LEAST_AREA * mask.size:
        return
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _CLOSE), np.uint8)
    _, labels, table, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for label, (left, top, width, height, area) in enumerate(table.tolist()):
        if label == 0 or area < LEAST_AREA * mask.size or min(width, height) < LEAST_SIDE:
            continue
        at = np.s_[top : top + height, left : left + width]
        inside = labels[at] == label
        held_s = float(np.percentile(view.held_s[at][inside], 75))
        yield Shape((left, top, left + width, top + height), inside.view(np.uint8) * np.uint8(255), area, held_s)


def is_thing(shape: Shape, view: View) -> bool:
    """Is it something that was put there: not a hole, not light, not a streak of noise?"""
    left, top, right, bottom = shape.rect
    if shape.area > MOST_AREA * view.picture.size or shape.area < LEAST_FILL * (right - left) * (bottom - top):
        return False
    inside = shape.mask > 0
    contrast = cv2.absdiff(view.picture[shape.at], view.background[shape.at])[inside]
    if float(contrast.mean()) < LEAST_CONTRAST:
        return False
    return not (is_hole(shape, view) or is_light(shape, view) or is_shifted(shape, view))


def is_hole(shape: Shape, view: View) -> bool:
    """Has something left that was there from the beginning? Then the outline is a step in the background, not now."""
    return step(view.background, shape) > HOLE * step(view.picture, shape)


def step(picture: Grey, shape: Shape) -> float:
    """How much the picture steps across the shape's outline: the mean gradient along the outline's normal."""
    rows, columns = picture.shape
    left, top, right, bottom = shape.rect
    from_left, from_top = min(4, left), min(4, top)
    part = picture[top - from_top : min(rows, bottom + 4), left - from_left : min(columns, right + 4)]
    mask = np.zeros(part.shape, np.float32)
    mask[from_top : from_top + bottom - top, from_left : from_left + right - left] = shape.mask
    soft = cv2.GaussianBlur(mask, (5, 5), 0)
    normal_x, normal_y = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    size = cv2.magnitude(normal_x, normal_y)
    smooth = cv2.GaussianBlur(part, (3, 3), 0)
    across = normal_x * cv2.Sobel(smooth, cv2.CV_32F, 1, 0) + normal_y * cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    return float(np.abs(across).sum() / max(1.0, float(size.sum())))


def is_light(shape: Shape, view: View) -> bool:
    """Is it the background in another light (a lamp, a shadow, headlamps on a wall)? Its texture shows through."""
    # The rim mixes both; what lies within it is compared.
    inside = cv2.erode(shape.mask, _RIM, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    if np.count_nonzero(inside) < shape.area // 4:
        inside = shape.mask > 0
    now, was = (picture[shape.at][inside].astype(np.float32) for picture in (view.picture, view.background))
    now_spread, was_spread = float(now.std()), float(was.std())
    if min(now_spread, was_spread) < LEAST_TEXTURE:
        return False
    return float(((now - now.mean()) * (was - was.mean())).mean()) > SAME_TEXTURE * now_spread * was_spread


def is_shifted(shape: Shape, view: View) -> bool:
    """Is it the background a few pixels on? A pole in the wind, a twig bent anew."""
    return likeness(shape, view) > SHIFTED


def likeness(shape: Shape, view: View) -> float:
    """Correlation of the shape's surroundings with the background at the shift (of ``REACH`` pixels at most) at which
    they are most alike, -1..1."""
    rows, columns = view.picture.shape
    left, top, right, bottom = shape.rect
    left, top, right, bottom = max(0, left - 1), max(0, top - 1), min(columns, right + 1), min(rows, bottom + 1)
    now = view.picture[top:bottom, left:right]
    was = view.background[max(0, top - REACH) : bottom + REACH, max(0, left - REACH) : right + REACH]
    if float(now.std()) < LEAST_TEXTURE:
        return 0.0
    return float(cv2.matchTemplate(was, now, cv2.TM_CCOEFF_NORMED).max())


@dataclass(slots=True)
class Thing:
    """One thing that stands, as of the latest look. Seconds are ``pts_s``."""

    id: int
    shape: Shape
    look: Grey
    """How it looks: the small picture within its rectangle."""
    first_s: float
    seen_s: float
    score: float = 1.0
    best_score: float = 1.0
    is_known: bool = False
    """It is somebody or something that the detector has named and lost from sight: followed, never told."""
    gone_looks: int = field(default=0)

    def follow(self, view: View, now_s: float) -> None:
        """Is it there on this look? ``seen_s`` says so, ``gone_looks`` counts looks that show the scene instead."""
        if (view.gain, view.shift) != (1.0, 0.0):
            self.look = np.asarray(cv2.convertScaleAbs(self.look, alpha=view.gain, beta=view.shift), np.uint8)
        inside = self.shape.mask > 0
        now = view.picture[self.shape.at]
        is_alike = (cv2.absdiff(now, self.look) <= ALIKE) & inside
        alike = np.count_nonzero(is_alike) / self.shape.area
        differs = np.count_nonzero((view.differs[self.shape.at] > 0) & inside) / self.shape.area
        if differs <= 1.0 - GONE and _is_scene(now, view.background[self.shape.at]):
            self.gone_looks += 1
        elif alike >= PRESENT:
            self.gone_looks, self.seen_s = 0, now_s
            self.score = float(alike)
            self.best_score = max(self.best_score, self.score)
            np.copyto(self.look, cv2.addWeighted(self.look, 1.0 - FOLLOW, now, FOLLOW, 0.0), where=is_alike)

    @property
    def is_gone(self) -> bool:
        """Has it been taken away?"""
        return self.gone_looks >= GONE_LOOKS

    def become(self, shape: Shape, view: View, now_s: float) -> None:
        """It looks otherwise now (more was put there, it came out from behind somebody): same place, same thing."""
        merged = _union(self.shape, shape) if self.seen_s >= now_s else shape
        self.shape, self.look = merged, view.picture[merged.at].copy()
        self.gone_looks, self.seen_s = 0, now_s


def _is_scene(now: Grey, background: Grey) -> bool:
    """Does the background's texture show, so far as it has any?"""
    if float(background.std()) < 2 * LEAST_TEXTURE:
        return True
    return float(cv2.matchTemplate(now, background, cv2.TM_CCOEFF_NORMED).max()) > SCENE


def touches(one: Shape, other: Shape) -> bool:
    """Do they overlap, or lie next to each other?"""
    return overlap(_wider(one.rect), other.rect) > 0


def overlap(one: Rect, other: Rect) -> int:
    """Common area in small pixels."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, across) * max(0, down)


def covered_share(shape: Shape, rects: Sequence[Rect]) -> float:
    """The largest share of the shape's box that one of ``rects`` covers, 0..1."""
    left, top, right, bottom = shape.rect
    area = (right - left) * (bottom - top)
    return max((overlap(shape.rect, rect) / area for rect in rects), default=0.0)


def rect_of(box: NormBox, shape: tuple[int, ...]) -> Rect:
    """A box in small pixels, grown to whole ones."""
    rows, columns = shape[:2]
    left, top = int(box[0] * columns), int(box[1] * rows)
    return left, top, min(columns, int(np.ceil(box[2] * columns))), min(rows, int(np.ceil(box[3] * rows)))


def box_of(rect: Rect, shape: tuple[int, ...]) -> NormBox:
    """A rectangle as fractions of the picture."""
    rows, columns = shape[:2]
    return rect[0] / columns, rect[1] / rows, rect[2] / columns, rect[3] / rows


def _wider(rect: Rect) -> Rect:
    return rect[0] - 2, rect[1] - 2, rect[2] + 2, rect[3] + 2


def _union(one: Shape, other: Shape) -> Shape:
    left, top = min(one.rect[0], other.rect[0]), min(one.rect[1], other.rect[1])
    right, bottom = max(one.rect[2], other.rect[2]), max(one.rect[3], other.rect[3])
    mask: NDArray[np.uint8] = np.zeros((bottom - top, right - left), np.uint8)
    for shape in (one, other):
        x, y = shape.rect[0] - left, shape.rect[1] - top
        part = mask[y : y + shape.mask.shape[0], x : x + shape.mask.shape[1]]
        cv2.bitwise_or(part, shape.mask, dst=part)
    area = cv2.countNonZero(mask)
    return Shape((left, top, right, bottom), mask, area, max(one.held_s, other.held_s))
