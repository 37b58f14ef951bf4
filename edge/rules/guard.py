"""The preclusive guard: when the light changes everywhere, boxes are not to be believed, and rules are silent."""

import structlog

from edge.values import Frame, Motion

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

    def update(self, frame: Frame, motion: Motion | None) -> bool:
        """Are rules silent on this frame?"""
        if not self._guard_s:
            return False
        now_s = frame.pts_s
        is_quiet = now_s >= self._end_s
        if motion.is_global:
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
