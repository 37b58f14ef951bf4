"""Second stop of a frame: did anything move, and where? On the luma plane, small, in well under a millisecond.

Each small pixel keeps a running mean and a running spread (how much it usually strays: leaves, noise, a flickering
lamp). A pixel moved when it strays further than its spread explains. A change of light turns the whole picture
brighter or darker: that is taken out first, and what then still differs almost everywhere is light, not things.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.blobs import blobs
from edge.values import WHOLE, Frame, Mask, Motion

ROWS = 120
"""Height of the small picture: a person 25 pixels tall in 360 is still 8 by 3."""
MEMORY_S, MEMORY_MOVED_S = 4.0, 20.0
"""Time constants of the background: where it is quiet, and where something moved (so that somebody who stops does not
melt away before the tracker has him)."""
LEAST_STRAY = 9.0
"""Grey levels (of 255) below which no pixel has moved: sensor noise after averaging is 1 to 3."""
SPREADS = 3.5
"""A pixel moved when it strays further than this many times its usual spread."""
LEAST_CHANGE = 6.0
"""Grey levels by which a pixel that is in front must differ from the last look to have changed."""
GLOBAL_AREA = 0.5
"""Moved share of the picture from which on it is the light."""

JUMP, GREY = 20.0, 128.0
"""A medium grey that changes by so many levels against the background: a lamp, headlights, the camera's night mode."""


class MotionGate:
    """Motion of one camera. Needs no warm-up: the first frame counts as moved everywhere, the second is compared."""

    def __init__(self) -> None:
        self._mean = self._spread = self._last = np.zeros((0, 0), np.float32)
        self._front: Mask = np.zeros((0, 0), np.uint8)
        self._last_s = 0.0

    def update(self, frame: Frame) -> Motion:
        """What moved between the background and this frame."""
        small = _shrink(frame.luma)
        passed_s, self._last_s = frame.pts_s - self._last_s, frame.pts_s
        if self._mean.shape != small.shape:
            self._restart(small)
            everywhere = np.ones(small.shape, np.uint8)
            return Motion(boxes=(WHOLE,), area=1.0, front=everywhere, changed=everywhere)
        gain, shift = _light(small, self._mean)
        size = np.abs(small - (gain * self._mean + shift))
        moved = (size > np.maximum(LEAST_STRAY, SPREADS * self._spread)).astype(np.uint8)
        area = float(np.count_nonzero(moved)) / moved.size
        jump = abs(gain * GREY + shift - GREY)
        if area > GLOBAL_AREA or jump > JUMP:
            self._restart(small)
            return Motion(area=area, is_global=True)
        # What left a place changed it, too.
        changed = _changed(small, self._last, cv2.bitwise_or(moved, self._front))
        self._last, self._front = small, moved
        self._learn(small, size, moved, passed_s)
        return Motion(boxes=blobs(moved), area=area, front=moved, changed=changed)

    def _restart(self, small: NDArray[np.float32]) -> None:
        self._mean, self._last = small.copy(), small
        self._front = np.zeros(small.shape, np.uint8)
        self._spread = np.full_like(small, LEAST_STRAY / SPREADS / 2)

    def _learn(
        self, small: NDArray[np.float32], size: NDArray[np.float32], moved: NDArray[np.uint8], passed_s: float
    ) -> None:
        quiet = min(1.0, passed_s / MEMORY_S)
        slow = min(1.0, passed_s / MEMORY_MOVED_S)
        mask = moved.view(bool)
        rate = np.where(mask, np.float32(slow), np.float32(quiet))
        self._mean += rate * (small - self._mean)
        # Where something passes, its contrast is no measure of how restless the place is: only a part is learnt.
        self._spread += np.where(mask, np.float32(slow / 4), np.float32(quiet)) * (size - self._spread)


def _shrink(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The picture at about ``ROWS`` rows (or its own, where it has fewer).

    Whole numbers of pixels are averaged (OpenCV's quick way); of large pictures only every second or third pixel is
    taken first: averaging all of them costs more than it tells.
    """
    step = max(1, luma.shape[0] // (ROWS * 3))
    sampled = np.ascontiguousarray(luma[::step, ::step])
    part = max(1, round(sampled.shape[0] / ROWS))
    rows, columns = sampled.shape[0] // part, sampled.shape[1] // part
    whole = sampled[: rows * part, : columns * part]
    return cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)


def _light(small: NDArray[np.float32], mean: NDArray[np.float32]) -> tuple[float, float]:
    """The gain and shift by which the light changed: ``small`` ≈ gain × ``mean`` + shift.

    From the spread and middle of the grey levels over a grid, which a thing that moves can hardly bend.
    """
    now = np.percentile(small[::4, ::4], (10, 50, 90))
    was = np.percentile(mean[::4, ::4], (10, 50, 90))
    # A flat picture tells no gain, and a gain next to 1 is noise.
    spread = was[2] - was[0]
    gain = float((now[2] - now[0]) / spread) if spread > 20 and abs(now[1] - was[1]) > 2 else 1.0
    gain = min(2.0, max(0.5, gain))
    return gain, float(now[1] - gain * was[1])


def _changed(small: NDArray[np.float32], last: NDArray[np.float32], moved: object) -> Mask:
    """What of ``moved`` (a mask) is not as it was at the last look, whatever the light did in between."""
    difference = cv2.subtract(small, last)
    shift = float(np.median(difference[::4, ::4]))
    return np.asarray((np.abs(difference - shift) > LEAST_CHANGE) & (np.asarray(moved) > 0), np.uint8)
