"""Ground truth in MOTChallenge text: frame (from 1), id, left, top, width, height, confidence (0: not to be scored)."""

import csv
from collections.abc import Sequence
from pathlib import Path

from edge.evaluate.sight import Look, Sight

Truth = dict[int, tuple[Sight, ...]]
"""Frame number, from 1 → everybody in it."""


class TruthError(ValueError):
    """The ground truth can't be used; the text names the file, the line and the cure."""


def read(path: Path) -> Truth:
    """The people of a MOTChallenge file. Raises TruthError."""
    truth: dict[int, list[Sight]] = {}
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise TruthError(f"{path}: cannot be read ({error})") from error
    for number, row in enumerate(rows, start=1):
        try:
            frame, person, left, top, width, height = (float(field) for field in row[:6])
            is_scored = len(row) < 7 or float(row[6]) != 0
        except ValueError as error:
            raise TruthError(
                f"{path}, line {number}: {error}; MOTChallenge text has frame,id,left,top,width,height,…"
            ) from error
        if is_scored:
            sight = Sight(id=int(person), box=(left, top, left + width, top + height))
            truth.setdefault(int(frame), []).append(sight)
    if not truth:
        raise TruthError(f"{path}: holds no box to score against")
    return {frame: tuple(people) for frame, people in truth.items()}


def looks(truth: Truth, stamps_s: Sequence[float]) -> list[Look]:
    """The truth at the times of a video's frames. Frames beyond the video's end are left out."""
    return [Look(at_s=at_s, people=truth.get(number, ())) for number, at_s in enumerate(stamps_s, start=1)]
