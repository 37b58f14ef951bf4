"""Is it the same picture again and again? Pure.

A sensor has noise: even a night scene of 43 kbit/s, in which nothing stirs for minutes, changes by 0.2 grey levels on
average from one second to the next. A picture that stands still changes by less than 0.08, whether the camera repeats
its packets or codes the same picture anew; then each keyframe is a little different, so not every look must be still.
Coded skips may make a very quiet scene stand still between two keyframes, hardly beyond one: so a keyframe must have
come and changed nothing.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

STILL = 0.08
"""Mean change, grey levels, up to which a look is still."""
OFTEN_S = 5.0
"""A still look must come this often; between them lie the pulses of keyframes."""
DRIFT = 3.0
"""Grey levels by which the mean of a block may stray from where the spell began: coding noise has no mean."""
KEYLESS = 2.0
"""Without a keyframe a spell must last this many times longer."""
_ROWS = 360
_GRID = (16, 7)


class Freeze:
    """How long one camera's picture has stood still."""

    def __init__(self) -> None:
        self._last: NDArray[np.uint8] | None = None
        self._start: NDArray[np.float32] | None = None
        self._since_s: float | None = None
        self._still_s = 0.0
        self._keyframes = 0

    def keyframes(self, count: int) -> None:
        """So many keyframes arrived."""
        self._keyframes += count

    def update(self, luma: NDArray[np.uint8], now_s: float) -> None:
        """Compare a luma plane (height × width, 0..255) with the one before; once a second is enough."""
        ninth = luma.shape[0] // 9
        step = max(1, luma.shape[0] // _ROWS)
        # A copy: the plane is the decoder's.
        middle = luma[ninth : luma.shape[0] - ninth : step].copy()
        before, self._last = self._last, middle
        if before is None or before.shape != middle.shape:
            self._since_s = None
            return
        means = np.asarray(cv2.resize(middle, _GRID, interpolation=cv2.INTER_AREA), np.float32)
        is_still = float(cv2.absdiff(middle, before).mean()) <= STILL
        if self._since_s is not None and not self._goes_on(means, now_s, is_still=is_still):
            self._since_s = None
        if is_still:
            if self._since_s is None:
                self._since_s, self._start, self._keyframes = now_s, means, 0
            self._still_s = now_s

    def since_s(self, now_s: float, dwell_s: float) -> float | None:
        """Since when it has stood still, if that is ``dwell_s`` or longer; else None."""
        if self._since_s is None:
            return None
        needed_s = dwell_s if self._keyframes else KEYLESS * dwell_s
        return self._since_s if now_s - self._since_s >= needed_s else None

    def _goes_on(self, means: NDArray[np.float32], now_s: float, *, is_still: bool) -> bool:
        if not is_still and now_s - self._still_s > OFTEN_S:
            return False
        return self._start is not None and float(np.abs(means - self._start).max()) <= DRIFT
