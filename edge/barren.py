"""Where something moves and the model, asked time and again, finds nothing: leaves, insects, rain, a flag.

The picture is divided into cells. Each look in vain doubles the time for which motion in its cells asks for no look;
a look that finds something, or a long quiet, makes them fertile again. Nothing is lost by it: whoever comes there is
looked for when the time is over, and the whole picture is looked at now and then anyway.
"""

import numpy as np

from edge.values import NormBox

ROWS, COLUMNS = 12, 16
FIRST_S, LONGEST_S = 0.4, 3.0
"""Seconds without a look: after the first in vain, and at most."""
CREDIT = 8
"""Looks in vain that cost no patience where something was found, if only faintly: it may be half seen again."""
FORGET_S = 30.0
"""A cell in which nothing moved for this long is fertile again."""


class Barren:
    """The barren cells of one camera."""

    def __init__(self) -> None:
        self._patience_s = np.zeros((ROWS, COLUMNS))
        self._until_s = np.full((ROWS, COLUMNS), float("-inf"))
        self._credit = np.zeros((ROWS, COLUMNS), int)

    def is_barren(self, now_s: float, box: NormBox) -> bool:
        """Does everything of ``box`` lie in cells that wait?"""
        return bool((self._until_s[_cells(box)] > now_s).all())

    def learn(self, now_s: float, box: NormBox, *, is_barren: bool) -> None:
        """A look at ``box`` was in vain, or it was not."""
        cells = _cells(box)
        patience, credit = self._patience_s[cells], self._credit[cells]
        if is_barren:
            patience = np.where(now_s - self._until_s[cells] > FORGET_S, 0.0, patience)
            patience = np.where(credit > 0, FIRST_S, np.clip(patience * 2, FIRST_S, LONGEST_S))
            credit = np.maximum(0, credit - 1)
        else:
            patience, credit = np.zeros_like(patience), np.full_like(credit, CREDIT)
        self._patience_s[cells], self._credit[cells] = patience, credit
        self._until_s[cells] = now_s + patience


def _cells(box: NormBox) -> tuple[slice, slice]:
    return _span(box[1], box[3], ROWS), _span(box[0], box[2], COLUMNS)


def _span(begin: float, end: float, count: int) -> slice:
    first = min(count - 1, max(0, int(begin * count)))
    return slice(first, max(first + 1, min(count, int(np.ceil(end * count)))))
