"""What a fixed camera's scene is made of, pixel by pixel: what was always there, and what has come and stands still.

Each pixel of a small luma picture has two backgrounds. The *slow* one is the scene: it learns light and weather, never
what stands before it. The *fast* one is a candidate: the grey that was seen lately, with the seconds for which it has
held; who passes in front of it for a moment does not end it (after the dual backgrounds of Porikli, Ivanov and Haga,
"Robust abandoned object detection using dual foregrounds", 2008, with a clock in place of two rates of learning).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

ROWS = 180
"""Least height of the small picture (where the camera's has so much): a bag of 30 pixels in 1080 is still 5."""
LEAST_DIFFERENCE = 10
"""Grey levels by which a pixel must leave what the scene shows here or next to it."""
SPREADS = 3.0
"""… and this many times what it usually strays: leaves, noise, a lamp that flickers."""
STEADY = 14
"""Grey levels within which a candidate is the same as the look before: coding, noise, and no more."""
SETTLE_S = 3.0
"""A candidate that held so long stands still."""
HIDDEN_S = 4.0
"""A candidate is not forgotten while something passes in front for so long, nor longer than it has held itself."""
MOST_STRAY = 16
"""Grey levels of straying that one look can teach at most."""
SCENE_S = 10.0
"""Time constant with which the slow background follows the light."""
STRAY_S = 20.0
"""Time constant with which a pixel's usual straying is learnt."""
ABSORB_S = 45.0
"""What has stood for so long and was made nothing of (too small, a settled branch) belongs to the scene."""
LEAST_KNOWN_S = 1.0
"""A background seen for less than this may itself have been somebody passing: what comes after it is the scene."""
LEAST_ALIKE = 0.5
"""Less of the picture than this explained by the old scene in another light: it is another scene."""
LIGHT_STEP = 1.5
"""Grey levels of medium grey from which on a change of light is applied to all that is remembered."""

LEAST_GAIN = 0.05
"""… and the change of contrast."""

_NEXT = np.ones((3, 3), np.uint8)

Grey = NDArray[np.uint8]
"""Rows × columns, 0..255."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look. All arrays have the small picture's rows × columns."""

    picture: Grey
    background: Grey
    """The slow background in this look's light."""
    differs: Grey
    """255 where the picture is not the background."""
    settled: Grey
    """255 where what differs has stood still for ``SETTLE_S``."""
    held_s: NDArray[np.float32]
    """Seconds for which the candidate has held."""
    gain: float
    shift: float
    """Light changed since the look before: grey now ≈ ``gain`` × grey then + ``shift``."""
    is_new: bool = False
    """The first look, or the first of another scene: nothing differs yet."""


class Scenery:
    """The scene of one camera. Not for several threads; looks come in order."""

    def __init__(self) -> None:
        nothing: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._slow = self._stray = self._known_s = self._held_s = self._missed_s = nothing
        self._fast: Grey = np.zeros((0, 0), np.uint8)

    def look(self, picture: Grey, passed_s: float, covered: Grey, kept: Grey) -> View:
        """The next look, ``passed_s`` after the one before.

        ``covered``: 255 where somebody or something stands that has a name: what is seen there is not known to be the
        scene. ``kept``: 255 where things are: the scene behind them is not seen.
        """
        if self._slow.shape != picture.shape:
            return self._start(picture)
        light = _light(picture, _bytes(self._slow))
        if light is None:
            return self._start(picture)
        gain, shift = light
        if (gain, shift) != (1.0, 0.0):
            self._slow = np.clip(gain * self._slow + shift, 0, 255)
            self._fast = cv2.convertScaleAbs(self._fast, alpha=gain, beta=shift)  # type: ignore[assignment]
        background = _bytes(self._slow)
        differs = self._differs(picture, background)
        self._follow(picture, differs, passed_s)
        settled = _mask((self._held_s >= SETTLE_S) & (self._missed_s == 0))
        self._learn(picture, background, differs, passed_s, covered, kept)
        # The first looks caught somebody who was passing: what shows behind him is the scene.
        hardly_known = settled & ~covered & _mask(self._known_s < LEAST_KNOWN_S)
        if cv2.countNonZero(hardly_known):
            self.accept(hardly_known)
            settled &= ~hardly_known
        return View(
            picture=picture,
            background=background,
            differs=differs,
            settled=settled,
            held_s=self._held_s,
            gain=gain,
            shift=shift,
        )

    def accept(self, mask: Grey) -> None:
        """What is to be seen within ``mask`` (255) is the scene from now on: a hole, a change of light."""
        np.copyto(self._slow, self._fast, where=mask > 0)
        self._known_s[mask > 0] = SETTLE_S

    def absorb(self, kept: Grey) -> None:
        """What has stood for ``ABSORB_S`` outside ``kept`` (255) belongs to the scene."""
        due = _mask(self._held_s >= ABSORB_S) & ~kept
        if cv2.countNonZero(due):
            self.accept(due)

    def _start(self, picture: Grey) -> View:
        shape = picture.shape
        self._slow = picture.astype(np.float32)
        self._fast = picture.copy()
        self._stray = np.zeros(shape, np.float32)
        self._known_s, self._held_s, self._missed_s = (np.zeros(shape, np.float32) for _ in range(3))
        nothing = np.zeros(shape, np.uint8)
        return View(
            picture=picture,
            background=picture,
            differs=nothing,
            settled=nothing,
            held_s=self._held_s,
            gain=1.0,
            shift=0.0,
            is_new=True,
        )

    def _differs(self, picture: Grey, background: Grey) -> Grey:
        """A pixel differs when it is brighter or darker than the background here *and next to it*: a camera that
        trembles by a pixel, and an edge that the coder redraws, differ from nothing."""
        above = cv2.subtract(picture, cv2.dilate(background, _NEXT))
        below = cv2.subtract(cv2.erode(background, _NEXT), picture)
        far = cv2.max(above, below)
        usual = cv2.convertScaleAbs(self._stray, alpha=SPREADS)
        return _mask((far > LEAST_DIFFERENCE) & (far > usual))

    def _follow(self, picture: Grey, differs: Grey, passed_s: float) -> None:
        """The candidate of each pixel: it holds, is hidden for a while, or another takes its place."""
        self._held_s += np.float32(passed_s)
        self._missed_s += np.float32(passed_s)
        self._missed_s *= cv2.absdiff(picture, self._fast) > STEADY
        # Hidden for longer than it had held, or too long; what shows the scene again has ended whatever stood there.
        stays = self._missed_s <= np.minimum(0.5 * self._held_s, np.float32(HIDDEN_S))
        stays &= differs != 0
        self._held_s *= stays
        self._missed_s *= stays
        cv2.copyTo(picture, _mask(~stays), self._fast)

    def _learn(
        self, picture: Grey, background: Grey, differs: Grey, passed_s: float, covered: Grey, kept: Grey
    ) -> None:
        same = ~differs
        # Learnt up to its rim, a thing would be eaten from there: what is learnt makes its neighbours differ less.
        free = ~np.asarray(cv2.dilate(differs, _NEXT, iterations=2), np.uint8) & ~kept
        cv2.accumulateWeighted(picture, self._slow, min(1.0, passed_s / SCENE_S), free)
        # What differs and does not stand is learnt as well, but no more of it than this: a branch in the wind makes
        # its place restless, one who passes does not.
        strays = np.minimum(cv2.absdiff(picture, background), np.uint8(MOST_STRAY))
        restless = same | _mask(self._held_s < SETTLE_S / 2)
        cv2.accumulateWeighted(strays, self._stray, min(1.0, passed_s / STRAY_S), restless)
        self._known_s += np.float32(passed_s) * ((same > 0) & (covered == 0))


def shrink(luma: Grey) -> Grey:
    """The picture at ``ROWS`` rows or somewhat more (or its own, where it has fewer).

    Whole numbers of pixels are averaged; of large pictures only every second or third pixel is taken first.
    """
    step = max(1, luma.shape[0] // (ROWS * 2))
    sampled = np.ascontiguousarray(luma[::step, ::step])
    part = max(1, sampled.shape[0] // ROWS)
    rows, columns = sampled.shape[0] // part, sampled.shape[1] // part
    whole = sampled[: rows * part, : columns * part]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)


def _light(picture: Grey, background: Grey) -> tuple[float, float] | None:
    """Gain and shift: ``picture`` ≈ gain × ``background`` + shift, by a straight line through what did not change.

    (1, 0) where the light hardly changed; None where no light makes the one into the other.
    """
    was = background[4::8, 4::8].astype(np.float32).ravel()
    now = picture[4::8, 4::8].astype(np.float32).ravel()
    # Burnt out and drowned pixels tell nothing of the light.
    usable = (np.minimum(was, now) > 8) & (np.maximum(was, now) < 247)
    if np.count_nonzero(usable) < usable.size // 20 + 1:
        return (1.0, 0.0)
    was, now = was[usable], now[usable]
    gain, shift = 1.0, float(np.median(now - was))
    for reach in (2 * LEAST_DIFFERENCE, LEAST_DIFFERENCE):
        alike = np.abs(now - gain * was - shift) <= reach
        if np.count_nonzero(alike) >= LEAST_ALIKE * alike.size:
            gain, shift = _line(was[alike], now[alike])
    if np.count_nonzero(np.abs(now - gain * was - shift) <= 2 * LEAST_DIFFERENCE) < LEAST_ALIKE * now.size:
        return None
    changed = abs((gain - 1.0) * float(was.mean()) + shift) > LIGHT_STEP or abs(gain - 1.0) > LEAST_GAIN
    return (gain, shift) if changed else (1.0, 0.0)


def _line(was: NDArray[np.float32], now: NDArray[np.float32]) -> tuple[float, float]:
    """Gain and shift of the least squares line."""
    middle_was, middle_now = float(was.mean()), float(now.mean())
    spread = was - middle_was
    square = float(spread @ spread)
    # A flat picture tells no gain.
    gain = float(spread @ (now - middle_now)) / square if square > 64.0 * was.size else 1.0
    gain = min(2.0, max(0.5, gain))
    return gain, middle_now - gain * middle_was


def _bytes(picture: NDArray[np.float32]) -> Grey:
    return np.asarray(cv2.convertScaleAbs(picture), np.uint8)


def _mask(truth: NDArray[np.bool_]) -> Grey:
    """255 where true."""
    return truth.view(np.uint8) * np.uint8(255)
