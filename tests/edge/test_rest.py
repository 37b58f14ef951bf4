"""When a source may leave out the pictures that no other picture needs."""

import numpy as np

from edge.rest import Rest
from edge.values import Motion
from tests.support.walk import frame

MOVES = Motion(changed=np.ones((2, 2), np.uint8))


class Camera:
    """Sends pictures at one rate, and at another while it rests; everything stirs, or nothing."""

    def __init__(self, fps: float, left_fps: float, *, stirs: bool) -> None:
        self._rest, self._fps, self._left_fps, self._stirs = Rest(), fps, left_fps, stirs
        self._at_s = 0.0

    def watch(self, seconds: float) -> float:
        """Share of the time in which it rested."""
        end_s, rested_s, resting = self._at_s + seconds, 0.0, False
        while self._at_s < end_s:
            resting = self._rest.update(frame(self._at_s), MOVES if self._stirs else Motion())
            step_s = 1 / (self._left_fps if resting else self._fps)
            rested_s += step_s if resting else 0.0
            self._at_s += step_s
        return rested_s / seconds


def test_a_quick_camera_rests_though_people_walk_because_enough_is_left() -> None:
    assert Camera(30, 15, stirs=True).watch(30) > 0.9


def test_a_slow_camera_never_rests_while_people_walk() -> None:
    assert Camera(10, 5, stirs=True).watch(30) == 0.0


def test_a_quick_camera_that_leaves_too_little_is_tried_once_a_minute() -> None:
    camera = Camera(25, 8, stirs=True)
    camera.watch(10)
    assert camera.watch(50) == 0.0
    assert 0.0 < camera.watch(20) < 0.2


def test_nothing_moves_so_a_slow_camera_rests_too() -> None:
    assert Camera(10, 5, stirs=False).watch(30) > 0.8


def test_a_camera_whose_every_picture_but_the_keyframes_is_left_out_does_not_rest() -> None:
    camera = Camera(10, 2, stirs=False)
    camera.watch(10)
    assert camera.watch(40) == 0.0
