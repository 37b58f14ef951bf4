"""What a fixed camera sees when nothing is there, learned while it runs, and which pixels are in front of it.

Two backgrounds work together. A *quick* one (k nearest neighbours: Zivkovic & van der Heijden, "Efficient adaptive
density estimation per image pixel", 2006, as OpenCV has it) finds what moves from the first second on and knows
shadows, but takes in whoever stops within seconds. So a *lasting* mean remembers the scene: what was in front stays in
front while it differs from the mean. A change of exposure is measured and undone first.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detector import Image

Mask = NDArray[np.uint8]
"""Height × width, 255 or 0."""

DISTANCE = 300.0
"""Squared distance in colour of pixels that the quick background calls alike: noise and compression stay below."""
HISTORY = 1500
"""Pictures that the quick background draws its samples from."""
WARM_UP = 10
"""It is shown the first picture so often: with fewer samples than it asks for, everything would be in front."""
SHADOW_DARKNESS = 0.7
"""A shadow leaves at least this much of the light; what is darker is an object: tyres on asphalt, dark trousers."""
SHADOW = 127
"""What it answers for a shadow; for what is in front it answers 255."""
FAINT = 12
"""Grey levels, in any channel, by which what moves must differ from the lasting background …"""
DISTINCT = 22
"""… and by which what was in front must differ to stay so."""
LEARN = 0.04
"""Share of a new picture that the lasting background takes on where nothing is in front: follows clouds and dusk."""
SUDDEN = 0.45
"""More of the picture than this in front at once is another scene or light, not an object: everything starts anew."""
GAIN_STEP_PX = 16
"""Every so many pixels, down and across, the exposure is measured."""
GAIN_LIMITS = (0.5, 2.0)
"""Exposure that changed more than this is another scene."""
USABLE = (20, 235)
"""Grey levels that are neither drowned nor burnt out."""
CLEARANCE = np.ones((5, 5), np.uint8)
"""The rim of something in front belongs to neither: it isn't learned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One picture against its background. ``picture`` has the background's exposure; ``front`` is single pixels."""

    picture: Image
    background: Image
    front: Mask


class Background:
    """The background of one camera. Pictures come in order, `update` and `learn` by turns; not for several threads."""

    def __init__(self) -> None:
        self._lasting: NDArray[np.float32] = np.zeros((0, 0, 3), np.float32)
        self._front: Mask = np.zeros((0, 0), np.uint8)
        self._quick = cv2.createBackgroundSubtractorKNN()
        self._count = 0

    def update(self, picture: Image) -> Scene:
        """The next picture against what was learned.

        Nothing is in front on the first picture, on one of another size, and when scene or light change suddenly.
        """
        if self._lasting.shape != picture.shape:
            return self._start(picture)
        background = _bytes(cv2.convertScaleAbs(self._lasting))
        gain = _gain(picture, background)
        if not GAIN_LIMITS[0] < gain < GAIN_LIMITS[1]:
            return self._start(picture)
        even = _bytes(cv2.convertScaleAbs(picture, alpha=1 / gain))
        self._count += 1
        # its samples are drawn at random: seeded by the picture's number, so that a recording replays the same
        cv2.setRNGSeed(self._count)
        seen = self._quick.apply(even)
        difference = _greatest(cv2.absdiff(even, background))
        is_moving = (seen > SHADOW) & (difference > FAINT)
        is_staying = (self._front > 0) & (difference > DISTINCT) & (seen != SHADOW)
        front = np.where(is_moving | is_staying, 255, 0).astype(np.uint8)
        if cv2.countNonZero(front) > SUDDEN * front.size:
            return self._start(picture)
        return Scene(picture=even, background=background, front=front)

    def learn(self, scene: Scene, *, front: Mask, ghosts: Mask) -> None:
        """Take what was made of the scene: ``front`` stays in front, ``ghosts`` are background as of now, the rest is
        learned by and by."""
        self._front = cv2.bitwise_and(front, cv2.bitwise_not(ghosts)).astype(np.uint8, copy=False)
        behind = cv2.bitwise_not(cv2.dilate(self._front, CLEARANCE))
        cv2.accumulateWeighted(scene.picture, self._lasting, max(LEARN, 1 / self._count), behind)
        if ghosts.any():
            is_ghost = cv2.dilate(ghosts, CLEARANCE) > 0
            self._lasting[is_ghost] = scene.picture[is_ghost]

    def _start(self, picture: Image) -> Scene:
        self._lasting = picture.astype(np.float32)
        self._front = np.zeros(picture.shape[:2], np.uint8)
        self._count = 1
        # two neighbours, OpenCV's default, measured better than one or three
        self._quick = cv2.createBackgroundSubtractorKNN(HISTORY, DISTANCE, detectShadows=True)
        self._quick.setShadowThreshold(SHADOW_DARKNESS)
        cv2.setRNGSeed(self._count)
        for _ in range(WARM_UP):
            self._quick.apply(picture)
        return Scene(picture=picture, background=picture, front=self._front)


def _gain(picture: Image, background: Image) -> float:
    """How much brighter the picture is than the background: the median, so objects don't count."""
    now = picture[::GAIN_STEP_PX, ::GAIN_STEP_PX].mean(axis=2)
    before = background[::GAIN_STEP_PX, ::GAIN_STEP_PX].mean(axis=2)
    low, high = USABLE
    is_usable = (before > low) & (before < high) & (now > low) & (now < high)
    # a picture that is nearly all black or white says nothing about exposure
    if np.count_nonzero(is_usable) < is_usable.size // 20 + 1:
        return 1.0
    return float(np.median(now[is_usable] / before[is_usable]))


def _greatest(difference: NDArray[np.generic]) -> Mask:
    """Of the three channels, the greatest (ten times as fast as numpy's max over the last axis)."""
    blue, green, red = cv2.split(_bytes(difference))
    return _bytes(cv2.max(cv2.max(blue, green), red))


def _bytes(array: object) -> NDArray[np.uint8]:
    return np.asarray(array, np.uint8)
