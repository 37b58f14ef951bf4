"""Fire and smoke: drawn flames and plumes, and what is as bright or as grey as they are."""

import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from edge.rules.windows import WINDOW_S
from edge.settings import RuleSettings
from edge.values import Hit
from models.detector import Image
from tests.support.pictures import HEIGHT, WIDTH, street
from tests.support.walk import camera, frame, rule_of, times, track

FPS = 5.0
Draw = Callable[[Image, float], None]


def watched(kind: str, seconds: float, draw: Draw, **rule: Any) -> list[tuple[float, Hit]]:
    """The hits over a drawn story; the zone is the picture's left half."""
    wanted: dict[str, Any] = {"kind": kind, "dwell_s": 6.0} | rule
    asked, rng = rule_of(camera(**wanted)), np.random.default_rng(2)
    empty, told = street(), []
    for at in times(0, seconds, FPS):
        picture = empty.copy()
        draw(picture, at)
        noisy = np.clip(picture + rng.integers(-3, 4, picture.shape), 0, 255).astype(np.uint8)
        told += [(at, hit) for hit in asked.update(frame(at, noisy), ())]
    return told


def flames(picture: Image, at: float, left: int = 60, size: float = 1.0) -> None:
    """A burnt out heart, and tongues of orange that leap about it."""
    rng = np.random.default_rng(round(at * 100))
    for step in range(int(14 * size)):
        tall = int(size * rng.integers(20, 110))
        x = left + 6 * step
        colour = (70, 160, 250) if step % 2 else (40, 110, 235)
        cv2.rectangle(picture, (x, 300 - tall), (x + 7, 300), colour, -1)
    cv2.rectangle(picture, (left + 20, 270), (left + int(60 * size), 300), (245, 250, 255), -1)


def plume(picture: Image, at: float, begin_s: float = 4.0) -> None:
    """Grey, soft, rolling, and larger from second to second."""
    if at < begin_s:
        return
    radius = min(25 + 5 * (at - begin_s), 80)
    rng = np.random.default_rng(round(at * 100))
    veil = np.zeros((HEIGHT, WIDTH), np.float32)
    for step in range(6):
        x = 110 + 25 * math.sin(step + at) + rng.integers(-4, 5)
        cv2.circle(veil, (int(x), int(150 + 12 * step)), int(radius * (1 - step / 9)), 1.0, -1)
    veil = cv2.GaussianBlur(veil, (0, 0), 9)[..., None] * 0.8
    billows = cv2.resize(
        rng.uniform(180, 235, (HEIGHT // 40, WIDTH // 40)), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC
    )
    picture[:] = (picture * (1 - veil) + billows[..., None] * veil).astype(np.uint8)


@pytest.mark.parametrize("dwell_s", [6.0, 12.0])
def test_flames_are_fire_once_they_have_burnt_for_the_dwell(dwell_s: float) -> None:
    hits = watched("fire", 25, lambda picture, at: flames(picture, at) if at >= 5 else None, dwell_s=dwell_s)
    at, first = hits[0]
    assert dwell_s + 5 - WINDOW_S <= at <= dwell_s + 5 + WINDOW_S, "it counts from the window in which it began"
    (seen,) = first.tracks
    assert seen.class_name == "fire"
    assert first.subject is None
    left, top, right, bottom = seen.box
    assert left < 80 / WIDTH < 120 / WIDTH < right
    assert top < 260 / HEIGHT
    assert bottom == pytest.approx(300 / HEIGHT, abs=0.1), "the heart itself does not flicker"
    assert hits[-1][0] == pytest.approx(24.8)


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (lambda picture, at: flames(picture, at, left=300) if at >= 5 else None, "it burns outside the zone"),
        (lambda picture, at: flames(picture, at) if 5 <= at < 8 else None, "a flash in the pan"),
        (lambda picture, at: cv2.circle(picture, (100, 200), 30, (255, 255, 255), -1) if at >= 5 else None, "a lamp"),
        (
            lambda picture, at: cv2.rectangle(
                picture, (int(at * 90) % 400, 220), (int(at * 90) % 400 + 70, 270), (250, 250, 250), -1
            ),
            "white cars pass, one after another",
        ),
        (
            lambda picture, at: cv2.rectangle(picture, (60, 100), (110, 300), (40, 40, 240), -1) if at >= 5 else None,
            "somebody in red",
        ),
        (
            lambda picture, at: cv2.convertScaleAbs(picture, picture, 1.8 if at % 4 < 2 else 1.0),
            "the light comes and goes",
        ),
    ],
)
def test_no_fire(draw: Draw, reason: str) -> None:
    assert watched("fire", 30, draw) == [], reason


def test_a_plume_that_grows_is_smoke() -> None:
    hits = watched("smoke", 30, plume, dwell_s=10.0)
    at, first = hits[0]
    assert 13 <= at <= 20
    assert first.tracks[0].class_name == "smoke"
    assert hits[-1][0] == pytest.approx(29.8)


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (
            lambda picture, at: cv2.rectangle(picture, (60, 150), (200, 280), (200, 200, 200), -1) if at >= 5 else None,
            "a lorry parks",
        ),
        (lambda picture, at: cv2.convertScaleAbs(picture, picture, max(0.5, 1 - at / 60)), "dusk"),
        (
            lambda picture, at: cv2.rectangle(
                picture, (int(at * 60) % 400, 180), (int(at * 60) % 400 + 120, 270), (200, 205, 200), -1
            ),
            "grey lorries pass",
        ),
        (
            lambda picture, at: (
                cv2.rectangle(picture, (90 + int(5 * math.sin(4 * at)), 120), (150, 300), (210, 210, 210), -1)
                if at >= 5
                else None
            ),
            "somebody in grey stands and moves his arms",
        ),
    ],
)
def test_no_smoke(draw: Draw, reason: str) -> None:
    assert watched("smoke", 30, draw) == [], reason


@pytest.mark.parametrize("kind", ["fire", "smoke"])
def test_what_the_model_calls_so_counts_by_itself(kind: str) -> None:
    asked, hits = rule_of(camera(kind=kind)), []
    for at in times(0, 30, FPS):
        seen = [track((0.25, 0.6), at, class_name=kind, number=3)] if at >= 2 else []
        hits += [(at, hit) for hit in asked.update(frame(at), seen)]
    assert hits[0][0] == pytest.approx(2 + {"fire": 8.0, "smoke": 20.0}[kind], abs=0.3)
    assert hits[0][1].tracks[0].id == 3


@pytest.mark.parametrize(("kind", "dwell_s"), [("fire", 8.0), ("smoke", 20.0)])
def test_the_defaults_are_a_trial(kind: str, dwell_s: float) -> None:
    rule = RuleSettings.model_validate({"name": "chay", "kind": kind, "zone": "left"})
    assert (rule.dwell_s, rule.cool_s, rule.severity, rule.mode) == (dwell_s, 120.0, "urgent", "trial")


def test_a_picture_of_another_size_and_a_pause_begin_a_new_window() -> None:
    asked = rule_of(camera(kind="fire", dwell_s=6.0))
    for at in (*times(0, 5, FPS), *times(300, 305, FPS)):
        small = np.full((120 if at < 3 else 240, 160 if at < 3 else 320, 3), 90, np.uint8)
        assert asked.update(frame(at, small), ()) == []
