"""Does it burn in the zone for ``dwell_s``? A candidate for an officer's eye, from what the model calls fire, and from
pictures: flames are as bright as the camera can show or of flame's colours, where it was not so before; they stay, and
their rim never comes to rest. White cars pass, lamps do not flicker, the sky does not swing.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.rules.candidate import Candidate
from edge.rules.windows import Courses, Region, Stack, Windows, regions
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

BURNT_OUT = 225
"""Level of every channel from which on a flame has blinded the camera."""
LEAST_RED, LEAST_WARMTH = 170, 50
"""Level of red, and red above blue, of a flame that has not (red ≥ green ≥ blue)."""
SWING = 30
"""Grey levels between two looks, to or from hot: a flame's rim. Clouds before a white sky change by less."""
SWINGS = 3
"""Such swings in a window's ten looks: who passes swings twice."""
HOT = 0.5
"""Share of the looks in which the heart of a flame is hot …"""
COLD = 0.3
"""… where less of the time before it was so."""
LEAST_RIM, RIM, HEART = 12, 0.35, 0.05
"""Small pixels (of 14,400) of rim, and the shares of rim and of heart in the whole: flames measure 0.4 to 0.8 and 0.06
to 0.4; people on a floor in the sun are either all rim or all heart."""
GROWN = 1.0
"""It need not grow further: where it is hot now, it was not at first."""
MEMORY_WINDOWS = 30
"""For so many windows it is remembered what used to be hot: lamps, the sky, a floor in the sun."""

_NEXT = np.ones((3, 3), np.uint8)


class Fire:
    """Holds while flames, or what the model calls ``fire``, have been in the zone for ``dwell_s``."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._candidate = Candidate(rule, camera)
        self._windows, self._courses = Windows(), Courses(GROWN)
        self._usual: NDArray[np.float32] = np.zeros((0, 0), np.float32)

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        window = self._windows.update(frame)
        if window is not None:
            begin_s, looks = window
            self._courses.update(begin_s, frame.pts_s, self._flames(looks))
        return self._candidate.hits(frame, tracks, self._courses.lasting())

    def pause(self, seconds: float) -> None:
        """See ``rule.Pausing``."""
        self._candidate.pause(seconds)
        self._courses.pause(seconds)
        self._windows.pause()

    def _flames(self, looks: Stack) -> list[Region]:
        hot = is_hot(looks)
        share = hot.mean(axis=0, dtype=np.float32)
        if self._usual.shape != share.shape:
            self._usual = share
            return []
        heart = (share >= HOT) & (self._usual < COLD) & self._candidate.zone(share.shape)
        rim = swings(looks, hot) >= SWINGS
        near = cv2.dilate(rim.view(np.uint8), _NEXT, iterations=1) > 0
        found = [region for region, mask in regions(near, LEAST_RIM) if _burns(rim[mask], heart[mask])]
        # What burns does not become usual.
        self._usual += np.where(near, np.float32(0), np.float32(1 / MEMORY_WINDOWS)) * (share - self._usual)
        return found


def _burns(rim: NDArray[np.bool_], heart: NDArray[np.bool_]) -> bool:
    """A region's pixels: are they enough, and mixed as in flames?"""
    return bool(rim.sum() >= max(LEAST_RIM, RIM * rim.size) and heart.sum() >= HEART * heart.size)


def is_hot(looks: Stack) -> NDArray[np.bool_]:
    """Looks × rows × columns: as bright or as coloured as flames."""
    blue, green, red = (looks[..., channel] for channel in range(3))
    burnt_out = np.minimum(np.minimum(blue, green), red) >= BURNT_OUT
    warm = (red >= LEAST_RED) & (red >= green) & (green >= blue) & (red.astype(np.int16) - blue >= LEAST_WARMTH)
    return np.asarray(burnt_out | warm)


def swings(looks: Stack, hot: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rows × columns: how often a pixel swung to or from hot between two looks."""
    grey = np.stack([cv2.cvtColor(look, cv2.COLOR_BGR2GRAY) for look in looks]).astype(np.int16)
    far = np.abs(np.diff(grey, axis=0)) >= SWING
    return np.asarray((far & (hot[1:] | hot[:-1])).sum(axis=0))
