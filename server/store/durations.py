"""How long incidents took to clear, as the database keeps it: sorted microseconds, each in 8 bytes, little-endian."""

import sys
from array import array
from collections.abc import Iterable, Sequence


def packed(lasted: Iterable[int]) -> bytes:
    """Sorted microseconds as TallyClears keeps them."""
    return _little(array("q", sorted(lasted))).tobytes()


def unpacked(data: bytes) -> Sequence[int]:
    """And back."""
    found = array("q")
    found.frombytes(data)
    return _little(found)


def _little(values: "array[int]") -> "array[int]":
    """To or from little-endian."""
    if sys.byteorder == "big":
        values.byteswap()
    return values
