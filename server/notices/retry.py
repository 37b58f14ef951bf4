"""After a failure: when to try again, and when to give up."""

from datetime import timedelta
from typing import Final

FIRST_S: Final = 10.0
LONGEST_S: Final = 3600.0
LEASE: Final = timedelta(minutes=5)
"""A message that is being sent for longer was lost with whoever sent it (killed, or its machine): it is tried again."""


def delay(attempts: int, chance: float) -> timedelta:
    """The wait after so many failed attempts (1, 2, …). ``chance``: 0..1, spreads many messages by ± a quarter."""
    base_s = min(LONGEST_S, FIRST_S * 2.0 ** min(attempts - 1, 20))
    return timedelta(seconds=base_s * (0.75 + chance / 2))


def is_over(attempts: int, most: int) -> bool:
    """Is it given up after so many attempts?"""
    return attempts >= most
