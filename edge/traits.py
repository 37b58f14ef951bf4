"""What one picture is like: where its edges are, how much detail it has, how sharp and how bright it is.

Pure. Everything is measured on the middle seven ninths of the picture's height: cameras write their clock and name near
the upper and lower edge, and those stay in place and go on whatever happens to the lens.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

COLUMNS = 160
"""Width of the small picture: wide enough to tell a shift of 3 %, and less than a millisecond's work."""
BLOCKS = (16, 7)
"""Columns and rows in which detail is counted."""
BROAD = (32, 14)
"""Columns and rows of the broad shape of light and dark, which neither blur nor noise changes."""
STEP = 40.0
"""Sobel response (8 times the grey levels per small pixel) from which on a small pixel shows detail; noise stays below
it because each small pixel averages many."""
_LOCAL = (21, 21)
_FLOOR = 8.0
"""One grey level per small pixel: what is fainter is no edge."""
_WHITE = 230
"""White is 235 where the camera keeps to the narrow range (ITU-R BT.601)."""
_RULER = 64
"""Sharpness is read off steps within a 64th of the picture's width."""
_LEAST_STEP = 12.0
"""Grey levels that a step must have to tell sharpness."""
_LEAST_STEPS = 50
_ROWS = 64
"""Rows on which sharpness is read: enough of them, and a quarter of the work of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """One picture. Arrays are float32 and small; none is written to."""

    edges: NDArray[np.float32]
    """Rows × columns, 0..1: strength of edges against what is usual around them, so that light hardly matters."""
    detail: NDArray[np.float32]
    """``BLOCKS`` rows × columns, 0..1: share of each block that shows detail."""
    broad: NDArray[np.float32]
    """``BROAD`` rows × columns, grey levels."""
    texture: float
    """Share of the picture that shows detail, 0..1."""
    sharpness: float | None
    """How much steeper steps are than the gentlest ramp would be: 0 for a blur as wide as the ruler, 2 to 25 for
    cameras in focus (measured). None: there are no steps to read it off."""
    mean: float
    bright: float
    """The grey level that 95 % of the picture stay below."""
    spread: float
    """Grey levels between the darkest and the brightest twentieth."""
    white: float
    """Share of the picture that is white, 0..1."""


def traits(luma: NDArray[np.uint8]) -> Traits:
    """Look at a luma plane: height × width, 0..255."""
    middle = _middle(luma)
    small = _shrink(middle)
    gradient = cv2.magnitude(
        cv2.Sobel(small, cv2.CV_32F, 1, 0, ksize=3),
        cv2.Sobel(small, cv2.CV_32F, 0, 1, ksize=3),
    )
    shows = (gradient > STEP).astype(np.float32)
    dim, bright = (float(level) for level in np.percentile(small, (5, 95)))
    return Traits(
        edges=np.asarray(gradient / (gradient + cv2.blur(gradient, _LOCAL) + _FLOOR), np.float32),
        detail=np.asarray(cv2.resize(shows, BLOCKS, interpolation=cv2.INTER_AREA), np.float32),
        broad=np.asarray(cv2.resize(small, BROAD, interpolation=cv2.INTER_AREA), np.float32),
        texture=float(shows.mean()),
        sharpness=_sharpness(middle),
        mean=float(small.mean()),
        bright=bright,
        spread=bright - dim,
        white=float((small >= _WHITE).mean()),
    )


def likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The correlation of two arrays, -1..1, whatever their gain and offset; 0 where one is flat."""
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / size if size > 0.0 else 0.0


def _middle(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    ninth = luma.shape[0] // 9
    return luma[ninth : luma.shape[0] - ninth]


def _shrink(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    """At ``COLUMNS`` columns, small pixels square; of large pictures only every second or third pixel is read."""
    step = max(1, luma.shape[1] // (COLUMNS * 4))
    sampled = np.ascontiguousarray(luma[::step, ::step])
    rows = max(BROAD[1], round(sampled.shape[0] * COLUMNS / sampled.shape[1]))
    return np.asarray(cv2.resize(sampled, (COLUMNS, rows), interpolation=cv2.INTER_AREA), np.float32)


def _sharpness(luma: NDArray[np.uint8]) -> float | None:
    """Along rows of the full picture: the sum of squared differences of neighbours within a ruler, against the squared
    difference of its ends. A ramp as long as the ruler gives 1/ruler, a step 1; noise is taken out of both."""
    rows = luma[:: max(1, luma.shape[0] // _ROWS)].astype(np.float32)
    ruler = max(4, round(rows.shape[1] / _RULER))
    if rows.shape[1] < 4 * ruler:
        return None
    near = (rows[:, 1:] - rows[:, :-1]) ** 2
    # Sums of `ruler` neighbours: the filter's anchor is its first column.
    within = cv2.boxFilter(near, cv2.CV_32F, (ruler, 1), anchor=(0, 0), normalize=False)[:, : rows.shape[1] - ruler]
    ends = (rows[:, ruler:] - rows[:, :-ruler]) ** 2
    middle, high = (float(level) for level in np.percentile(ends[::2, ::3], (50, 90)))
    steps = ends >= max(high, _LEAST_STEP**2)
    count = int(np.count_nonzero(steps))
    if count < _LEAST_STEPS:
        return None
    flat = within[::2, ::3][ends[::2, ::3] < middle]
    noise = float(np.median(flat)) if flat.size else 0.0
    ratio = (float(within[steps].sum()) - noise * count) / float(ends[steps].sum())
    return float(max(0.0, ratio * ruler - 1.0))
