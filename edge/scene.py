"""What a camera usually shows, learnt while it runs, and what a picture that is not like it means.

One judgement a look, and no more: how long it must last before anybody is told is ``edge.tamper``'s business. What has
to be seen from the first picture on (nothing but one tone, nothing in focus) is measured absolutely; the rest against
what was learnt, from the fifth look on. Only pictures that are well are learnt.

The camera's switch to infrared, dusk and dawn change colours, contrasts and brightness, but not where things are: the
edges stay in place. Figures: real footage, whole and transformed (``tests/edge/test_tamper_on_footage.py``).
"""

from dataclasses import dataclass

import numpy as np

from contract.health import PictureState
from edge.shift import Match, match
from edge.traits import Traits, likeness

ENOUGH = 5
"""Looks after which the learnt scene is believed."""
MEMORY = 120
"""Looks over which it is averaged: people and vehicles fade from it, a day's light does not stay in it."""
ACCEPT_S = 3600.0
"""A view that has been another for so long is the camera's view now: somebody has turned it on purpose."""

DARK = 40.0
"""Grey levels (black is 16, or 0) that 95 % of a picture stay below when there is nothing to see in it."""
FELL_S = 3.0
LIT = 50.0
"""A mean of more than this that is black ``FELL_S`` seconds later is no dusk, but a cap on the lens."""
WHITE = 0.6
PLAIN = 0.003
"""Share of the picture with detail below which there is none; footage in order has 0.4 % (a bare road) to 76 %."""
SOFT = 0.25
"""Part of the learnt sharpness from which on a picture is blurred: a Gaussian of about 0.3 to 0.5 % of the width."""
SOFTEST, SOFT_ALWAYS = 1.2, 0.3
"""No sharper picture is ever called blurred, and any that is less sharp is; footage in order has 1.9 to 25."""
LOST = 0.65
"""Share of the blocks with learnt detail that have lost it when something is in front of the lens."""
_RICH, _FEW = 0.1, 0.15
"""A block with at least so much detail counts; too few of them tell nothing."""
ALIKE = 0.75
"""Correlation of the broad shape from which on it is still the same view, however dim or soft."""
FAR = 5
"""Small pixels (of 160) by which a scene must have shifted: 3 % of the width."""
_CLEAR = 5.0
_GONE = 0.25
"""Part of the usual correlation in place below which nothing of the scene is where it was."""
_BARE, _NOTHING = 0.02, 0.12


@dataclass(slots=True)
class _Learnt:
    """Running means; ``here``: the usual correlation in place."""

    traits: Traits
    here: float = 1.0
    looks: int = 1

    def learn(self, new: Traits, here: float) -> None:
        self.looks += 1
        part = 1.0 / min(self.looks, MEMORY)
        # The first comparisons are with next to nothing learnt.
        self.here = here if self.looks <= 3 else self.here + part * (here - self.here)
        was = self.traits
        sharpness = new.sharpness if was.sharpness is None else was.sharpness
        if new.sharpness is not None and sharpness is not None:
            sharpness += part * (new.sharpness - sharpness)
        self.traits = Traits(
            edges=was.edges + np.float32(part) * (new.edges - was.edges),
            detail=was.detail + np.float32(part) * (new.detail - was.detail),
            broad=was.broad + np.float32(part) * (new.broad - was.broad),
            texture=was.texture + part * (new.texture - was.texture),
            sharpness=sharpness,
            mean=was.mean + part * (new.mean - was.mean),
            bright=was.bright + part * (new.bright - was.bright),
            spread=was.spread + part * (new.spread - was.spread),
            white=was.white + part * (new.white - was.white),
        )


@dataclass(slots=True)
class Scene:
    """One camera's scene."""

    _learnt: _Learnt | None = None
    _lit_s: float = float("-inf")
    _is_dark: bool = False
    _fell: bool = False
    _moved_since_s: float | None = None

    def update(self, new: Traits, now_s: float) -> PictureState:
        """Judge a picture, and learn it if it is well. ``now_s``: its time. A picture of another shape begins anew."""
        if self._learnt is not None and self._learnt.traits.edges.shape != new.edges.shape:
            self._learnt = None
        self._note_light(new, now_s)
        known = self._learnt if self._learnt is not None and self._learnt.looks >= ENOUGH else None
        found = match(new.edges, self._learnt.traits.edges) if self._learnt is not None else None
        state = self._judged(new, known, found)
        self._accept(state, now_s)
        if state is PictureState.OK:
            if self._learnt is None or found is None:
                self._learnt = _Learnt(new)
            else:
                self._learnt.learn(new, found.here)
        return state

    def _note_light(self, new: Traits, now_s: float) -> None:
        """When it became dark, and whether at once."""
        if new.bright >= DARK:
            self._is_dark = False
            if new.mean >= LIT:
                self._lit_s = now_s
        elif not self._is_dark:
            self._is_dark = True
            self._fell = now_s - self._lit_s <= FELL_S

    def _judged(self, new: Traits, known: _Learnt | None, found: Match | None) -> PictureState:
        if new.white >= WHITE and new.texture < (known.traits.texture / 2 if known else _RICH):
            return PictureState.BRIGHT
        if new.bright < DARK:
            is_gone = known is None or found is None or found.here < _GONE * known.here
            capped = self._fell and is_gone and new.texture < PLAIN
            return PictureState.COVERED if capped else PictureState.DARK
        if known is None or found is None:
            if new.texture < PLAIN:
                return PictureState.COVERED
            is_soft = new.sharpness is not None and new.sharpness < SOFT_ALWAYS
            return PictureState.BLURRED if is_soft else PictureState.OK
        alike = likeness(new.broad, known.traits.broad)
        if _is_covered(new, known, found, alike):
            return PictureState.COVERED
        if _is_blurred(new, known.traits, alike):
            return PictureState.BLURRED
        return PictureState.MOVED if _is_moved(new, known, found) else PictureState.OK

    def _accept(self, state: PictureState, now_s: float) -> None:
        """After a long time another view is the view."""
        if state is not PictureState.MOVED:
            self._moved_since_s = None
        elif self._moved_since_s is None:
            self._moved_since_s = now_s
        elif now_s - self._moved_since_s >= ACCEPT_S:
            self._learnt, self._moved_since_s = None, None


def _is_covered(new: Traits, known: _Learnt, found: Match, alike: float) -> bool:
    """Detail is gone where there was some, and the broad shape is another: blur and dusk leave that as it was."""
    if alike >= ALIKE:
        return False
    if new.texture < PLAIN:
        # Of a bare road little is left by night either: there, not even the faintest edge may be in place.
        is_bare = known.traits.texture < _BARE
        return not is_bare or (known.traits.texture >= 2 * PLAIN and found.here < _NOTHING * known.here)
    rich = known.traits.detail >= _RICH
    if rich.mean() < _FEW or found.here > 0.6 * known.here:
        return False
    lost = float((new.detail[rich] < 0.25 * known.traits.detail[rich]).mean())
    if new.sharpness is not None and new.sharpness < SOFT_ALWAYS and alike > 0.4:
        return False
    return lost >= LOST


def _is_blurred(new: Traits, usual: Traits, alike: float) -> bool:
    if new.sharpness is None:
        # Not even a step is left to read sharpness off, but light and dark lie as they did.
        return usual.sharpness is not None and alike >= ALIKE and new.spread >= usual.spread / 2
    if new.sharpness < SOFT_ALWAYS:
        return True
    return usual.sharpness is not None and new.sharpness < min(SOFTEST, SOFT * usual.sharpness)


def _is_moved(new: Traits, known: _Learnt, found: Match) -> bool:
    """The scene is found elsewhere; or nowhere, though there is as much to see as ever."""
    is_elsewhere = (
        found.distance >= FAR
        and found.clear >= _CLEAR
        and found.best >= 1.4 * found.here
        and found.best >= 0.3 * known.here
        and found.here < 0.75 * known.here
    )
    if is_elsewhere:
        return True
    tells = known.here >= 0.4 and known.traits.texture >= _RICH
    return tells and found.here < _GONE * known.here and new.texture >= known.traits.texture / 2
