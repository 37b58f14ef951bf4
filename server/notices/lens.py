"""A camera as other systems are told of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """One camera, as Home Assistant shows it."""

    edge: str
    name: str
    label: str
    unit: str
    sees: bool
    """Online, and its pictures show something."""
