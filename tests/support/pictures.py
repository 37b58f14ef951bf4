"""Pictures and little films that are drawn, so that what is in them is known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.detector import Image

WIDTH, HEIGHT = 480, 360


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A thing of one colour that moves evenly: left, top, width, height in pixels, speed in pixels a picture."""

    left: float
    top: float
    width: int
    height: int
    speed: float = 0.0
    first: int = 0
    """The picture on which it appears."""
    last: int = 1_000_000
    """The last picture on which it is there."""
    colour: tuple[int, int, int] = (40, 40, 170)

    def box(self, number: int) -> tuple[float, float, float, float]:
        """Where it is on picture ``number``: x1 y1 x2 y2."""
        left = self.left + self.speed * number
        return left, self.top, left + self.width, self.top + self.height


def street(seed: int = 0) -> Image:
    """An empty street with texture, height 360, width 480."""
    rng = np.random.default_rng(seed)
    rough = rng.integers(70, 150, (HEIGHT // 8, WIDTH // 8, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


def film(count: int, movers: Sequence[Mover], *, light: Sequence[float] = (), seed: int = 0) -> Iterator[Image]:
    """``count`` pictures of the street with movers and a camera's noise. ``light``: brightness of each."""
    rng = np.random.default_rng(seed)
    empty = street(seed)
    for number in range(count):
        picture = empty.copy()
        for mover in movers:
            if mover.first <= number <= mover.last:
                x1, y1, x2, y2 = (round(side) for side in mover.box(number))
                cv2.rectangle(picture, (x1, y1), (x2 - 1, y2 - 1), mover.colour, -1)
        noisy = picture * (light[number] if light else 1.0) + rng.integers(-3, 4, picture.shape)
        yield np.clip(noisy, 0, 255).astype(np.uint8)


def noise(height: int, width: int, seed: int = 0) -> Image:
    """A picture of any size without anything in it."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
