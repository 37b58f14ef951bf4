"""The preclusive guard: when the light changes everywhere, boxes are not to be believed, and rules are silent.

That most of the picture moved is not enough: somebody who walks past the lens, dense traffic and a fire do that too,
and they are what rules are for. Light turns nearly all of the picture the same way, brighter or darker; things do both.
"""

from collections import deque

import numpy as np
import structlog
from numpy.typing import NDArray

from edge.values import Frame, Motion

ONE_WAY = 0.65
"""Share of the picture that became brighter (or darker). Measured: lamps, headlights, night mode 0.8 to 0.99; a person
before the lens, traffic, a fire 0.05 to 0.48."""
LEVELS = 8
"""Grey levels (of 255) that are a change."""
SINCE_S, EVERY_S = 2.0, 0.25
"""Compared with the pictures of so long: headlights come up within a second or two. Remembered so often."""
ROWS = 36
"""Height of the pictures that are compared."""
LONGEST_S = 30.0
"""However restless the light, rules are not silent for longer than this at a time: a lamp that flickers all night, or
somebody with a torch, must not blind them. They ask again until it has been quiet for ``guard_s``."""

log = structlog.get_logger(__name__)


class Guard:
    """Of one camera. ``guard_s``: silence after the last change of the light; 0 for none."""

    def __init__(self, guard_s: float) -> None:
        self._guard_s = guard_s
        self._begin_s = 0.0
        self._end_s = float("-inf")
        self._is_up = False
        self._before: deque[tuple[float, NDArray[np.int16]]] = deque()

    def update(self, frame: Frame, motion: Motion | None) -> bool:
        """Are rules silent on this frame? ``motion``: None where nobody looked what moved."""
        if not self._guard_s:
            return False
        now_s = frame.pts_s
        is_quiet = now_s >= self._end_s
        if self._is_light(frame, motion):
            if is_quiet:
                self._begin_s, self._is_up = now_s, True
                log.info("rules_silenced", camera=frame.camera, why="global light change", at_s=round(now_s, 3))
            self._end_s = now_s + self._guard_s
        elif is_quiet:
            self._is_up = False
        if self._is_up and now_s - self._begin_s > LONGEST_S:
            self._is_up = False
            log.warning("light_restless", camera=frame.camera, at_s=round(now_s, 3), cure="look at the camera's lamps")
        return self._is_up

    def _is_light(self, frame: Frame, motion: Motion | None) -> bool:
        now_s = frame.pts_s
        # The latest stays whatever its age: a source that rests gives a frame every few seconds.
        while len(self._before) > 1 and now_s - self._before[0][0] > SINCE_S:
            self._before.popleft()
        is_turn = not self._before or now_s - self._before[-1][0] >= EVERY_S
        is_global = motion is not None and motion.is_global
        if not (is_global or is_turn):
            return False
        step = max(1, frame.height // ROWS)
        small = frame.luma[::step, ::step].astype(np.int16)
        is_light = is_global and any(_is_one_way(before, small) for _, before in self._before)
        if is_turn:
            self._before.append((now_s, small))
        return is_light


def _is_one_way(before: NDArray[np.int16], after: NDArray[np.int16]) -> bool:
    """Did nearly all of the picture become brighter, or nearly all of it darker?"""
    if before.shape != after.shape:
        return False
    change = after - before
    shares = (np.count_nonzero(change > LEVELS), np.count_nonzero(change < -LEVELS))
    return bool(max(shares) >= ONE_WAY * change.size)
