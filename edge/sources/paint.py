"""How the simulated street looks: backdrop, people, motorbikes, cars and a stall, drawn with OpenCV.

Figures stand on their foot point (x, y in pixels, the middle of the lower edge) and are ``h`` pixels tall; each returns
nothing and draws into ``canvas`` (height × width × 3, BGR, 0..255).
"""

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np

from models.detector import Image

Colour = tuple[int, int, int]
"""Blue, green, red."""

SKY_END, FAR_KERB, NEAR_KERB = 0.30, 0.40, 0.79
"""Rows, as shares of the height: the houses' foot, the road's far edge, its near edge."""
ZEBRA = (0.56, 0.72)
"""Columns of the pedestrian crossing."""
SKIN: Colour = (120, 160, 205)
DARK: Colour = (45, 42, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The colours of one figure."""

    top: Colour
    bottom: Colour
    hat: Colour


def backdrop(width: int, height: int, chance: random.Random) -> Image:
    """The empty street: shopfronts, two pavements, a road with lanes and a crossing."""
    canvas = np.full((height, width, 3), (190, 196, 200), np.uint8)
    _houses(canvas, chance)
    _pavement(canvas, SKY_END, FAR_KERB, chance)
    _road(canvas)
    _pavement(canvas, NEAR_KERB, 1.0, chance)
    grain = np.random.default_rng(chance.randrange(2**32)).normal(0, 3, (height, width, 1))
    return np.clip(canvas + grain, 0, 255).astype(np.uint8)


def _houses(canvas: Image, chance: random.Random) -> None:
    height, width = canvas.shape[:2]
    foot = int(SKY_END * height)
    x = 0
    while x < width:
        wide = int(width * chance.uniform(0.11, 0.17))
        wall = tuple(chance.randrange(130, 215) for _ in range(3))
        sign = chance.choice([(60, 60, 190), (150, 90, 40), (60, 140, 60), (40, 150, 210)])
        cv2.rectangle(canvas, (x, 0), (x + wide, foot), wall, -1)
        cv2.rectangle(canvas, (x, foot - int(0.155 * height)), (x + wide - 2, foot - int(0.11 * height)), sign, -1)
        door = x + wide // 2
        cv2.rectangle(canvas, (x + 6, foot - int(0.10 * height)), (door - 3, foot - 8), (120, 105, 90), -1)
        cv2.rectangle(canvas, (door + 3, foot - int(0.10 * height)), (x + wide - 8, foot), (70, 72, 80), -1)
        for column in range(2):
            left = x + int(wide * (0.14 + 0.42 * column))
            cv2.rectangle(canvas, (left, 10), (left + int(wide * 0.28), int(0.10 * height)), (150, 135, 115), -1)
            cv2.rectangle(canvas, (left, 10), (left + int(wide * 0.28), int(0.10 * height)), (90, 90, 95), 1)
        cv2.line(canvas, (x, 0), (x, foot), (95, 98, 102), 1)
        x += wide


def _pavement(canvas: Image, top: float, bottom: float, chance: random.Random) -> None:
    height, width = canvas.shape[:2]
    first, last = int(top * height), int(bottom * height)
    canvas[first:last] = (158, 162, 166)
    for row in np.linspace(first, last, 5).astype(int):
        cv2.line(canvas, (0, int(row)), (width, int(row)), (140, 144, 148), 1)
    shift = chance.randrange(12, 24)
    for column in range(-width, 2 * width, max(12, width // 22)):
        lower = column + (column - width // 2) // 6
        cv2.line(canvas, (column + shift, first), (lower + shift, last), (142, 146, 150), 1, cv2.LINE_AA)
    edge = first if top > 0.5 else last
    cv2.line(canvas, (0, edge), (width, edge), (205, 208, 210), max(2, height // 120))


def _road(canvas: Image) -> None:
    height, width = canvas.shape[:2]
    first, last = int(FAR_KERB * height), int(NEAR_KERB * height)
    for row in range(first, last):
        shade = 78 + 14 * (row - first) // (last - first)
        canvas[row] = (shade, shade - 2, shade - 4)
    middle = int(height * (FAR_KERB * 0.56 + NEAR_KERB * 0.44))
    for column in range(0, width, width // 10):
        if not ZEBRA[0] - 0.09 < column / width < ZEBRA[1] + 0.02:
            cv2.rectangle(canvas, (column, middle - 2), (column + width // 20, middle + 2), (200, 205, 205), -1)
    for stripe in np.linspace(ZEBRA[0], ZEBRA[1], 6):
        near, far = int(stripe * width), int((0.5 + (stripe - 0.5) * 0.86) * width)
        wide = max(4, width // 70)
        corners = [(far, first + 4), (far + wide, first + 4), (near + wide, last - 5), (near, last - 5)]
        cv2.fillPoly(canvas, [np.array(corners, np.int32)], (196, 200, 202), cv2.LINE_AA)


def _shadow(canvas: Image, x: float, y: float, wide: float) -> None:
    """A soft dark ellipse on the ground."""
    half, flat = max(2, int(wide / 2)), max(1, int(wide / 9))
    left, right = max(0, int(x) - half), min(canvas.shape[1], int(x) + half)
    top, bottom = max(0, int(y) - flat), min(canvas.shape[0], int(y) + flat)
    if left >= right or top >= bottom:
        return
    region = canvas[top:bottom, left:right]
    shade = np.zeros(region.shape[:2], np.uint8)
    cv2.ellipse(shade, (int(x) - left, int(y) - top), (half, flat), 0, 0, 360, 255, -1, cv2.LINE_AA)
    region[:] = np.where(shade[..., None] > 0, (region * 0.72).astype(np.uint8), region)


def person(canvas: Image, x: float, y: float, h: float, look: Look, *, stride: float, facing: int) -> None:
    """Somebody walking; ``stride``: radians of the step (legs swing with its sine), ``facing``: 1 right, -1 left."""
    _shadow(canvas, x, y, 0.36 * h)
    swing = math.sin(stride)
    limb, sleeve = max(2, round(0.085 * h)), max(2, round(0.06 * h))
    hip, shoulder = (x, y - 0.47 * h), (x + 0.015 * h * facing, y - 0.80 * h)
    for side, colour in ((-1, tuple(int(value * 0.8) for value in look.bottom)), (1, look.bottom)):
        knee = (hip[0] + side * swing * 0.10 * h + 0.02 * h * facing, y - 0.25 * h)
        foot = (hip[0] + side * swing * 0.17 * h, y - 0.015 * h - max(0.0, side * math.cos(stride)) * 0.03 * h)
        _bone(canvas, hip, knee, colour, limb)
        _bone(canvas, knee, foot, colour, limb)
        _bone(canvas, foot, (foot[0] + 0.05 * h * facing, foot[1]), DARK, max(2, limb - 1))
    arm = (shoulder[0] + swing * 0.13 * h, y - 0.50 * h)
    _bone(canvas, shoulder, (2 * shoulder[0] - arm[0], arm[1]), tuple(int(v * 0.75) for v in look.top), sleeve)
    torso = [
        (x - 0.10 * h, y - 0.82 * h),
        (x + 0.10 * h, y - 0.82 * h),
        (x + 0.085 * h, y - 0.45 * h),
        (x - 0.085 * h, y - 0.45 * h),
    ]
    _poly(canvas, torso, look.top)
    _bone(canvas, shoulder, arm, look.top, sleeve)
    _disc(canvas, x + 0.01 * h * facing, y - 0.91 * h, 0.068 * h, SKIN)
    brim = (round(0.07 * h), round(0.05 * h))
    cv2.ellipse(canvas, (round(x), round(y - 0.935 * h)), brim, 0, 180, 360, look.hat, -1, cv2.LINE_AA)


def motorbike(canvas: Image, x: float, y: float, h: float, look: Look, *, facing: int) -> None:
    """A motorbike with its rider, from the side; ``h`` to the top of the helmet, about as long as tall."""
    _shadow(canvas, x, y, 1.05 * h)
    wheel = 0.17 * h
    for side in (-1, 1):
        centre = (x + side * 0.36 * h, y - wheel)
        _disc(canvas, *centre, wheel, DARK)
        _disc(canvas, *centre, wheel * 0.55, (150, 150, 150))
    body = [(-0.42, -0.40), (-0.10, -0.36), (0.06, -0.22), (0.22, -0.30), (0.30, -0.56), (0.38, -0.52), (0.30, -0.16)]
    body += [(-0.16, -0.14), (-0.40, -0.28)]
    _poly(canvas, [(x + facing * dx * h, y + dy * h) for dx, dy in body], look.bottom)
    seat, hand = (x - facing * 0.10 * h, y - 0.42 * h), (x + facing * 0.27 * h, y - 0.56 * h)
    shoulder = (x - facing * 0.02 * h, y - 0.78 * h)
    knee = (x + facing * 0.16 * h, y - 0.36 * h)
    _bone(canvas, seat, knee, DARK, max(2, round(0.10 * h)))
    _bone(canvas, knee, (x + facing * 0.06 * h, y - 0.14 * h), DARK, max(2, round(0.08 * h)))
    _bone(canvas, seat, shoulder, look.top, max(3, round(0.19 * h)))
    _bone(canvas, shoulder, hand, look.top, max(2, round(0.07 * h)))
    _disc(canvas, x + facing * 0.02 * h, y - 0.905 * h, 0.095 * h, look.hat)
    _disc(canvas, x + facing * 0.40 * h, y - 0.50 * h, 0.03 * h, (190, 240, 250))


def car(canvas: Image, x: float, y: float, h: float, look: Look, *, facing: int) -> None:
    """A car from the side, 2.4 times as long as tall."""
    _shadow(canvas, x, y, 2.5 * h)
    hull = [(-1.20, -0.24), (-1.17, -0.58), (-0.78, -0.64), (-0.48, -0.97), (0.34, -1.0), (0.70, -0.64), (1.14, -0.52)]
    hull += [(1.20, -0.22), (1.0, -0.14), (-1.05, -0.14)]
    glass = [(-0.64, -0.64), (-0.42, -0.90), (0.28, -0.92), (0.54, -0.64)]
    _poly(canvas, [(x + facing * dx * h, y + dy * h) for dx, dy in hull], look.top)
    _poly(canvas, [(x + facing * dx * h, y + dy * h) for dx, dy in glass], (95, 85, 70))
    _bone(canvas, (x, y - 0.92 * h), (x, y - 0.64 * h), look.top, max(2, round(0.06 * h)))
    for side in (-1, 1):
        centre = (x + side * 0.72 * h, y - 0.20 * h)
        _disc(canvas, *centre, 0.20 * h, DARK)
        _disc(canvas, *centre, 0.10 * h, (165, 165, 165))
    _disc(canvas, x + facing * 1.12 * h, y - 0.42 * h, 0.05 * h, (200, 240, 250))
    _disc(canvas, x - facing * 1.14 * h, y - 0.46 * h, 0.045 * h, (50, 50, 215))


def stall(canvas: Image, x: float, y: float, h: float, look: Look) -> None:
    """A street stall: a cart with goods under an umbrella, about as wide as tall."""
    _shadow(canvas, x, y, 0.95 * h)
    for side in (-1, 1):
        _disc(canvas, x + side * 0.28 * h, y - 0.09 * h, 0.09 * h, DARK)
    cart = [(-0.42, -0.42), (0.42, -0.42), (0.38, -0.12), (-0.38, -0.12)]
    _poly(canvas, [(x + dx * h, y + dy * h) for dx, dy in cart], look.bottom)
    for index in range(5):
        _disc(canvas, x + (index - 2) * 0.15 * h, y - 0.45 * h, 0.07 * h, ((40, 150, 230), (60, 190, 90))[index % 2])
    _bone(canvas, (x, y - 0.42 * h), (x, y - 0.86 * h), (170, 170, 170), max(2, round(0.03 * h)))
    _poly(canvas, [(x - 0.48 * h, y - 0.74 * h), (x, y - 1.0 * h), (x + 0.48 * h, y - 0.74 * h)], look.top)
    _poly(canvas, [(x - 0.16 * h, y - 0.74 * h), (x, y - 1.0 * h), (x + 0.16 * h, y - 0.74 * h)], (235, 235, 240))


def _poly(canvas: Image, points: list[tuple[float, float]], colour: Colour) -> None:
    cv2.fillPoly(canvas, [np.array(points, np.float64).round().astype(np.int32)], colour, cv2.LINE_AA)


def _bone(
    canvas: Image, start: tuple[float, float], end: tuple[float, float], colour: tuple[int, ...], thick: int
) -> None:
    cv2.line(canvas, (round(start[0]), round(start[1])), (round(end[0]), round(end[1])), colour, thick, cv2.LINE_AA)


def _disc(canvas: Image, x: float, y: float, radius: float, colour: Colour) -> None:
    cv2.circle(canvas, (round(x), round(y)), max(1, round(radius)), colour, -1, cv2.LINE_AA)
