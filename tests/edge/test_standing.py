"""Things without a name: drawn stories of what comes, stands, is hidden, leaves; and of what only looks like it."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import pytest

from contract.kinds import OBJECT
from edge.settings import CameraSettings
from edge.standing import FIRST_ID, SHOWN_S, Standing, asks_for_objects
from edge.values import Motion, Track
from models.detector import Image
from tests.support.pictures import HEIGHT, WIDTH, street
from tests.support.walk import camera, frame, times, track

FPS = 5.0
BAG = (200, 220, 236, 250)
"""Left, top, right, bottom in pixels of the street."""
NOISE = np.random.default_rng(1).integers(-3, 4, (7, HEIGHT, WIDTH, 3)).astype(np.int16)
DARK, COAT = (45, 40, 38), (225, 215, 205)
NOBODY: Callable[[float], list[Track]] = lambda _: []  # noqa: E731


def fill(picture: Image, box: Sequence[float], colour: tuple[int, int, int]) -> None:
    left, top, right, bottom = (round(side) for side in box)
    cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), colour, -1)


def bag(picture: Image, box: Sequence[float] = BAG) -> None:
    fill(picture, box, DARK)
    fill(picture, (box[0] + 8, box[1] + 8, box[2] - 8, box[1] + 14), (90, 90, 95))


def walked(
    seconds: float,
    draw: Callable[[Image, float], None],
    *,
    light: Callable[[float], float] = lambda _: 1.0,
    tracks: Callable[[float], list[Track]] = NOBODY,
    shift: Callable[[float], int] = lambda _: 0,
) -> list[tuple[float, tuple[Track, ...]]]:
    """What stands at each moment of a story told in pictures: ``draw`` into the empty street, then light and noise."""
    stage, empty, told = Standing(), street(), []
    for at in times(0, seconds, FPS):
        picture = np.roll(empty, shift(at), axis=1)
        draw(picture, at)
        lit = cv2.convertScaleAbs(picture, alpha=light(at)).astype(np.int16) + NOISE[round(at * FPS) % len(NOISE)]
        shown = frame(at, np.clip(lit, 0, 255).astype(np.uint8))
        told.append((at, stage.update(shown, Motion(), tracks(at))))
    return told


def found(told: list[tuple[float, tuple[Track, ...]]]) -> set[int]:
    return {one.id for _, standing in told for one in standing}


def person(at: float, x: float, *, number: int = 1, top: float = 150.0, bottom: float = 252.0) -> Track:
    """A tracked person, his middle at column ``x``, in pixels of the street."""
    size = (44 / WIDTH, (bottom - top) / HEIGHT)
    return track((x / WIDTH, bottom / HEIGHT), at, number=number, size=size)


def coat(picture: Image, x: float) -> None:
    fill(picture, (x - 20, 152, x + 20, 252), COAT)


@pytest.mark.parametrize("put_s", [1.6, 6.0])
def test_what_is_put_down_is_found_though_the_camera_has_only_just_started(put_s: float) -> None:
    told = walked(put_s + 10, lambda picture, at: bag(picture) if at >= put_s else None)
    first_s = next(at for at, standing in told if standing)
    assert first_s - put_s <= 5.0
    (one,) = told[-1][1]
    assert found(told) == {one.id}
    assert one.id >= FIRST_ID
    assert one.class_name == OBJECT
    assert one.first_s == pytest.approx(put_s, abs=0.5)
    assert one.box == pytest.approx((BAG[0] / WIDTH, BAG[1] / HEIGHT, BAG[2] / WIDTH, BAG[3] / HEIGHT), abs=0.012)
    assert 0.5 <= one.score <= one.best_score <= 1.0


def test_what_is_taken_away_ends() -> None:
    told = walked(20, lambda picture, at: bag(picture) if 4 <= at < 14 else None)
    assert len(found(told)) == 1
    assert max(at for at, standing in told if standing) == pytest.approx(14.0, abs=1.2)


def test_who_passes_or_stands_in_front_of_it_does_not_end_it() -> None:
    def draw(picture: Image, at: float) -> None:
        if at >= 3:
            bag(picture)
        if 10 <= at < 18:
            coat(picture, 60 + 40 * (at - 10))
        if 20 <= at < 26:
            coat(picture, 218)

    told = walked(32, draw)
    assert len(found(told)) == 1
    shown = [at for at, standing in told if standing]
    assert shown[-1] == pytest.approx(31.8)
    assert len(shown) == pytest.approx((31.8 - shown[0]) * FPS + 1), "without a gap"
    hidden = next(standing[0] for at, standing in told if at >= 24)
    assert hidden.seen_s <= 20.4, "it says honestly when it was last seen"


def test_what_was_there_from_the_beginning_is_no_news_nor_is_the_hole_it_leaves() -> None:
    stands = walked(12, lambda picture, _: bag(picture))
    leaves = walked(25, lambda picture, at: bag(picture) if at < 8 else None)
    assert found(stands) == found(leaves) == set()


def test_a_named_one_who_stands_is_no_thing_but_the_bag_he_leaves_is() -> None:
    def x_of(at: float) -> float:
        return 40 + 40 * at if at < 4 else 200 if at < 20 else 200 + 60 * (at - 20)

    def draw(picture: Image, at: float) -> None:
        if at >= 6:
            bag(picture)
        if x_of(at) < WIDTH:
            coat(picture, x_of(at))

    told = walked(32, draw, tracks=lambda at: [person(at, x_of(at))] if x_of(at) < WIDTH else [])
    assert not found([one for one in told if one[0] < 15])
    assert len(found(told)) == 1
    assert told[-1][1][0].first_s == pytest.approx(6.0, abs=1.0), "since it was put down, not since he left"


def test_one_whom_the_detector_loses_while_he_stands_is_no_thing() -> None:
    def draw(picture: Image, at: float) -> None:
        coat(picture, 40 + 40 * at if at < 4 else 200)

    def seen(at: float) -> list[Track]:
        return [person(at, 40 + 40 * at if at < 4 else 200)] if at < 9 else []

    assert not found(walked(25, draw, tracks=seen))


def test_one_whom_the_detector_names_late_is_a_thing_no_longer() -> None:
    def draw(picture: Image, at: float) -> None:
        if at >= 3:
            coat(picture, 200)

    told = walked(25, draw, tracks=lambda at: [person(at, 200)] if 12 <= at < 15 else [])
    assert max(at for at, standing in told if standing) < 13


@pytest.mark.parametrize(
    ("light", "reason"),
    [
        (lambda at: 1.0 if at < 8 else 1.35, "the camera opens its iris"),
        (lambda at: 1.0 + 0.3 * math.sin(at / 3), "clouds"),
        (lambda at: max(0.55, 1.2 - 0.02 * at), "dusk"),
        (lambda at: 1.0 if int(at) % 2 else 0.93, "a lamp that flickers"),
    ],
)
def test_light_that_changes_everywhere_is_no_thing_and_hides_none(light: Callable[[float], float], reason: str) -> None:
    assert not found(walked(30, lambda *_: None, light=light)), reason
    told = walked(30, lambda picture, at: bag(picture) if at >= 3 else None, light=light)
    assert len(found(told)) == 1, reason
    assert told[-1][1], reason


def test_a_light_that_is_switched_on_in_a_corner_is_no_thing() -> None:
    def draw(picture: Image, at: float) -> None:
        if at >= 6:
            lit = picture[180:280, 150:300].astype(np.float32) * 1.5
            picture[180:280, 150:300] = np.clip(lit, 0, 255)

    assert not found(walked(25, draw))


def test_a_shadow_that_creeps_with_the_sun_is_no_thing() -> None:
    def draw(picture: Image, at: float) -> None:
        edge = 100 + at  # pixels: far faster than the sun
        dark = (
            np.clip((edge - np.arange(WIDTH)) / 6 + 0.5, 0, 1)[None, :, None] * (np.arange(HEIGHT) > 120)[:, None, None]
        )
        picture[:] = (picture * (1 - 0.45 * dark)).astype(np.uint8)

    assert not found(walked(60, draw))


def test_a_tree_that_sways_is_no_thing() -> None:
    leaves = np.random.default_rng(3).integers(20, 160, (60, 80, 1)).astype(np.uint8).repeat(3, 2)

    def draw(picture: Image, at: float) -> None:
        left = 300 + round(6 * math.sin(1.7 * at) + 3 * math.sin(0.31 * at))
        picture[60:120, left : left + 80] = leaves

    assert not found(walked(60, draw))


def test_a_stop_for_a_moment_is_no_thing() -> None:
    def draw(picture: Image, at: float) -> None:
        x = 40 + 60 * at if at < 4 else 280 if at < 6.4 else 280 + 60 * (at - 6.4)
        fill(picture, (x, 200, x + 40, 250), DARK)

    assert not found(walked(15, draw))


def test_a_camera_that_is_nudged_sees_no_things() -> None:
    assert not found(walked(25, lambda *_: None, shift=lambda at: 0 if at < 8 else 5))


def test_two_things_are_two_and_what_is_added_to_a_heap_belongs_to_it() -> None:
    heap = (380, 250, 430, 290)

    def draw(picture: Image, at: float) -> None:
        if at >= 3:
            bag(picture)
        if at >= 6:
            bag(picture, heap)
        if at >= 14:
            bag(picture, (430, 240, 460, 290))

    told = walked(25, draw)
    assert len(found(told)) == 2
    grown = next(one for one in told[-1][1] if one.box[0] > 0.6)
    assert grown.box[2] == pytest.approx(460 / WIDTH, abs=0.012)


def test_a_thing_that_is_hidden_for_long_is_not_told_and_then_the_same() -> None:
    def draw(picture: Image, at: float) -> None:
        if at >= 3:
            bag(picture)
        if at >= 10 and at < 40:
            # a lorry unloads: never the same for long
            fill(picture, (120, 120, 320, 280), tuple(int(40 + 50 * ((at + k) % 3)) for k in range(3)))  # type: ignore[arg-type]

    told = walked(50, draw)
    shown = [at for at, standing in told if standing]
    assert not [at for at in shown if 10 + SHOWN_S + 1 < at < 40]
    assert told[-1][1]
    assert len(found(told)) == 1


def test_another_size_of_picture_is_another_scene() -> None:
    stage = Standing()
    for at in times(0, 10, FPS):
        shape = (360, 480, 3) if at < 5 else (240, 320, 3)
        assert stage.update(frame(at, np.full(shape, 90 if at < 5 else 140, np.uint8)), Motion(), ()) == ()


def test_between_looks_the_same_things_stand() -> None:
    stage, picture, plain = Standing(), street(), street()
    bag(picture)
    seen = [stage.update(frame(at, plain if at < 3 else picture), Motion(), ()) for at in times(0, 10, 30.0)]
    assert len({id(one) for one in seen[-12:]}) <= 2, "about two looks a second, whatever the camera's rate"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"kind": "static_object", "classes": ("object",)}, True),
        ({"kind": "object_left"}, True),
        ({"kind": "object_left", "mode": "off"}, False),
        ({"kind": "intrusion"}, False),
    ],
)
def test_things_are_looked_for_only_where_a_rule_asks_for_them(rule: dict[str, Any], expected: bool) -> None:
    settings: CameraSettings = camera(**rule)
    assert asks_for_objects(settings) is expected
