"""Beside the tracker: things that the model has no name for. What comes into the scene and stands still is a track of
class ``object``: goods on the pavement, a bag, a heap of waste.

A few looks a second at a small luma picture (``scenery.py``), shapes that have come and stay (``things.py``), and here
their ids, their ends, and whose they are not: people, vehicles and animals stand under names of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import cv2
import numpy as np

from contract.kinds import MOVERS, OBJECT
from edge.scenery import Grey, Scenery, View, shrink
from edge.settings import CameraSettings
from edge.things import Rect, Shape, Thing, box_of, covered_share, is_thing, overlap, rect_of, shapes, touches
from edge.values import Frame, Motion, NormBox, Track

LOOK_S = 0.4
"""Seconds between two looks. A track that was seen longer ago than 0.5 s is in no picture (``event.py``)."""
EARLY_S = 0.001
"""Stamps are rounded."""
FIRST_ID = 1_000_000_000
"""The ids of things begin here; those of the tracker, which count from 1, never come so far."""
COVERED = 0.6
"""Share of a shape's box within one such track from which on the shape waits: it may be that person's coat."""
BESIDE_S = 10.0
"""What is covered only in part waits for so long: whoever put it down may step aside."""
LOOKS, LIKE = 3, 0.7
"""A shape is judged once it has been found alike (intersection over union) on so many looks: it has come out whole."""
STAYS_COVERED_S = 2.0
"""A track covers what is behind it for so long after it was last there: detectors blink."""
SAME = 0.4
"""Intersection over union of a shape and a track that vanished in its place: the detector lost what still stands."""
CAME = 0.5
"""A track has come there by itself when it moved by this share of its box; one born in its place may be a thing."""
SHOWN_S = 15.0
"""A thing that is hidden is told of for so long; seen again within …"""
FORGET_S = 60.0
"""… this, it is the same thing."""
MOST_AT_ONCE = 8
"""More shapes than this that settle in one look are no things: the camera moved, the sun came out."""
MOST = 64
"""Things followed at a time."""

_RIM = np.ones((3, 3), np.uint8)


@dataclass(slots=True)
class _Mover:
    """A person, vehicle or animal that is or was tracked."""

    born: NormBox
    box: NormBox
    last_s: float
    came: bool = False

    def see(self, track: Track, now_s: float) -> None:
        self.box, self.last_s = track.box, now_s
        width, height = self.box[2] - self.box[0], self.box[3] - self.box[1]
        across = abs(self.box[0] + self.box[2] - self.born[0] - self.born[2]) / 2
        down = abs(self.box[1] + self.box[3] - self.born[1] - self.born[3]) / 2
        self.came = self.came or across > CAME * width or down > CAME * height


def asks_for_objects(camera: CameraSettings) -> bool:
    """Does a rule of the camera ask for things? Otherwise nobody needs to look for them."""
    return any(OBJECT in rule.classes and rule.mode != "off" for rule in camera.rules)


class Standing:
    """The standing things of one camera. Needs no warm-up: what comes after the first second is found."""

    def __init__(self) -> None:
        self._scenery = Scenery()
        self._things: list[Thing] = []
        self._coming: list[tuple[Shape, int]] = []
        self._movers: dict[int, _Mover] = {}
        self._ids = count(FIRST_ID)
        self._last_s: float | None = None
        self._shown: tuple[Track, ...] = ()

    def update(self, frame: Frame, motion: Motion | None, tracks: Sequence[Track]) -> tuple[Track, ...]:
        """The things that stand as of this frame, oldest first. ``tracks``: the tracker's, of this frame."""
        now_s = frame.pts_s
        self._watch(tracks, now_s)
        # While the light changes everywhere nothing can be told apart: a later frame will do.
        is_early = self._last_s is not None and now_s - self._last_s < LOOK_S - EARLY_S
        if is_early or (motion is not None and motion.is_global):
            return self._shown
        passed_s = 0.0 if self._last_s is None else now_s - self._last_s
        self._last_s = now_s
        picture = shrink(frame.luma)
        self._look(picture, passed_s, now_s)
        self._shown = tuple(_track(thing, picture.shape) for thing in self._things if _is_shown(thing, now_s))
        return self._shown

    def _watch(self, tracks: Sequence[Track], now_s: float) -> None:
        """Remember where what has a name is, and was when the detector lost it."""
        for track in tracks:
            if track.class_name in MOVERS:
                mover = self._movers.setdefault(track.id, _Mover(track.box, track.box, now_s))
                mover.see(track, now_s)

    def _look(self, picture: Grey, passed_s: float, now_s: float) -> None:
        covers = [
            rect_of(mover.box, picture.shape)
            for mover in self._movers.values()
            if now_s - mover.last_s <= STAYS_COVERED_S
        ]
        covered = np.zeros(picture.shape, np.uint8)
        for left, top, right, bottom in covers:
            covered[top:bottom, left:right] = 255
        view = self._scenery.look(picture, passed_s, covered, self._kept(picture, float("-inf")))
        if view.is_new:
            # Another scene or another light: what is still there will be found to be part of it.
            self._things = []
            return
        self._follow(view, covers, now_s)
        self._find(view, covers, now_s)
        self._scenery.absorb(self._kept(view.picture, float("-inf")) | covered)
        self._movers = {number: one for number, one in self._movers.items() if now_s - one.last_s <= FORGET_S}

    def _follow(self, view: View, covers: Sequence[Rect], now_s: float) -> None:
        for thing in self._things:
            thing.follow(view, now_s)
            # The detector learns late what it is.
            thing.is_known = thing.is_known or any(_alike(thing.shape.rect, rect) >= SAME for rect in covers)
        self._things = [thing for thing in self._things if not thing.is_gone and now_s - thing.seen_s <= FORGET_S]

    def _find(self, view: View, covers: Sequence[Rect], now_s: float) -> None:
        free = ~self._kept(view.picture, now_s - STAYS_COVERED_S)
        found = [shape for shape in shapes(view, free) if not _waits(shape, covers)]
        if len(found) > MOST_AT_ONCE:
            self._scenery.accept(_drawn(found, view.picture))
            found = []
        looks = [
            1 + max((n for shape, n in self._coming if _alike(shape.rect, one.rect) >= LIKE), default=0)
            for one in found
        ]
        self._coming = list(zip(found, looks, strict=True))
        for shape in (shape for shape, n in self._coming if n >= LOOKS):
            near = next((thing for thing in self._things if touches(thing.shape, shape)), None)
            if near is not None:
                # Who stands in front of it is not yet what it has become.
                if near.seen_s >= now_s or now_s - near.seen_s > SHOWN_S:
                    near.become(shape, view, now_s)
            elif not is_thing(shape, view):
                self._scenery.accept(_drawn([shape], view.picture))
            elif len(self._things) < MOST:
                self._things.append(self._thing(shape, view, now_s))

    def _thing(self, shape: Shape, view: View, now_s: float) -> Thing:
        first_s = now_s - shape.held_s
        is_known = any(
            mover.came
            and mover.last_s >= first_s
            and _alike(shape.rect, rect_of(mover.box, view.picture.shape)) >= SAME
            for mover in self._movers.values()
        )
        return Thing(
            id=next(self._ids),
            shape=shape,
            look=view.picture[shape.at].copy(),
            first_s=first_s,
            seen_s=now_s,
            is_known=is_known,
        )

    def _kept(self, picture: Grey, since_s: float) -> Grey:
        """255 where things are that were seen since then: what settles there is theirs."""
        return _drawn([thing.shape for thing in self._things if thing.seen_s >= since_s], picture)


def _waits(shape: Shape, covers: Sequence[Rect]) -> bool:
    """Is it perhaps part of somebody, or not yet to be seen as a whole?"""
    share = covered_share(shape, covers)
    return share >= COVERED or (share > 0 and shape.held_s < BESIDE_S)


def _drawn(shapes_: Sequence[Shape], picture: Grey) -> Grey:
    """255 within the shapes and a pixel around them."""
    drawn = np.zeros(picture.shape, np.uint8)
    for shape in shapes_:
        part = drawn[shape.at]
        cv2.bitwise_or(part, shape.mask, dst=part)
    return np.asarray(cv2.dilate(drawn, _RIM), np.uint8) if shapes_ else drawn


def _alike(one: Rect, other: Rect) -> float:
    """Intersection over union."""
    common = overlap(one, other)
    areas = ((rect[2] - rect[0]) * (rect[3] - rect[1]) for rect in (one, other))
    return common / max(1, sum(areas) - common)


def _is_shown(thing: Thing, now_s: float) -> bool:
    return not thing.is_known and now_s - thing.seen_s <= SHOWN_S


def _track(thing: Thing, shape: tuple[int, ...]) -> Track:
    return Track(
        id=thing.id,
        class_name=OBJECT,
        score=thing.score,
        best_score=thing.best_score,
        box=box_of(thing.shape.rect, shape),
        first_s=thing.first_s,
        seen_s=thing.seen_s,
    )
