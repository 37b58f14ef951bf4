"""Does smoke hang in the zone for ``dwell_s``? A candidate for an officer's eye, from what the model calls smoke, and
from pictures: something grey lies over the scene in look after look, darker or lighter than what is behind it, never
at rest, soft for its depth (what stands or drives there has edges), in one place, and it grows.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.rules.candidate import Candidate
from edge.rules.windows import Courses, Mask, Region, Stack, Windows, regions
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

DEPTH = 12.0
"""Grey levels by which it changes what is behind it …"""
ALWAYS = 0.9
"""… to the same side in this share of the looks: cars let the road through between them."""
MOST_COLOUR = 30.0
"""Levels between the channels: smoke is grey, white or black."""
RESTLESS = 2.0
"""Standard deviation of the looks, in grey levels: a wall of cardboard is at rest."""
SOFT = 0.95
"""Mean gradient (Sobel) over depth: plumes measure 0.3 to 0.9, people 1.0 to 1.6, traffic 0.9 to 2."""
LEAST_AREA = 0.015
"""Share of the picture."""
GROWN = 1.3
"""It becomes so many times as large as it was at first."""
MEMORY_WINDOWS = 10
"""Windows in which the scene behind follows the light."""

_NEXT = np.ones((3, 3), np.uint8)


class Smoke:
    """Holds while a plume, or what the model calls ``smoke``, has been in the zone for ``dwell_s``."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._candidate = Candidate(rule, camera)
        self._windows, self._courses = Windows(), Courses(GROWN)
        self._scene: NDArray[np.float32] = np.zeros((0, 0), np.float32)

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        window = self._windows.update(frame)
        if window is not None:
            begin_s, looks = window
            self._courses.update(begin_s, frame.pts_s, self._plumes(looks))
        return self._candidate.hits(frame, tracks, self._courses.lasting())

    def pause(self, seconds: float) -> None:
        """See ``rule.Pausing``."""
        self._candidate.pause(seconds)
        self._courses.pause(seconds)
        self._windows.pause()

    def _plumes(self, looks: Stack) -> list[Region]:
        grey = np.stack([cv2.cvtColor(look, cv2.COLOR_BGR2GRAY) for look in looks]).astype(np.float32)
        mean = grey.mean(axis=0)
        if self._scene.shape != mean.shape:
            self._scene = mean
            return []
        veil = grey - self._scene - np.median(mean - self._scene)
        lies = _lies(veil, looks) & (grey.std(axis=0) >= RESTLESS)
        lies = cv2.morphologyEx(lies.view(np.uint8), cv2.MORPH_OPEN, _NEXT) > 0
        found = regions(lies & self._candidate.zone(mean.shape), round(LEAST_AREA * mean.size))
        if found:
            edges = np.mean([_gradient(look) for look in grey], axis=0)
            depth = np.abs(veil.mean(axis=0))
            found = [(one, mask) for one, mask in found if edges[mask].mean() <= SOFT * depth[mask].mean()]
        # What lies over the scene is not the scene; the light of the rest is followed.
        near = cv2.dilate(lies.view(np.uint8), _NEXT) > 0
        self._scene += np.where(near, np.float32(0), np.float32(1 / MEMORY_WINDOWS)) * (mean - self._scene)
        return [one for one, _ in found]


def _lies(veil: NDArray[np.float32], looks: Stack) -> Mask:
    """Where something grey is before the scene in (almost) every look, and always darker or always lighter."""
    always = ((veil <= -DEPTH).mean(axis=0) >= ALWAYS) | ((veil >= DEPTH).mean(axis=0) >= ALWAYS)
    colour = (looks.max(axis=3) - looks.min(axis=3)).mean(axis=0)
    return np.asarray(always & (colour <= MOST_COLOUR))


def _gradient(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), np.float32)
