"""A picture whose contents are known because it is drawn here: what the self-test shows to a model.

Four people, a clock and a stop sign at a road. Networks trained on COCO photographs recognise these drawings nearly as
surely as the real things (measured in README.md), and nobody else's picture has to be shipped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, sin

import cv2
import numpy as np

from models.detector import Image

WIDTH, HEIGHT = 640, 480
Colour = tuple[int, int, int]
"""Blue, green, red, 0..255."""
Box = tuple[float, float, float, float]
"""x1 y1 x2 y2, pixels."""

SKIN, HAIR, SHOE = (130, 165, 215), (20, 25, 35), (20, 20, 20)
SHIRT, SLEEVE = (170, 90, 40), (144, 76, 34)
TROUSERS, FAR_LEG = (70, 50, 45), (56, 40, 36)
WHITE, RED, BLACK, POLE = (245, 245, 245), (40, 30, 190), (20, 20, 20), (120, 120, 120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One thing in the picture: its COCO class and its box."""

    name: str
    box: Box


def draw(*, mirrored: bool = False) -> tuple[Image, tuple[Known, ...]]:
    """The picture, 480 × 640, and what is in it. ``mirrored``: everything on the other side, texts readable."""
    picture = _road()
    things: tuple[tuple[str, Callable[[Image, int, int, int], Box], int, int, int], ...] = (
        ("person", _person, 90, 430, 170),
        ("person", _person, 230, 450, 200),
        ("person", _person, 380, 440, 180),
        ("person", _person, 540, 455, 220),
        ("clock", _clock, 150, 110, 60),
        ("stop sign", _stop_sign, 460, 120, 60),
    )
    known = [
        Known(name=name, box=paint(picture, WIDTH - x if mirrored else x, y, size))
        for name, paint, x, y, size in things
    ]
    return picture, tuple(known)


def blank() -> Image:
    """The same size, one grey: nothing is in it."""
    return np.full((HEIGHT, WIDTH, 3), 128, np.uint8)


def _road() -> Image:
    """Sky above, asphalt below."""
    horizon = HEIGHT * 3 // 5
    far = np.linspace(0, 1, horizon)[:, None]
    near = np.linspace(0, 1, HEIGHT - horizon)[:, None]
    sky = np.array([235, 200, 170]) + far * np.array([-40, 0, 30])
    asphalt = np.array([110, 110, 110]) - near * 20
    column = np.concatenate([sky, asphalt]).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(column[:, None], (HEIGHT, WIDTH, 3)))


def _person(picture: Image, x: int, foot: int, height: int) -> Box:
    """Somebody who stands, facing us, eight heads high."""
    unit = height / 8

    def at(right: float, up: float) -> tuple[int, int]:
        return round(x + right * unit), round(foot - up * unit)

    def limb(*points: tuple[float, float], width: float, colour: Colour) -> None:
        for start, end in pairwise(points):
            cv2.line(picture, at(*start), at(*end), colour, max(2, int(width * unit)), cv2.LINE_AA)

    for side, leg in ((-1, TROUSERS), (1, FAR_LEG)):
        limb((side * 0.35, 4), (side * 0.52, 2.1), width=0.8, colour=leg)
        limb((side * 0.52, 2.1), (side * 0.67, 0.3), width=0.6, colour=leg)
        limb((side * 0.6, 0.15), (side * 0.95, 0.15), width=0.35, colour=SHOE)
    trunk = np.array([at(-0.95, 6.5), at(0.95, 6.5), at(0.75, 3.8), at(-0.75, 3.8)])
    cv2.fillPoly(picture, [trunk], SHIRT, cv2.LINE_AA)
    for side, sleeve in ((-1, SHIRT), (1, SLEEVE)):
        limb((side * 0.9, 6.3), (side * 1.15, 5), width=0.5, colour=sleeve)
        limb((side * 1.15, 5), (side * 1.05, 3.8), width=0.38, colour=SKIN)
    limb((0, 6.5), (0, 7), width=0.4, colour=SKIN)
    head = (round(0.48 * unit), round(0.62 * unit))
    cv2.ellipse(picture, at(0, 7.35), head, 0, 0, 360, SKIN, -1, cv2.LINE_AA)
    cv2.ellipse(picture, at(0, 7.55), (round(unit / 2), round(unit / 2)), 0, 180, 360, HAIR, -1, cv2.LINE_AA)
    return x - 1.35 * unit, foot - height, x + 1.35 * unit, foot


def _clock(picture: Image, x: int, y: int, radius: int) -> Box:
    """A round dial with twelve figures and two hands."""
    cv2.circle(picture, (x, y), radius, (30, 30, 40), -1, cv2.LINE_AA)
    cv2.circle(picture, (x, y), round(0.9 * radius), WHITE, -1, cv2.LINE_AA)
    for hour in range(1, 13):
        angle = hour * pi / 6
        centre = (x + 0.75 * radius * sin(angle), y - 0.75 * radius * cos(angle))
        _text(picture, str(hour), centre, radius / 110, BLACK)
    for angle, length, width in ((1.7 * pi, 0.45, 0.05), (0.35 * pi, 0.65, 0.035)):
        tip = (round(x + length * radius * sin(angle)), round(y - length * radius * cos(angle)))
        cv2.line(picture, (x, y), tip, BLACK, max(2, int(width * radius)), cv2.LINE_AA)
    return x - radius, y - radius, x + radius, y + radius


def _stop_sign(picture: Image, x: int, y: int, radius: int) -> Box:
    """The red octagon on a pole."""
    cv2.rectangle(picture, (x - radius // 14, y), (x + radius // 14, HEIGHT - 10), POLE, -1, cv2.LINE_AA)
    corners = np.array([(cos(pi / 8 + at * pi / 4), sin(pi / 8 + at * pi / 4)) for at in range(8)])
    for size, colour in ((radius, WHITE), (0.93 * radius, RED)):
        cv2.fillPoly(picture, [np.rint(corners * size + (x, y)).astype(np.int32)], colour, cv2.LINE_AA)
    _text(picture, "STOP", (x, y), radius / 62, WHITE)
    half = radius * cos(pi / 8)
    return x - half, y - half, x + half, y + half


def _text(picture: Image, text: str, centre: tuple[float, float], scale: float, colour: Colour) -> None:
    """``text`` in the middle of ``centre``; letters 22 px high times ``scale``."""
    width = max(1, round(4 * scale))
    (columns, rows), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, width)
    corner = (round(centre[0] - columns / 2), round(centre[1] + rows / 2))
    cv2.putText(picture, text, corner, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, width, cv2.LINE_AA)
