"""A street that does not exist: who is where at each moment, and the picture of it. It knows its truth.

Deterministic: the same parameters give the same pictures and the same truth, frame by frame. It is input only, for
demonstrations, tests and load; detection on it is as real as on any video.
"""

import math
import random
from dataclasses import dataclass, field, fields
from urllib.parse import parse_qsl, urlsplit

import cv2
import numpy as np

from edge.sources import paint
from edge.sources.paint import Look
from models.detector import Image

Box = tuple[float, float, float, float]

TALL_M = {"person": 1.7, "motorcycle": 1.6, "car": 1.5, "stall": 1.9}
LONG_M = {"person": 0.62, "motorcycle": 1.65, "car": 3.6, "stall": 1.85}
SPEED_M_S = {"person": (1.0, 1.6), "motorcycle": (3.5, 5.5), "car": (3.5, 5.0)}
STEP_M = 0.75
"""Half a walking cycle."""
LANES = {"far": (0.50, -1), "near": (0.665, 1)}
"""Foot row and direction of each lane: traffic keeps to the right."""
GAP_S = 2.5
"""The least time between two vehicles in one lane: nobody drives through anybody."""
PAUSE_SHARE, CROSS_SHARE = 0.25, 0.3
"""Of the walkers, those who stop for a while and those who cross the road."""
PAUSE_S = (6.0, 25.0)
NOISE, NOISES, GREY = 2.0, 6, 128.0
"""Spread of the sensor's noise in grey levels, how many noise pictures take turns, and what they swing about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What the query string of ``sim:street?…`` may say."""

    seed: int = 7
    fps: float = 10.0
    width: int = 640
    height: int = 360
    seconds: float = 0.0
    """0: without end."""
    people: float = 3.0
    """On average in the picture."""
    vehicles: float = 2.0
    stall: float = 8.0
    """When the stall is pushed into the picture, in seconds; below 0: never."""
    light: float = 12.0
    """How far the light swings, in per cent."""

    @classmethod
    def parse(cls, source: str) -> "Parameters":
        """``sim:street?seed=7&fps=10`` → parameters. Raises ValueError that names the key and what there is."""
        parts = urlsplit(source)
        if parts.path != "street":
            raise ValueError(f"{source!r}: the only simulation is sim:street")
        kinds = {item.name: int if item.type is int else float for item in fields(cls)}
        values: dict[str, float] = {}
        for key, text in parse_qsl(parts.query, keep_blank_values=True):
            if key not in kinds:
                raise ValueError(f"{source!r}: unknown parameter {key!r}; there are {', '.join(kinds)}")
            try:
                values[key] = kinds[key](text)
            except ValueError:
                raise ValueError(f"{source!r}: {key}={text!r} is not a number") from None
        made = cls(**values)  # type: ignore[arg-type]
        if not (1 <= made.fps <= 60 and 160 <= made.width <= 3840 and 90 <= made.height <= 2160):
            raise ValueError(f"{source!r}: fps must be 1..60, width 160..3840, height 90..2160")
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One figure that is at least half in the picture. ``box``: x1 y1 x2 y2 as fractions, cut to the picture."""

    id: int
    class_name: str
    box: Box


@dataclass(slots=True)
class _Figure:
    """Somebody or something on its way through ``points`` (x, y as fractions), ``pause_s`` at the middle one."""

    id: int
    kind: str
    points: list[tuple[float, float]]
    speed: float
    look: Look
    pause_s: float = 0.0
    x: float = 0.0
    y: float = 0.0
    facing: int = 1
    walked_m: float = 0.0
    leg: int = 0
    tasks: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.x, self.y = self.points[0]


class Street:
    """The street in time. ``draw`` must be called for one frame after another, beginning with 0."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self._chance = random.Random(parameters.seed)  # noqa: S311 — scenery
        self._empty = paint.backdrop(parameters.width, parameters.height, self._chance)
        noise = np.random.default_rng(parameters.seed)
        shape = (NOISES, parameters.height, parameters.width, 1)
        grey = noise.normal(GREY, NOISE, shape).round().astype(np.uint8)
        self._noises = np.ascontiguousarray(np.repeat(grey, 3, axis=3))
        self._figures: list[_Figure] = []
        self._next_id = 1
        self._next_s = {"person": 0.0, "far": 0.4, "near": 1.2}
        self._stall_at_s = parameters.stall if parameters.stall >= 0 else math.inf
        self._drawn = 0

    def draw(self) -> tuple[Image, tuple[Truth, ...]]:
        """The next picture (height × width × 3, BGR) and what is truly in it."""
        now_s = self._drawn / self.parameters.fps
        if self._drawn:
            self._move(1 / self.parameters.fps)
        self._spawn(now_s)
        canvas = self._empty.copy()
        for figure in sorted(self._figures, key=lambda one: one.y):
            self._paint(canvas, figure)
        picture = self._light(canvas, now_s)
        self._drawn += 1
        return picture, self._truth()

    def _px_per_m(self, y: float) -> float:
        """How many pixels a metre is for a figure whose foot is at row ``y`` (a fraction)."""
        tall = 0.13 + 0.19 * (y - paint.SKY_END) / (1 - paint.SKY_END)
        return tall * self.parameters.height / TALL_M["person"]

    def _move(self, passed_s: float) -> None:
        for figure in self._figures:
            if figure.leg + 1 >= len(figure.points):
                continue
            if figure.leg == 1 and figure.pause_s > 0:
                figure.pause_s -= passed_s
                continue
            self._step(figure, passed_s)
        self._figures = [one for one in self._figures if one.kind == "stall" or one.leg + 1 < len(one.points)]

    def _step(self, figure: _Figure, passed_s: float) -> None:
        scale = self._px_per_m(figure.y)
        to_x, to_y = figure.points[figure.leg + 1]
        dx = (to_x - figure.x) * self.parameters.width / scale
        # The ground is seen at a slant: a metre into the depth covers about half the rows of a metre upright.
        dy = (to_y - figure.y) * self.parameters.height / (scale * 0.5)
        left_m, step_m = math.hypot(dx, dy), figure.speed * passed_s
        figure.walked_m += step_m
        if abs(dx) > 0.05:
            figure.facing = 1 if dx > 0 else -1
        if left_m <= step_m:
            figure.x, figure.y = to_x, to_y
            figure.leg += 1
            return
        figure.x += (to_x - figure.x) * step_m / left_m
        figure.y += (to_y - figure.y) * step_m / left_m

    def _spawn(self, now_s: float) -> None:
        wanted = self.parameters
        if wanted.people > 0 and now_s >= self._next_s["person"]:
            self._add(self._walker())
            # A walker is in the picture for about 11 seconds.
            self._next_s["person"] = now_s + self._chance.uniform(0.5, 1.5) * 11.0 / wanted.people
        for lane in LANES:
            if wanted.vehicles > 0 and now_s >= self._next_s[lane]:
                self._add(self._vehicle(lane))
                # A vehicle is in the picture for about 3.5 seconds; two lanes share them.
                mean_s = 7.0 / wanted.vehicles
                self._next_s[lane] = now_s + max(GAP_S, self._chance.uniform(0.4, 1.6) * mean_s)
        if now_s >= self._stall_at_s:
            self._stall_at_s = math.inf
            # Pushed in from the left by its owner, who stays a moment and walks off the way he came.
            self._add(_Figure(0, "stall", [(-0.10, 0.925), (0.28, 0.925)], 0.9, self._look()))
            path = [(-0.23, 0.915), (0.15, 0.915), (-0.1, 0.90)]
            self._add(_Figure(0, "person", path, 0.9, self._look(), pause_s=4.0))

    def _add(self, figure: _Figure) -> None:
        figure.id, self._next_id = self._next_id, self._next_id + 1
        self._figures.append(figure)

    def _look(self) -> Look:
        tint = self._chance.choice(
            [(40, 40, 190), (180, 90, 40), (60, 130, 50), (30, 160, 220), (150, 60, 130), (225, 225, 230), (60, 60, 60)]
        )
        trousers = self._chance.choice([(90, 60, 40), (50, 50, 50), (110, 90, 70), (60, 45, 90)])
        hat = self._chance.choice([(25, 25, 28), (40, 50, 70), (150, 200, 225), (60, 60, 160)])
        return Look(top=tint, bottom=trousers, hat=hat)

    def _walker(self) -> _Figure:
        from_left = self._chance.random() < 0.5
        begin, end = (-0.06, 1.06) if from_left else (1.06, -0.06)
        near, far = self._chance.uniform(0.85, 0.96), self._chance.uniform(0.345, 0.385)
        row, other = (near, far) if self._chance.random() < 0.65 else (far, near)
        luck = self._chance.random()
        speed = self._chance.uniform(*SPEED_M_S["person"])
        if luck < CROSS_SHARE:
            column = self._chance.uniform(paint.ZEBRA[0] + 0.03, paint.ZEBRA[1] - 0.03)
            points = [(begin, row), (column, row), (0.5 + (column - 0.5) * 0.95, other), (end, other)]
            return _Figure(0, "person", points, speed, self._look())
        pause_s = self._chance.uniform(*PAUSE_S) if luck < CROSS_SHARE + PAUSE_SHARE else 0.0
        points = [(begin, row), (self._chance.uniform(0.45, 0.85), row), (end, row)]
        return _Figure(0, "person", points, speed, self._look(), pause_s=pause_s)

    def _vehicle(self, lane: str) -> _Figure:
        row, facing = LANES[lane]
        kind = "motorcycle" if self._chance.random() < 0.65 else "car"
        begin, end = (-0.22, 1.22) if facing > 0 else (1.22, -0.22)
        row += self._chance.uniform(-0.015, 0.015)
        return _Figure(0, kind, [(begin, row), (end, row)], self._chance.uniform(*SPEED_M_S[kind]), self._look())

    def _paint(self, canvas: Image, figure: _Figure) -> None:
        x, y = figure.x * self.parameters.width, figure.y * self.parameters.height
        h = TALL_M[figure.kind] * self._px_per_m(figure.y)
        if figure.kind == "person":
            is_pausing = figure.leg == 1 and figure.pause_s > 0
            stride = 0.15 if is_pausing else figure.walked_m / STEP_M * math.pi
            paint.person(canvas, x, y, h, figure.look, stride=stride, facing=figure.facing)
        elif figure.kind == "motorcycle":
            paint.motorbike(canvas, x, y, h, figure.look, facing=figure.facing)
        elif figure.kind == "car":
            paint.car(canvas, x, y, h, figure.look, facing=figure.facing)
        else:
            paint.stall(canvas, x, y, h, figure.look)

    def _light(self, canvas: Image, now_s: float) -> Image:
        """Clouds pass slowly (a swing of 47 s), and the sensor has noise."""
        gain = 1 + self.parameters.light / 100 * math.sin(now_s * 2 * math.pi / 47.0)
        noise = self._noises[self._drawn % NOISES]
        return np.asarray(cv2.addWeighted(canvas, gain, noise, 1.0, -GREY), dtype=np.uint8)

    def _truth(self) -> tuple[Truth, ...]:
        found = []
        for figure in self._figures:
            scale = self._px_per_m(figure.y)
            tall = TALL_M[figure.kind] * scale / self.parameters.height
            long = LONG_M[figure.kind] * scale / self.parameters.width
            x1, x2 = max(0.0, figure.x - long / 2), min(1.0, figure.x + long / 2)
            if x2 - x1 >= long / 2:
                box = (x1, max(0.0, figure.y - tall), x2, min(1.0, figure.y))
                found.append(Truth(id=figure.id, class_name=figure.kind, box=box))
        return tuple(found)
