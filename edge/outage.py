"""Which silent cameras are one outage: a power cut takes down a whole khóm, and that is one event, not twenty. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from contract.event import Place

WINDOW_S = 120.0
"""Cameras whose last frames lie within this of each other went down together: switches and recorders run on for a
while on what is left in them."""
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A camera as outages see it. ``since_s``: monotonic second of its last frame while it is silent, None while frames
    come."""

    camera: str
    label: str
    unit: str
    since_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Cameras that went down together. ``unit``: whose they are; "" is the edge as a whole; None: a single camera."""

    unit: str | None
    posts: tuple[Post, ...]
    of: int

    @property
    def since_s(self) -> float:
        """When the first of them went silent, monotonic seconds."""
        return min(post.since_s for post in self.posts if post.since_s is not None)


def outage(due: Post, posts: Sequence[Post]) -> Outage:
    """The outage that ``due``, silent for long enough, is part of. ``posts``: every camera of the edge that should give
    frames and is in no outage yet, and those that do give frames.

    Most of the edge's cameras down within the window, of more than one unit: the edge; most of its unit: the unit.
    """
    since_s = due.since_s if due.since_s is not None else 0.0
    together = [post for post in posts if post.since_s is not None and abs(post.since_s - since_s) <= WINDOW_S]
    if _are_most(together, posts) and len({post.unit for post in together}) > 1:
        return Outage(unit="", posts=tuple(together), of=len(posts))
    unit = [post for post in posts if post.unit == due.unit]
    of_unit = [post for post in together if post.unit == due.unit]
    if _are_most(of_unit, unit):
        return Outage(unit=due.unit, posts=tuple(of_unit), of=len(unit))
    return Outage(unit=None, posts=(due,), of=1)


def place(found: Outage, edge: str) -> Place:
    """As messages name it: the camera; or the unit, with how many of how many and which."""
    if found.unit is None:
        return Place(kind="camera", name=found.posts[0].camera, label=found.posts[0].label)
    label = f"{found.unit or edge}: {len(found.posts)}/{found.of} camera"
    for index, post in enumerate(found.posts):
        name = (" – " if index == 0 else ", ") + (post.label or post.camera)
        if len(label) + len(name) > _LONGEST - 3:
            label += ", …"
            break
        label += name
    return Place(kind="camera", name=unit_slug(found.unit, edge), label=label)


def unit_slug(unit: str, edge: str) -> str:
    """``Khóm 4`` → ``unit-khom-4``; the edge as a whole is called by its own name. No camera is called so."""
    if not unit:
        return f"edge-{edge}"[:64]
    plain = unicodedata.normalize("NFKD", unit.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    return f"unit-{re.sub(r'[^a-z0-9]+', '-', plain.lower()).strip('-')}"[:64]


def _are_most(some: Sequence[Post], of: Sequence[Post]) -> bool:
    return len(some) >= 2 and 2 * len(some) > len(of)
