"""The median of durations in sorted pieces is that of all of them."""

import random
import statistics

import pytest

from server.criteria.tally import median


def middle(every: list[int]) -> float | None:
    """Of durations in microseconds, in hours, by the standard library."""
    return statistics.median(every) / 3_600_000_000 if every else None


@pytest.mark.parametrize("number", range(60))
def test_the_median_of_many_pieces_is_that_of_all_of_them(number: int) -> None:
    chance = random.Random(number)
    longest, highest = chance.choice([3, 40, 400]), chance.choice([2, 1000, 10**12])
    pieces = [
        sorted(chance.randint(0, chance.choice([highest, 10])) for _ in range(chance.randint(0, longest)))
        for _ in range(chance.randint(0, 60))
    ]
    every = [each for piece in pieces for each in piece]
    assert median(pieces) == pytest.approx(middle(every), rel=1e-12)


def test_the_median_is_right_even_where_a_sample_misleads() -> None:
    """Every sixteenth duration is the same one, and half of the middle is just below it."""
    piece = [*range(8), *[10**9] * 8]
    assert median([piece] * 300) == pytest.approx(middle(piece * 300))


def test_the_median_is_the_middle_in_hours() -> None:
    assert median([]) is None
    assert median([[], [3_600_000_000]]) == 1.0
    assert median([[0, 7_200_000_000], [3_600_000_000], [10_800_000_000]]) == 1.5
