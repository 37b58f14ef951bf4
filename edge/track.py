"""Fourth stop of a frame: boxes → people and vehicles with ids, carried on between detections."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np
import supervision as sv
from numpy.typing import NDArray
from trackers import ByteTrackTracker
from trackers.utils.iou import BIoU

from edge.values import Frame, NormBox, Track
from models.detector import Detections

GROUPS = {
    "person": "person",
    "bicycle": "vehicle",
    "car": "vehicle",
    "motorcycle": "vehicle",
    "bus": "vehicle",
    "truck": "vehicle",
}
"""Each group is associated by itself: a rider's box lies within his motorbike's and would steal its id."""

LOST_S = 2.0
"""A track that the detector misses for longer than this is over; found again within it, it keeps its id."""
CARRY_S = 1.0
"""A missed track is still shown, where it is expected, for this long."""
NEW_SCORE = 0.4
"""A detection begins a track only from this score on; weaker ones may continue one (the ByteTrack idea)."""
SWAY = 0.5
"""Share by which a new measurement of speed replaces the old."""
SPEED_S = 0.5
"""A prediction moves on for this long and then stands: longer, it is a guess."""


@dataclass(slots=True)
class _Followed:
    """One track's memory. Boxes are fractions of the picture."""

    id: int
    box: NormBox
    first_s: float
    seen_s: float
    score: float = 0.0
    best_score: float = 0.0
    votes: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    speed: tuple[float, float] = (0.0, 0.0)

    def see(self, box: NormBox, score: float, class_name: str, now_s: float) -> None:
        passed_s = now_s - self.seen_s
        if passed_s > 0:
            across, down = (_middle(box, axis) - _middle(self.box, axis) for axis in (0, 1))
            self.speed = (
                self.speed[0] + SWAY * (across / passed_s - self.speed[0]),
                self.speed[1] + SWAY * (down / passed_s - self.speed[1]),
            )
        self.box, self.seen_s, self.score = box, now_s, score
        self.best_score = max(self.best_score, score)
        self.votes[class_name] += score

    def at(self, now_s: float) -> Track:
        ahead_s = min(now_s - self.seen_s, SPEED_S)
        return Track(
            id=self.id,
            class_name=max(self.votes, key=lambda name: self.votes[name]),
            score=self.score,
            best_score=self.best_score,
            box=_moved(self.box, self.speed[0] * ahead_s, self.speed[1] * ahead_s),
            first_s=self.first_s,
            seen_s=self.seen_s,
        )


class Tracker:
    """The tracks of one camera. Ids count up from 1 within a run and are never shared with another camera.

    Association is roboflow ``trackers``' ByteTrack on buffered overlap (Yang et al., WACV 2023): at five detections a
    second a motorbike's boxes do not touch each other.
    """

    def __init__(self, classes: Sequence[str], *, detect_fps: float) -> None:
        self._classes = tuple(classes)
        self._detect_fps = detect_fps
        self._ids = count(1)
        self._groups: dict[str, ByteTrackTracker] = {}
        self._followed: dict[tuple[str, int], _Followed] = {}

    @property
    def is_following(self) -> bool:
        """Is any track alive?"""
        return bool(self._followed)

    def update(self, frame: Frame, boxes: Detections | None) -> tuple[Track, ...]:
        """The tracks as of this frame, oldest first. ``boxes`` in the frame's pixels; None: the model did not look."""
        if boxes is not None:
            self._associate(frame, boxes)
            self._followed = {key: one for key, one in self._followed.items() if frame.pts_s - one.seen_s <= LOST_S}
        return tuple(one.at(frame.pts_s) for one in self._followed.values() if frame.pts_s - one.seen_s <= CARRY_S)

    def _associate(self, frame: Frame, boxes: Detections) -> None:
        names = [self._classes[index] for index in boxes.classes]
        groups = np.array([GROUPS.get(name, "thing") for name in names], dtype=object)
        for group in {*groups.tolist(), *self._groups}:
            chosen = np.flatnonzero(groups == group)
            found = self._tracker(group).update(
                sv.Detections(
                    xyxy=boxes.boxes[chosen].astype(np.float32),
                    confidence=boxes.scores[chosen].astype(np.float32),
                    class_id=chosen.astype(int),
                ),
                timestamp=frame.pts_s,
            )
            for row, index, number in zip(found.xyxy, found.class_id, found.tracker_id, strict=True):
                if number >= 0:
                    box = _normalised(row, frame.width, frame.height)
                    one = self._one((group, int(number)), box, frame.pts_s)
                    one.see(box, float(boxes.scores[index]), names[index], frame.pts_s)

    def _tracker(self, group: str) -> ByteTrackTracker:
        if group not in self._groups:
            self._groups[group] = ByteTrackTracker(
                lost_track_buffer=round(LOST_S * 30),
                frame_rate=self._detect_fps,
                track_activation_threshold=NEW_SCORE,
                high_conf_det_threshold=NEW_SCORE,
                minimum_consecutive_frames=2,
                minimum_iou_threshold=0.1,
                iou=BIoU(buffer_ratio=0.3),
            )
        return self._groups[group]

    def _one(self, key: tuple[str, int], box: NormBox, now_s: float) -> _Followed:
        if key not in self._followed:
            self._followed[key] = _Followed(id=next(self._ids), box=box, first_s=now_s, seen_s=now_s)
        return self._followed[key]


def _normalised(row: NDArray[np.float32], width: int, height: int) -> NormBox:
    x1, y1, x2, y2 = (float(value) for value in row)
    return (_clip(x1 / width), _clip(y1 / height), _clip(x2 / width), _clip(y2 / height))


def _middle(box: NormBox, axis: int) -> float:
    return (box[axis] + box[axis + 2]) / 2


def _moved(box: NormBox, dx: float, dy: float) -> NormBox:
    return (_clip(box[0] + dx), _clip(box[1] + dy), _clip(box[2] + dx), _clip(box[3] + dy))


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
