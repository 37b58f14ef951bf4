"""Builders for the walk's values: blank frames that carry a time, tracks at a place, a camera with one rule."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from contract.kinds import KINDS
from contract.zones import Line, Zone
from edge.rules.rule import Rule
from edge.rules.table import RULES
from edge.settings import Calibration, CalibrationPoint, CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track
from models.detector import Detections, Image, ModelInfo

BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""19:00 in Việt Nam."""
LEFT_HALF = Zone(points=((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))
WHOLE = Zone(points=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
START, END = Line(a=(0.0, 0.2), b=(1.0, 0.2)), Line(a=(0.0, 0.8), b=(1.0, 0.8))
"""Across the picture, 0.6 of its height apart."""
MIDDLE = Line(a=(0.5, 0.2), b=(0.5, 0.8))
"""Looking along it one looks down the picture: the picture's right half is on its left side, so walking left is
``forward``."""


def frame(pts_s: float, image: Image | None = None) -> Frame:
    """A picture at ``pts_s``: grey unless one is given."""
    shown = np.full((90, 160, 3), 128, np.uint8) if image is None else image
    return Frame(
        camera="kho",
        index=round(pts_s * 10),
        pts_s=pts_s,
        captured_at=BEGIN + timedelta(seconds=pts_s),
        width=shown.shape[1],
        height=shown.shape[0],
        decode=lambda: shown,
    )


def track(
    foot: tuple[float, float],
    at_s: float,
    *,
    number: int = 1,
    class_name: str = "person",
    score: float = 0.8,
    size: tuple[float, float] = (0.06, 0.2),
    first_s: float = 0.0,
    seen_s: float | None = None,
) -> Track:
    """A track whose foot is there, seen on this very frame unless ``seen_s`` says otherwise."""
    x, y = foot
    return Track(
        id=number,
        class_name=class_name,
        score=score,
        best_score=score,
        box=(x - size[0] / 2, y - size[1], x + size[0] / 2, y),
        first_s=first_s,
        seen_s=at_s if seen_s is None else seen_s,
    )


def camera(*, calibration: Calibration | None = None, **rule: Any) -> CameraSettings:
    """A camera with the zones ``left`` (its left half) and ``whole``, the lines ``middle``, ``start`` and ``end``, and
    one rule, which asks at any hour unless told."""
    rule = {"name": "rule", "kind": "intrusion", "hours": None} | rule
    if not {"zone", "line"} & set(rule):
        places = {"zone": "left", "line": "middle"}
        rule |= {key: places[key] for key in KINDS[rule["kind"]].places[0]}
    return CameraSettings(
        name="kho",
        source="sim:street",
        zones={"left": LEFT_HALF, "whole": WHOLE},
        lines={"middle": MIDDLE, "start": START, "end": END},
        calibration=calibration,
        rules=(RuleSettings(**rule),),
    )


def plan(width_m: float, height_m: float) -> Calibration:
    """A camera that looks straight down: the picture is so many metres wide and high."""
    corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    return Calibration(
        points=tuple(CalibrationPoint(image=(x, y), ground=(x * width_m, y * height_m)) for x, y in corners)
    )


def rule_of(settings: CameraSettings) -> Rule:
    """The camera's only rule, fresh."""
    return RULES[settings.rules[0].kind](settings.rules[0], settings)


def times(begin_s: float, end_s: float, fps: float = 10.0) -> Iterator[float]:
    """The stamps of frames from ``begin_s`` up to, not including, ``end_s``."""
    return (begin_s + index / fps for index in range(round((end_s - begin_s) * fps)))


def asked(rule: Rule, story: Iterable[tuple[float, Sequence[Track]]]) -> list[tuple[float, Hit]]:
    """Every hit of a rule over a story (time, tracks), with its time."""
    return [(at_s, hit) for at_s, tracks in story for hit in rule.update(frame(at_s), tracks)]


@dataclass
class Eye:
    """A detector whose answers are written down beforehand: boxes in pixels by index of the call."""

    answers: Sequence[Detections]
    classes: tuple[str, ...] = ("person", "car")
    needs_motion: bool = False
    info: ModelInfo = field(default_factory=lambda: ModelInfo(name="eye", sha256=None, input_size=None))
    is_elastic: bool = False
    calls: int = 0

    def detect(
        self, images: Sequence[Image], min_score: float = 0.25, canvas: tuple[int, int] | None = None
    ) -> list[Detections]:
        del min_score, canvas
        answers = [self.answers[min(self.calls + index, len(self.answers) - 1)] for index in range(len(images))]
        self.calls += len(images)
        return answers


def detections(*boxes: tuple[float, float, float, float], score: float = 0.8, class_index: int = 0) -> Detections:
    """Boxes in pixels, all of one score and class."""
    if not boxes:
        return Detections.empty()
    count = len(boxes)
    return Detections(
        np.array(boxes, np.float32), np.full(count, score, np.float32), np.full(count, class_index, np.int64)
    )
