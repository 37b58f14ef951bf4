"""What counts as motion, and what of it is new."""

import numpy as np

from edge.motion import MotionGate
from edge.values import Frame
from models.detector import Image
from tests.support.walk import frame

STREET = np.random.default_rng(1).integers(60, 190, (360, 640), dtype=np.uint8)


def grey(luma: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> Image:
    return np.ascontiguousarray(np.repeat(luma[..., None], 3, axis=2))


def shot(at_s: float, *, x: int | None = None, light: float = 1.0, seed: int = 0) -> Frame:
    """A textured street with sensor noise; a person-sized thing at column ``x``."""
    luma = STREET.astype(np.float32) * light
    if x is not None:
        luma[200:240, x : x + 14] = 20.0
    luma += np.random.default_rng(seed).normal(0, 4, luma.shape)
    return frame(at_s, grey(np.clip(luma, 0, 255).astype(np.uint8)))


def test_a_still_picture_with_noise_does_not_move() -> None:
    gate = MotionGate()
    motions = [gate.update(shot(index / 10, seed=index)) for index in range(20)]
    assert motions[0].boxes, "the first frame counts as moved: what is there must be looked at"
    assert not any(motion.boxes for motion in motions[1:])


def test_somebody_small_is_seen_from_the_second_frame_on_and_where_he_is() -> None:
    gate = MotionGate()
    gate.update(shot(0.0, x=100))
    motion = gate.update(shot(0.1, x=130, seed=1))
    assert motion.boxes
    assert any(box[0] <= 135 / 640 <= box[2] and box[1] <= 220 / 360 <= box[3] for box in motion.boxes)
    assert motion.area < 0.02


def test_light_that_changes_everywhere_is_no_thing_that_moves() -> None:
    gate = MotionGate()
    for index in range(10):
        gate.update(shot(index / 10, seed=index))
    motion = gate.update(shot(1.0, light=1.6, seed=11))
    assert motion.is_global or not motion.boxes
    assert gate.update(shot(1.1, light=1.6, seed=12)).boxes == ()


def test_somebody_who_walks_while_a_cloud_passes_is_still_seen() -> None:
    gate = MotionGate()
    found = 0
    for index in range(30):
        motion = gate.update(shot(index / 10, x=50 + 10 * index, light=1.0 - 0.004 * index, seed=index))
        found += any(box[0] <= (55 + 10 * index) / 640 <= box[2] for box in motion.boxes) and motion.area < 0.1
    assert found >= 28


def test_somebody_who_stands_still_is_in_front_but_stirs_nothing() -> None:
    gate = MotionGate()
    gate.update(shot(0.0))
    place = (95 / 640, 190 / 360, 120 / 640, 250 / 360)
    came = gate.update(shot(0.2, x=100, seed=1))
    stands = gate.update(shot(0.4, x=100, seed=2))
    assert came.stirs(place)
    assert stands.boxes, "he is no background yet"
    assert not stands.stirs(place)


def test_one_noisy_pixel_stirs_nothing_and_a_place_outside_the_picture_is_no_error() -> None:
    motion = MotionGate().update(shot(0.0))
    assert motion.stirs((0.0, 0.0, 1.0, 1.0)), "the first frame counts as moved everywhere"
    assert not motion.stirs((1.0, 1.0, 1.0, 1.0))


def test_what_leaves_a_place_stirs_it_though_only_the_ground_is_left() -> None:
    gate, box = MotionGate(), (100 / 640, 200 / 360, 114 / 640, 240 / 360)
    gate.update(shot(0.0))
    gate.update(shot(0.2, x=100, seed=1))
    assert gate.update(shot(0.4, x=160, seed=2)).stirs(box)
