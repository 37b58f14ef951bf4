"""Where a subject was while its rule held, in so few points that a message can carry them."""

from dataclasses import dataclass, field
from typing import Final

from contract.event import Step
from edge.values import Track

MOST_STEPS: Final = 64
"""Of one subject, as many as the contract takes."""
MOST_ALL: Final = 512
"""Of one event: some 20 KB of its message's 64."""
FIRST_STEP_S: Final = 0.2


@dataclass(slots=True)
class Trail:
    """One subject's. When it is full every second point goes, and the next ones are taken half as often."""

    steps: list[Step] = field(default_factory=list)
    every_s: float = FIRST_STEP_S
    last_s: float = float("-inf")

    def add(self, track: Track, now_s: float, began_s: float) -> None:
        """The subject as it is now. ``began_s``: when its event began; both are ``pts_s``."""
        if now_s - self.last_s < self.every_s or now_s < began_s:
            return
        self.last_s = now_s
        x1, y1, x2, y2 = (round(min(1.0, max(0.0, side)), 4) for side in track.box)
        self.steps.append((round((now_s - began_s) * 1000), x1, y1, x2, y2, round(min(1.0, track.score), 2)))
        if len(self.steps) > MOST_STEPS:
            self.steps = self.steps[::2]
            self.every_s *= 2

    def told(self, most: int = MOST_STEPS) -> tuple[Step, ...]:
        """At most so many points, spread over all of it; a single point is no path."""
        found = self.steps[:: -(-len(self.steps) // most)] if self.steps else []
        return tuple(found) if len(found) > 1 else ()
