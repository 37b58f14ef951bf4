"""Third stop of a frame: run the model when it pays, and where. Between its turns the tracks live on motion.

A turn comes ``detect_fps`` times a second. On a turn the model looks if somebody who is followed moves (as often as
his speed asks for), if something moves that nobody has looked at, or if the last look found somebody new; and now and
then it looks at the whole picture, for what appeared still. It looks at the part that matters, on a canvas as small
as that part, where that is cheaper than the whole picture (`edge.region`). Where something moves and the model finds
nothing, time and again (leaves, insects, a flag), it is asked ever more seldom (`edge.barren`).
"""

from collections.abc import Collection, Sequence

from edge.barren import Barren
from edge.blobs import blobs, without
from edge.geometry import covered, meets
from edge.region import View, inflated, view, whole
from edge.values import GROUPS, WHOLE, Frame, Glance, Motion, NormBox, Track
from models.detector import Detector

CHECK_S = 5.0
"""The whole picture is looked at this often even when nothing moves: what stood there when the edge started, or moved
too slowly to be motion, is found within it."""
SETTLE_S = 1.0
"""After the light changed everywhere, the picture is looked at this soon."""
EARLY_S = 0.012
"""A frame that comes this much before the detector's turn takes it: cameras jitter, and waiting for the next frame
would turn 5 a second into 4."""
NEAREST_S = 0.11
"""A look that is due between two frames, and slow ones, comes this much early at most."""
SLOW_S = 0.3
"""Somebody who moves is looked for at least this often; …"""
STRIDE = 1.0
"""… and before he has moved on by so many of his own widths."""
WEAK_SCORE = 0.1
"""What is less than this is no detection, not even a doubtful one (`edge.weigh`)."""
SURE_SCORE = 0.4
"""What the model found with this score, and nobody follows, is looked at once more."""
KNOWN = 0.5
"""What the model found is known when this share of it lies within the boxes that are followed."""
ROOM = 0.35
"""Who is followed may move in his box widened by this share of its sides: arms, shadows, the blur of motion."""
NEAR = 1.0
"""What moves is where it was on the turn before, if that place is widened by this share of its sides."""


class Detect:
    """Decides on which frames the detector runs, and where. One camera; ``inferences`` may be read by any thread."""

    def __init__(self, detector: Detector, *, detect_fps: float, min_score: float, asked: Collection[str] = ()) -> None:
        """``asked``: classes that somebody asks about, besides people and vehicles."""
        self._detector = detector
        self._period_s = 1.0 / detect_fps
        self._min_score = min_score
        self.ask(asked)
        self._early_s, self._frame_s = EARLY_S, float("-inf")
        self._turn_s = self._look_s = self._due_s = self._check_s = float("-inf")
        self._barren = Barren()
        self._unknown: tuple[NormBox, ...] = ()
        # A tracker believes a thing once it was seen twice: what one look found is looked at again, moving or not.
        self._new: list[NormBox] = []
        self.inferences = 0

    def ask(self, asked: Collection[str]) -> None:
        """From now on somebody asks about these classes, besides people and vehicles."""
        self._wanted = {index for index, name in enumerate(self._detector.classes) if name in GROUPS or name in asked}

    def asks_for_motion(self, frame: Frame) -> bool:
        """Is it the detector's turn? Between two turns, and for a detector that sees every frame, nobody asks what
        moved: the gate need not run."""
        if self._detector.needs_motion:
            return False
        # The frame that is nearest to the time, not the first one after it: at 4 frames a second that is half a look.
        step_s, self._frame_s = frame.pts_s - self._frame_s, frame.pts_s
        self._early_s = max(EARLY_S, min(NEAREST_S, step_s / 1.9))
        return frame.pts_s + EARLY_S >= self._turn_s or frame.pts_s + self._early_s >= self._due_s

    def update(self, frame: Frame, motion: Motion | None, tracks: Sequence[Track]) -> Glance | None:
        """What the model saw in this frame; None when it did not look.

        ``motion``: None between turns; ``tracks``: where those who are followed are expected in this frame.
        """
        if self._detector.needs_motion:
            return self._look(frame, whole(frame, is_elastic=False))
        if motion is None:
            return None
        now_s = frame.pts_s
        on_beat_s = self._turn_s + self._period_s
        self._turn_s = on_beat_s if on_beat_s > now_s else now_s + self._period_s
        if motion.is_global:
            self._check_s = min(self._check_s, now_s + SETTLE_S)
        if now_s + EARLY_S >= self._check_s:
            return self._look(frame, whole(frame, is_elastic=self._detector.is_elastic), tracks, ())
        strangers = () if motion.is_global else self._strangers(now_s, motion, tracks)
        movers = [] if motion.is_global else [track.box for track in tracks if motion.stirs(track.box)]
        self._due_s = self._look_s + _interval(tracks, movers, self._period_s) if movers else float("inf")
        is_due = now_s + self._early_s >= self._due_s
        if not (strangers or self._new or (movers and is_due)):
            return None
        interesting = [*movers, *strangers, *self._new]
        part = view(frame, interesting, is_elastic=self._detector.is_elastic)
        return self._look(frame, part, tracks, strangers)

    def _strangers(self, now_s: float, motion: Motion, tracks: Sequence[Track]) -> tuple[NormBox, ...]:
        """What moves, moved there on the turn before, too, and belongs to nobody who is followed: worth a look.

        Whoever comes is in the picture for longer than a fifth of a second; an insect is somewhere else by then.
        """
        rest = without(motion.front, [inflated(track.box, ROOM) for track in tracks])
        unknown = blobs(rest, needs=motion.changed & rest)
        before = [inflated(box, NEAR) for box in self._unknown]
        self._unknown = unknown
        return tuple(
            box
            for box in unknown
            if any(meets(box, other) for other in before) and not self._barren.is_barren(now_s, box)
        )

    def _look(
        self, frame: Frame, part: View, tracks: Sequence[Track] = (), strangers: Sequence[NormBox] = ()
    ) -> Glance:
        now_s = frame.pts_s
        floor = self._min_score if self._detector.needs_motion else min(WEAK_SCORE, self._min_score)
        # First, as it may raise `edge.turns.Skipped`: then nobody has looked, and the next turn asks again.
        found = self._detector.detect([part.cut(frame.image)], floor, part.canvas)[0]
        self._look_s, self._due_s = now_s, float("inf")
        if part.region == WHOLE:
            self._check_s = now_s + CHECK_S
        self.inferences += 1
        boxes = part.back(found)
        glance = Glance(boxes=boxes, region=part.region)
        seen = [glance.box(index, frame) for index in range(len(boxes))]
        is_wanted = [index in self._wanted for index in boxes.classes.tolist()]
        things = [box for box, wanted in zip(seen, is_wanted, strict=True) if wanted]
        sure = [
            box
            for box, wanted, score in zip(seen, is_wanted, boxes.scores.tolist(), strict=True)
            if wanted and score >= SURE_SCORE
        ]
        # Once: who is no track after two looks will be none after ten.
        known = [*(track.box for track in tracks), *self._new]
        self._new = [box for box in sure if covered(box, known) < KNOWN]
        for stranger in strangers:
            self._barren.learn(now_s, stranger, is_barren=not any(meets(stranger, box) for box in things))
        return glance


def _interval(tracks: Sequence[Track], movers: Sequence[NormBox], least_s: float) -> float:
    """Seconds after which those who move are to be looked for again."""
    moving = set(movers)
    speeds = [track.pace for track in tracks if track.box in moving]
    fastest = max(speeds, default=0.0)
    return min(SLOW_S, max(least_s, STRIDE / fastest)) if fastest > 0 else SLOW_S
