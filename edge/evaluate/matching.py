"""Predictions against reference times: one to one, greedy in time, within a tolerance."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

TOLERANCE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well predictions agree with a reference. ``delays_s``: of each matched pair, how much later (seconds) the
    prediction was."""

    found: int
    wanted: int
    delays_s: tuple[float, ...] = ()

    @property
    def matched(self) -> int:
        """Pairs."""
        return len(self.delays_s)

    @property
    def precision(self) -> float | None:
        """0..1; None where nothing was predicted."""
        return self.matched / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """0..1; None where there was nothing to find."""
        return self.matched / self.wanted if self.wanted else None

    @property
    def f1(self) -> float | None:
        """0..1; None where there was nothing to find and nothing was."""
        both = self.found + self.wanted
        return 2 * self.matched / both if both else None

    @property
    def delay_s(self) -> float | None:
        """The median; None without a pair."""
        return median(self.delays_s) if self.delays_s else None

    def __add__(self, other: "Score") -> "Score":
        return Score(
            found=self.found + other.found, wanted=self.wanted + other.wanted, delays_s=self.delays_s + other.delays_s
        )

    def document(self) -> dict[str, float | int | None]:
        """For JSON."""
        rates = {"precision": self.precision, "recall": self.recall, "f1": self.f1, "delay_s": self.delay_s}
        counts = {"found": self.found, "wanted": self.wanted, "matched": self.matched}
        return counts | {name: None if value is None else round(value, 3) for name, value in rates.items()}


def score(found_s: Iterable[float], wanted_s: Iterable[float]) -> Score:
    """Each prediction in order of time takes the nearest reference that is left, within ± ``TOLERANCE_S``."""
    found, left = sorted(found_s), sorted(wanted_s)
    wanted, delays = len(left), []
    for at_s in found:
        near = [want for want in left if abs(want - at_s) <= TOLERANCE_S]
        if near:
            want = min(near, key=lambda one: abs(one - at_s))
            left.remove(want)
            delays.append(at_s - want)
    return Score(found=len(found), wanted=wanted, delays_s=tuple(delays))
