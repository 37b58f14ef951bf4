"""Who may do what: the four roles, each able to do what the one before it may."""

from typing import Final, Literal

Role = Literal["viewer", "officer", "supervisor", "admin"]

ROLES: Final[tuple[Role, ...]] = ("viewer", "officer", "supervisor", "admin")
"""Lowest first. viewer looks; officer decides; supervisor also corrects others; admin also keeps accounts and edges."""


def at_least(role: Role, needed: Role) -> bool:
    """Whether somebody of ``role`` may do what ``needed`` may."""
    return ROLES.index(role) >= ROLES.index(needed)
