"""Messages that were sent and whose receipt has not come: when is each due again? Pure; owned by the outbox."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

FIRST_WAIT_S = 5.0
"""A server that is well answers in well under a second; this long says that message or receipt was lost."""
LONGEST_WAIT_S = 60.0
JITTER = 0.25
"""Each wait is stretched by up to this share, so that a ward's edges do not all resend in the same second."""


@dataclass(slots=True)
class _Sent:
    attempts: int
    due_s: float


class Flight:
    """What is in the air, by sequence number. ``last``: the highest number sent since ``clear``."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self._chance = chance or random.SystemRandom()
        self._sent: dict[int, _Sent] = {}
        self.last = 0

    def __len__(self) -> int:
        return len(self._sent)

    def sent(self, sequences: Sequence[int], now_s: float) -> None:
        """These were sent (again) at ``now_s``."""
        for sequence in sequences:
            attempts = self._sent[sequence].attempts + 1 if sequence in self._sent else 1
            wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (attempts - 1))
            self._sent[sequence] = _Sent(attempts, now_s + wait_s * (1 + JITTER * self._chance.random()))
            self.last = max(self.last, sequence)

    def overdue(self, now_s: float) -> list[int]:
        """What waits too long for its receipt, lowest number first."""
        return sorted(sequence for sequence, sent in self._sent.items() if sent.due_s <= now_s)

    def next_due_s(self) -> float | None:
        """When the first of them is due again; None when nothing is in the air."""
        return min((sent.due_s for sent in self._sent.values()), default=None)

    def landed(self, sequences: Sequence[int]) -> None:
        """Their receipts came."""
        for sequence in sequences:
            self._sent.pop(sequence, None)

    def hurry(self, first: int, last: int) -> None:
        """These (inclusive) are wanted again at once, as if never tried."""
        for sequence in self._sent:
            if first <= sequence <= last:
                self._sent[sequence] = _Sent(0, float("-inf"))

    def clear(self) -> None:
        """Nothing is in the air any more: everything is to be sent as if for the first time."""
        self._sent.clear()
        self.last = 0
