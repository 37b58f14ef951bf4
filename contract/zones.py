"""Zones and lines on a camera's picture; points are fractions 0..1, origin top left."""

from typing import Annotated

from pydantic import Field

from contract.envelope import Value
from contract.event import Fraction
from contract.names import Label

Point = tuple[Fraction, Fraction]


Mask = Annotated[tuple[Point, ...], Field(min_length=3, max_length=64)]
"""A polygon; its points are fractions of the picture."""


class Zone(Value):
    """A polygon of at least three points; it need not be closed or convex."""

    label: Label = ""
    points: Annotated[tuple[Point, ...], Field(min_length=3, max_length=64)]


class Line(Value):
    """A directed segment a → b. A track that crosses from its left side to its right (picture turned as one looks
    along a → b) crosses ``forward``, else ``backward``."""

    label: Label = ""
    a: Point
    b: Point
