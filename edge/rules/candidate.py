"""What fire and smoke have in common: one event a zone, from what the model names and from what the picture does."""

from collections.abc import Sequence

import cv2
import numpy as np

from edge.geometry import centre, inside
from edge.rules.rule import hits_here, wanted, zone_of
from edge.rules.stay import Stays
from edge.rules.windows import WINDOW_S, Course, Mask
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

FIRST_ID = {"fire": 10**12, "smoke": 2 * 10**12}
"""The ids of candidates begin here: neither the tracker's nor those of standing things (``standing.py``)."""


class Candidate:
    """The hits of one rule of kind ``fire`` or ``smoke``."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        self._stays = Stays(rule.grace_s)
        self._zone: Mask = np.zeros((0, 0), np.bool_)

    def zone(self, shape: tuple[int, int]) -> Mask:
        """The zone in a small picture of so many rows and columns."""
        if self._zone.shape != shape:
            drawn = np.zeros(shape, np.uint8)
            points = np.array(self._polygon) * (shape[1], shape[0])
            cv2.fillPoly(drawn, [np.round(points).astype(np.int32)], 1)
            self._zone = drawn > 0
        return self._zone

    def pause(self, seconds: float) -> None:
        """See ``rule.Pausing``."""
        self._stays.pause(seconds)

    def hits(self, frame: Frame, tracks: Sequence[Track], courses: Sequence[Course]) -> list[Hit]:
        """``courses``: the candidates of the latest windows. Both kinds of evidence must last for the rule's dwell."""
        now_s = frame.pts_s
        here = [track for track in wanted(self._rule, tracks) if inside(centre(track.box), self._polygon)]
        since = {
            track: stay.since_s
            for stay, track in self._stays.update(now_s, here, tracks)
            if stay.has_lasted(now_s, self._rule.dwell_s)
        }
        since |= {
            self._track(course, now_s): course.first_s
            for course in courses
            if now_s - course.last_s <= WINDOW_S + self._rule.grace_s and now_s - course.first_s >= self._rule.dwell_s
        }
        return hits_here(self._rule, self._place, since, now_s)

    def _track(self, course: Course, now_s: float) -> Track:
        # It is seen a window at a time: until the next has passed, what the last one showed is what is there.
        is_current = now_s - course.last_s <= WINDOW_S
        return Track(
            id=FIRST_ID[self._rule.kind] + course.number,
            class_name=self._rule.kind,
            score=course.score,
            best_score=course.score,
            box=course.box,
            first_s=course.first_s,
            seen_s=now_s if is_current else course.last_s,
        )
