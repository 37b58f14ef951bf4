"""Two seconds of small colour pictures at a time, for rules that look at the picture, and what lasts over them."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.geometry import Box, overlap
from edge.values import Frame

LOOK_S, WINDOW_S = 0.2, 2.0
ROWS = 90
"""Least height of the small pictures (where the camera's has so much)."""
EARLY_S = 0.012
"""A look may come so much before its turn: stamps jitter."""
LEAST_WINDOWS = 3
"""What is to be seen in fewer windows is a passing car, a welder's spark, a cloud of dust."""
MISSED = 1
"""Windows in a row in which it may not be found."""

MOST = 100
"""Regions followed at a time."""

Stack = NDArray[np.uint8]
"""Looks × rows × columns × 3, BGR, 0..255."""
Mask = NDArray[np.bool_]
"""Rows × columns."""


class Windows:
    """Gathers the looks of one camera into windows that follow one another."""

    def __init__(self) -> None:
        self._looks: list[NDArray[np.uint8]] = []
        self._begin_s = self._due_s = float("-inf")

    def pause(self) -> None:
        """Nobody looked for a while: a window that was begun is torn."""
        self._looks = []

    def update(self, frame: Frame) -> tuple[float, Stack] | None:
        """The window that ends with this frame: when it began, and its looks. None while it is not full. A picture of
        another size, and a pause in the stream, begin a new one."""
        if frame.pts_s + EARLY_S < self._due_s:
            return None
        look = _shrink(frame.image)
        is_torn = frame.pts_s - self._due_s > WINDOW_S
        if not self._looks or is_torn or self._looks[0].shape != look.shape:
            self._looks, self._begin_s = [], frame.pts_s
        self._looks.append(look)
        self._due_s = frame.pts_s + LOOK_S
        if self._due_s - self._begin_s < WINDOW_S - EARLY_S:
            return None
        window = (self._begin_s, np.stack(self._looks))
        self._looks = []
        return window


@dataclass(frozen=True, slots=True)
class Region:
    """Something in one window. ``box`` in fractions of the picture, ``area`` in small pixels."""

    box: Box
    area: int


@dataclass(slots=True)
class Course:
    """A region through the windows. ``number``: told by no other of the rule, though it is begun anew."""

    number: int
    box: Box
    first_s: float
    last_s: float
    first_area: int = 0
    """Small pixels in the first window, and in the largest."""
    most_area: int = 0
    windows: int = 0
    """Those in which it was found, of all that passed since."""
    passed: int = 0

    @property
    def score(self) -> float:
        """Share of the windows in which it was found."""
        return self.windows / self.passed


class Courses:
    """Which regions of one window go on from those of the window before."""

    def __init__(self, grown: float) -> None:
        """``grown``: it must become so many times as large as it was at first."""
        self._grown = grown
        self._courses: list[Course] = []

    def pause(self, seconds: float) -> None:
        """Nobody looked for so long: that time is neither a gap nor does it count."""
        for course in self._courses:
            course.first_s += seconds
            course.last_s += seconds

    def update(self, begin_s: float, end_s: float, regions: Iterable[Region]) -> None:
        """The regions of the window ``begin_s``–``end_s``."""
        fresh: dict[int, list[Region]] = {}
        number = round(begin_s / LOOK_S) * MOST
        for region in regions:
            known = next((i for i, one in enumerate(self._courses) if overlap(one.box, region.box) > 0), None)
            if known is None and len(self._courses) == MOST:
                continue
            if known is None:
                self._courses.append(Course(number + len(self._courses), region.box, begin_s, begin_s))
                known = len(self._courses) - 1
            fresh.setdefault(known, []).append(region)
        for i, course in enumerate(self._courses):
            course.passed += 1
            if i in fresh:
                area = sum(one.area for one in fresh[i])
                course.first_area = course.first_area if course.windows else area
                course.most_area = max(course.most_area, area)
                course.box, course.last_s, course.windows = _around(fresh[i]), end_s, course.windows + 1
        self._courses = [one for one in self._courses if end_s - one.last_s <= MISSED * (WINDOW_S + LOOK_S) + EARLY_S]

    def lasting(self) -> list[Course]:
        """Those that were found often enough and have grown."""
        return [
            one
            for one in self._courses
            if one.windows >= LEAST_WINDOWS and one.most_area >= self._grown * one.first_area
        ]


def regions(mask: Mask, least: int) -> list[tuple[Region, Mask]]:
    """Connected parts of at least so many small pixels, each with its mask, as large as the picture."""
    rows, columns = mask.shape
    _, labels, table, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    found = []
    for label in range(1, len(table)):
        left, top, width, height, area = (int(value) for value in table[label])
        if area >= least:
            box = (left / columns, top / rows, (left + width) / columns, (top + height) / rows)
            found.append((Region(box, area), np.asarray(labels == label)))
    return found


def _around(parts: Iterable[Region]) -> Box:
    lefts, tops, rights, bottoms = zip(*(one.box for one in parts), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _shrink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    step = max(1, image.shape[0] // (2 * ROWS))
    sampled = np.ascontiguousarray(image[::step, ::step])
    part = max(1, sampled.shape[0] // ROWS)
    rows, columns = sampled.shape[0] // part, sampled.shape[1] // part
    whole = sampled[: rows * part, : columns * part]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
