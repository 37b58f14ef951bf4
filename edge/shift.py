"""How far a scene has shifted in the picture: the correlation of two edge maps over every displacement. Pure."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

PLAY = 2
"""Small pixels by which a camera may tremble in the wind and still count as in place."""
_APART = 5
"""Small pixels around the place itself that are no other place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """``here``, ``best``: correlation (-1..1) in place, and where it is highest; ``dx``, ``dy``: there, small pixels to
    the right and down; ``clear``: by how many standard deviations of all other places ``best`` stands out."""

    here: float
    best: float
    dx: int
    dy: int
    clear: float

    @property
    def distance(self) -> int:
        """Small pixels, along the longer axis."""
        return max(abs(self.dx), abs(self.dy))


def match(edges: NDArray[np.float32], learnt: NDArray[np.float32]) -> Match:
    """Where ``learnt`` lies in ``edges`` (same shape), up to half a picture away in each direction.

    Not phase correlation: whitening the spectrum gives noise the same voice as the scene.
    """
    rows, columns = edges.shape
    one, other = edges - edges.mean(), learnt - learnt.mean()
    size = float(np.sqrt((one * one).sum() * (other * other).sum()))
    if size <= 0.0:
        return Match(here=0.0, best=0.0, dx=0, dy=0, clear=0.0)
    shape = cv2.getOptimalDFTSize(2 * rows), cv2.getOptimalDFTSize(2 * columns)
    spectra = [cv2.dft(_padded(part, shape)) for part in (one, other)]
    product = cv2.mulSpectrums(spectra[0], spectra[1], 0, conjB=True)
    whole = cv2.idft(product, flags=cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
    y, x = rows // 2, columns // 2
    surface = np.roll(whole, (y, x), (0, 1))[: 2 * y + 1, : 2 * x + 1] / size
    here = float(surface[y - PLAY : y + PLAY + 1, x - PLAY : x + PLAY + 1].max())
    at_y, at_x = (int(index) for index in np.unravel_index(int(surface.argmax()), surface.shape))
    others = np.ones(surface.shape, bool)
    others[max(0, at_y - _APART) : at_y + _APART + 1, max(0, at_x - _APART) : at_x + _APART + 1] = False
    strays = surface[others]
    best = float(surface[at_y, at_x])
    clear = (best - float(strays.mean())) / max(1e-6, float(strays.std()))
    return Match(here=here, best=best, dx=at_x - x, dy=at_y - y, clear=clear)


def _padded(part: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    whole = np.zeros(shape, np.float32)
    whole[: part.shape[0], : part.shape[1]] = part
    return whole
