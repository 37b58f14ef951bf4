"""Fourth stop of a frame: boxes → people and vehicles with ids, carried on between detections."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Self

import numpy as np
import supervision as sv
from numpy.typing import NDArray
from trackers import ByteTrackTracker
from trackers.utils.iou import BIoU

from edge.geometry import covered, meets, overlap
from edge.values import GROUPS, WHOLE, Frame, Glance, Motion, NormBox, Track
from edge.weigh import Believed, Doubts, Weak
from models.detector import Detections

LOST_S = 1.5
"""A track that the detector misses for longer than this is over; found again within it, it keeps its id."""
CARRY_S = 1.0
"""A missed track is still shown, where it is expected, for this long."""
MOVES_ON_S = 3.0
"""A track that is missed while something moves just there, and nobody else is there, goes on for this long."""
NEW_SCORE = {"person": 0.5}
"""A detection begins a track only from this score on (``ANY_SCORE`` in other groups); weaker ones may continue one (the
ByteTrack idea), or add up (`edge.weigh`)."""
ANY_SCORE = 0.4
TRUSTED = 0.5
"""What weak detections add up to is offered to the library as if it had this score."""
SAME = 0.3
"""Overlap from which on a detection shows what is believed."""
RATE = 5.0
"""Looks a second that the library's filter is set for, whatever the camera's: its noise is told by the look."""
BUFFER = 0.3
"""Share of its sides by which a box is widened before its overlap is measured."""
ALIKE = 4.0
"""Power of the ratio of two boxes' heights by which they are less alike."""
LEAST_ALIKE = 0.1
TELL_S = 1.0
"""While nobody looks, the library is told this often that everybody is where he was, or it would call them lost."""
NOWHERE: NormBox = (0.0, 0.0, 0.0, 0.0)
SHOWN = 0.9
"""A track is looked for in a part of the picture that shows this much of its box."""
SWAY = 0.5
"""Share by which a new measurement of speed replaces the old."""
SPEED_S = 0.5
"""A prediction moves on for this long and then stands: longer, it is a guess."""
TALLER, TALLER_LOOKS = 1.22, 2
"""A person's box that is suddenly taller by this factor holds somebody else's legs, for so many looks at most; …"""
ANOTHER = 1.5
"""… and one whose height differs by this factor is another person's."""
GROWN = 1.15
"""Boxes of one person tremble by less than this factor from one look to the next."""
HEIGHT_SWAY = 0.4
"""… else his height follows his box's by this share a look, …"""
HEIGHT_TRUST = 0.5
"""… and this share of it decides where his foot is: heads are seldom hidden, legs often."""
BORDER = 0.01
"""A box this near the picture's border (share of its side) is cut off there and tells no height."""


class SizedIoU(BIoU):  # type: ignore[misc]
    """Buffered overlap (Yang et al., WACV 2023), less where the two boxes differ in height: somebody who passes in
    front of a small thing is not that thing."""

    def _compute(self, boxes_1: NDArray[np.float64], boxes_2: NDArray[np.float64]) -> NDArray[np.float64]:
        heights_1, heights_2 = (np.maximum(1e-6, boxes[:, 3] - boxes[:, 1]) for boxes in (boxes_1, boxes_2))
        ratio = heights_1[:, None] / heights_2[None, :]
        return np.asarray(super()._compute(boxes_1, boxes_2) * np.minimum(ratio, 1 / ratio) ** ALIKE)


@dataclass(slots=True)
class _Found:
    """What counts of one look, in pixels. ``scores``: what the model said in this look; ``best``: the most it ever said
    of the same thing; ``trust``: what the library is told, higher for what is believed; ``is_seen``: in this look."""

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]
    best: NDArray[np.float32]
    trust: NDArray[np.float32]
    is_seen: NDArray[np.bool_]

    @classmethod
    def of(cls, boxes: Detections, good: NDArray[np.bool_]) -> Self:
        """The good ones of a look's boxes."""
        scores = boxes.scores[good]
        return cls(boxes.boxes[good], scores, boxes.classes[good], scores, scores, np.ones(len(scores), bool))

    def believe(self, same: Sequence[int], one: Believed) -> None:
        """These detections are of something that is believed."""
        self.trust, self.best = self.trust.copy(), self.best.copy()
        self.trust[same] = np.maximum(self.trust[same], TRUSTED)
        self.best[same] = np.maximum(self.best[same], one.best)

    def add(self, one: Believed, frame: Frame) -> None:
        """Something that is believed and that no good detection shows."""
        size = np.array([frame.width, frame.height] * 2, np.float32)
        self.boxes = np.concatenate([self.boxes, [one.box * size]]).astype(np.float32)
        self.scores = np.append(self.scores, np.float32(one.score))
        self.classes = np.append(self.classes, one.class_index)
        self.best = np.append(self.best, np.float32(one.best))
        self.trust = np.append(self.trust, np.float32(TRUSTED))
        self.is_seen = np.append(self.is_seen, one.is_seen)


@dataclass(slots=True)
class _Followed:
    """One track's memory. Boxes are fractions of the picture."""

    id: int
    box: NormBox
    first_s: float
    seen_s: float
    missed_s: float = float("inf")
    """The first look since then that was shown its place and did not find it."""
    score: float = 0.0
    best_score: float = 0.0
    votes: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    speed: tuple[float, float] = (0.0, 0.0)
    height: float = 0.0
    taller: int = 0
    still_s: float = float("inf")
    """Since when nothing moves where it was seen and where it is expected; infinite while something does."""
    is_sure: bool = False
    """A detection of it was good enough to begin a track by itself."""

    def see(self, box: NormBox, found: _Found, index: int, class_name: str, now_s: float) -> None:
        score = float(found.scores[index])
        passed_s = now_s - self.seen_s
        if passed_s > 0:
            across, down = (_middle(box, axis) - _middle(self.box, axis) for axis in (0, 1))
            self.speed = (
                self.speed[0] + SWAY * (across / passed_s - self.speed[0]),
                self.speed[1] + SWAY * (down / passed_s - self.speed[1]),
            )
        self.box, self.seen_s, self.score = box, now_s, score
        self.missed_s = float("inf")
        self.best_score = max(self.best_score, score, float(found.best[index]))
        self.votes[class_name] += score

    def is_another(self, box: NormBox) -> bool:
        """Can this box not be the same person's, since nobody grows or shrinks like that from one look to the next?"""
        ratio = (box[3] - box[1]) / self.height if self.height else 1.0
        if _is_cut(box) or _is_cut(self.box):
            # What the border begins to cut may shrink; it does not grow.
            return ratio > GROWN and not _is_cut(self.box)
        return not 1 / ANOTHER <= ratio <= ANOTHER

    def steadied(self, box: NormBox) -> NormBox:
        """A person's box with a foot that can be believed."""
        height = box[3] - box[1]
        if not self.height or _is_cut(box) or _is_cut(self.box):
            self.height, self.taller = height, 0
            return box
        if height > TALLER * self.height and self.taller < TALLER_LOOKS:
            self.taller += 1
            return (box[0], box[1], box[2], min(1.0, box[1] + self.height))
        sway = 1.0 if self.taller >= TALLER_LOOKS else HEIGHT_SWAY
        self.height, self.taller = self.height + sway * (height - self.height), 0
        return (box[0], box[1], box[2], min(1.0, box[3] + HEIGHT_TRUST * (self.height - height)))

    def at(self, now_s: float) -> Track:
        # Nothing is moved on since it stands still, or was not found where it was expected; nor is it moved back.
        until_s = min(now_s, self.missed_s, max(self.seen_s, self.still_s))
        ahead_s = min(until_s - self.seen_s, SPEED_S)
        return Track(
            id=self.id,
            class_name=max(self.votes, key=lambda name: self.votes[name]),
            score=self.score,
            best_score=self.best_score,
            box=_moved(self.box, self.speed[0] * ahead_s, self.speed[1] * ahead_s),
            first_s=self.first_s,
            seen_s=self.seen_s,
            speed=(0.0, 0.0) if now_s > self.still_s else self.speed,
        )


class Tracker:
    """The tracks of one camera. Ids count up from 1 within a run and are never shared with another camera.

    Association is roboflow ``trackers``' ByteTrack on `SizedIoU`: at a few detections a second a motorbike's boxes do
    not touch each other.
    """

    def __init__(
        self,
        classes: Sequence[str],
        *,
        min_score: float = 0.25,
        asked: Collection[str] | None = None,
    ) -> None:
        """``asked``: the classes that somebody asks about, None for all; people and vehicles are always followed."""
        self._classes = tuple(classes)
        self.ask(asked)
        self._min_score = min_score
        self._ids = count(1)
        self._groups: dict[str, ByteTrackTracker] = {}
        self._followed: dict[tuple[str, int], _Followed] = {}
        self._doubts = Doubts()
        self._told_s = float("-inf")

    def ask(self, asked: Collection[str] | None) -> None:
        """From now on these classes are followed too; who is followed already stays so."""
        ignored = [not (asked is None or name in asked or name in GROUPS) for name in self._classes]
        self._ignored = np.array(ignored, bool)

    def expected(self, now_s: float) -> tuple[Track, ...]:
        """The tracks where they should be by now, oldest first."""
        return tuple(one.at(now_s) for one in self._followed.values() if now_s - one.missed_s <= CARRY_S)

    def update(self, frame: Frame, glance: Glance | None, motion: Motion | None = None) -> tuple[Track, ...]:
        """The tracks as of this frame, oldest first. ``glance``: None when the model did not look; ``motion``: None
        when nobody asked what moved."""
        if motion is not None and not motion.is_global:
            for one in self._followed.values():
                is_stirred = motion.stirs(one.box) or motion.stirs(one.at(frame.pts_s).box)
                one.still_s = float("inf") if is_stirred else min(one.still_s, frame.pts_s)
        if glance is None and self._followed and frame.pts_s - self._told_s >= TELL_S:
            glance = Glance(boxes=Detections.empty(), region=NOWHERE)
        if glance is not None:
            self._told_s = frame.pts_s
            self._associate(frame, glance, () if motion is None else motion.boxes)
            self._followed = {key: one for key, one in self._followed.items() if frame.pts_s - one.missed_s <= LOST_S}
        return self.expected(frame.pts_s)

    def _associate(self, frame: Frame, glance: Glance, moving: Sequence[NormBox]) -> None:
        found = self._found(frame, glance, moving)
        names = [self._classes[index] for index in found.classes]
        groups = np.array([GROUPS.get(name, "thing") for name in names], dtype=object)
        for group in {*groups.tolist(), *self._groups}:
            chosen = np.flatnonzero(groups == group)
            kept = [
                one for (kind, _), one in self._followed.items() if kind == group and not _is_shown(one, frame, glance)
            ]
            tracked = self._tracker(group).update(_offered(frame, found, chosen, kept), timestamp=frame.pts_s)
            for row, index, number in zip(tracked.xyxy, tracked.class_id, tracked.tracker_id, strict=True):
                if number >= 0 and index >= 0 and found.is_seen[index]:
                    box = _normalised(row, frame.width, frame.height)
                    one = self._one((group, int(number)), box, frame.pts_s)
                    one.is_sure |= bool(found.scores[index] >= _begins(group))
                    if group == "person":
                        box = one.steadied(box)
                    one.see(box, found, index, names[index], frame.pts_s)
        self._miss(frame, glance, moving)

    def _found(self, frame: Frame, glance: Glance, moving: Sequence[NormBox]) -> _Found:
        """What counts of a look: its good detections, and what weak ones add up to."""
        boxes = glance.boxes
        good = (boxes.scores >= self._min_score) & ~self._ignored[boxes.classes]
        found = _Found.of(boxes, good)
        if glance.region == NOWHERE:
            return found
        sure = [one.box for one in self._followed.values() if one.is_sure]
        weak = [
            Weak(box, int(boxes.classes[index]), float(boxes.scores[index]))
            for index in np.flatnonzero(boxes.scores < max(NEW_SCORE.values())).tolist()
            if covered(box := glance.box(index, frame), sure) < 0.5
            and (group := GROUPS.get(self._classes[boxes.classes[index]])) is not None
            and boxes.scores[index] < _begins(group)
        ]
        believed = self._doubts.update(frame.pts_s, weak, moving)
        plain = [glance.box(index, frame) for index in np.flatnonzero(good).tolist()] if believed else []
        for one in believed:
            if covered(one.box, [glance.region]) >= SHOWN:
                same = [index for index, box in enumerate(plain) if overlap(one.box, box) > SAME]
                if same:
                    found.believe(same, one)
                else:
                    found.add(one, frame)
        return found

    def _miss(self, frame: Frame, glance: Glance, moving: Sequence[NormBox]) -> None:
        """Who was looked for and not found; who moves where nobody else is goes on for a while."""
        now_s = frame.pts_s
        seen = [one.box for one in self._followed.values() if one.seen_s == now_s]
        for one in self._followed.values():
            if one.seen_s == now_s or not _is_shown(one, frame, glance):
                continue
            box = one.at(now_s).box
            goes_on = now_s - one.seen_s <= MOVES_ON_S and any(
                covered(box, [part]) >= 0.5 and not any(meets(part, other) for other in seen) for part in moving
            )
            if not goes_on:
                one.missed_s = min(one.missed_s, now_s)

    def _tracker(self, group: str) -> ByteTrackTracker:
        if group not in self._groups:
            self._groups[group] = ByteTrackTracker(
                lost_track_buffer=round(max(LOST_S, MOVES_ON_S) * 30),
                frame_rate=RATE,
                track_activation_threshold=_begins(group),
                high_conf_det_threshold=_begins(group),
                minimum_consecutive_frames=2,
                minimum_iou_threshold=LEAST_ALIKE,
                iou=SizedIoU(buffer_ratio=BUFFER),
            )
        return self._groups[group]

    def _one(self, key: tuple[str, int], box: NormBox, now_s: float) -> _Followed:
        known = self._followed.get(key)
        if known is not None and key[0] == "person" and known.is_another(box):
            # The library goes on with its number; to us he is somebody new, and who had it is lost.
            del self._followed[key]
            known.missed_s = min(known.missed_s, now_s)
            self._followed["gone", known.id] = known
        if key not in self._followed:
            self._followed[key] = _Followed(id=next(self._ids), box=box, first_s=now_s, seen_s=now_s)
        return self._followed[key]


def _is_shown(one: _Followed, frame: Frame, glance: Glance) -> bool:
    """Was the model shown where this one is expected?"""
    if glance.region == WHOLE:
        return True
    return covered(one.at(frame.pts_s).box, [glance.region]) >= SHOWN


def _offered(frame: Frame, found: _Found, chosen: NDArray[np.intp], kept: Sequence[_Followed]) -> sv.Detections:
    """What was found of one group, and, with the index -1, those who were not looked for, where they are expected:
    the library takes whoever is not there for missed."""
    size = np.array([frame.width, frame.height] * 2, np.float32)
    expected = np.array([one.at(frame.pts_s).box for one in kept], np.float32).reshape(-1, 4) * size
    return sv.Detections(
        xyxy=np.concatenate([found.boxes[chosen].astype(np.float32), expected]),
        confidence=np.concatenate([found.trust[chosen], np.ones(len(kept))]).astype(np.float32),
        class_id=np.concatenate([chosen, np.full(len(kept), -1)]).astype(int),
    )


def _begins(group: str) -> float:
    """The score from which on a detection begins a track of this group."""
    return NEW_SCORE.get(group, ANY_SCORE)


def _is_cut(box: NormBox) -> bool:
    return min(box[0], 1 - box[2], 1 - box[3]) < BORDER


def _normalised(row: NDArray[np.float32], width: int, height: int) -> NormBox:
    x1, y1, x2, y2 = (float(value) for value in row)
    return (_clip(x1 / width), _clip(y1 / height), _clip(x2 / width), _clip(y2 / height))


def _middle(box: NormBox, axis: int) -> float:
    return (box[axis] + box[axis + 2]) / 2


def _moved(box: NormBox, dx: float, dy: float) -> NormBox:
    return (_clip(box[0] + dx), _clip(box[1] + dy), _clip(box[2] + dx), _clip(box[3] + dy))


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
