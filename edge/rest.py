"""When a source may leave out pictures: while nothing moves, and always where enough are left without them.

A camera sends 25 or 30 pictures a second, and the walk looks at 5. Pictures that no other picture needs
(non-reference frames, a half to two thirds of them) are then decoded for nothing. How many are left depends on the
camera's coder and is measured while it rests.
"""

from edge.values import Frame, Motion

ENOUGH_FPS = 12.0
"""Pictures a second that must be left while something moves: a fast thing is seen on several of them."""
ENOUGH_IDLE_FPS = 4.0
"""The same while nothing moves: whoever comes is seen within a quarter of a second."""
IDLE_S = 3.0
"""Nothing has moved for this long: it is quiet."""
MEASURE_S = 2.0
"""How long a rate is measured before it is believed."""
AGAIN_S = 60.0
"""A source that left too few is tried again after this: cameras change their settings."""


class Rest:
    """Decides for one camera, frame by frame."""

    def __init__(self) -> None:
        self._is_resting = False
        self._since_s = self._stirred_s = float("-inf")
        self._frames = 0
        self._full_fps = 0.0
        self._left_fps: float | None = None
        self._tried_s = float("-inf")

    def update(self, frame: Frame, motion: Motion | None) -> bool:
        """May the source rest after this frame? ``motion``: None where nobody asked what moves in it."""
        now_s = frame.pts_s
        if self._stirred_s == float("-inf") or (motion is not None and motion.changed.any()):
            self._stirred_s = now_s
        self._measure(now_s)
        is_idle = now_s - self._stirred_s > IDLE_S
        may = self._may(now_s, ENOUGH_IDLE_FPS if is_idle else ENOUGH_FPS)
        if may != self._is_resting:
            self._is_resting, self._since_s, self._frames = may, now_s, 0
        return may

    def _measure(self, now_s: float) -> None:
        self._frames += 1
        if self._since_s == float("-inf"):
            self._since_s, self._frames = now_s, 0
        passed_s = now_s - self._since_s
        if passed_s < MEASURE_S:
            return
        fps = self._frames / passed_s
        if self._is_resting:
            self._left_fps, self._tried_s = fps, now_s
        else:
            self._full_fps = fps
        self._since_s, self._frames = now_s, 0

    def _may(self, now_s: float, enough_fps: float) -> bool:
        if self._left_fps is not None and now_s - self._tried_s > AGAIN_S:
            self._left_fps = None
        if self._left_fps is not None:
            return self._left_fps >= enough_fps
        # Not known: at best a third is left.
        return self._full_fps >= enough_fps * (1.5 if enough_fps == ENOUGH_FPS else 1.0)
