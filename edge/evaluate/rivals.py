"""Other people's association of the same boxes: roboflow ``trackers`` with its own settings, to hold ours against."""

from collections.abc import Callable
from typing import Any

import supervision as sv
from trackers import ByteTrackTracker, OCSORTTracker, SORTTracker

from edge.evaluate.given import Given
from edge.evaluate.sight import Sight

RIVALS: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "sort": (SORTTracker, ("track_activation_threshold",)),
    "ocsort": (OCSORTTracker, ("high_conf_det_threshold",)),
    "bytetrack": (ByteTrackTracker, ("track_activation_threshold", "high_conf_det_threshold")),
}
"""Name → the library's class, and its settings for the score from which on a box may begin a track."""


class RivalError(ValueError):
    """There is no such tracker; the text says which there are."""


def rival(name: str) -> Callable[[float], Any]:
    """``sort``, or ``sort@0.5`` with another score from which on a box may begin a track → looks a second → a tracker
    with the library's own settings. Raises RivalError."""
    kind, _, score = name.partition("@")
    known = ", ".join(RIVALS)
    if kind not in RIVALS:
        raise RivalError(f"--against {name}: there is {known}, each with @SCORE where its boxes begin a track")
    made, thresholds = RIVALS[kind]
    try:
        settings = dict.fromkeys(thresholds, float(score)) if score else {}
    except ValueError as error:
        raise RivalError(f"--against {name}: {score!r} is no score; write e.g. {kind}@0.5") from error
    return lambda rate: made(frame_rate=rate, **settings)


def associate(found: Given, make: Callable[[float], Any]) -> list[list[Sight]]:
    """Look by look, whom the tracker is sure of."""
    tracker, looks = make(found.rate), []
    for at_s, people in found.people():
        boxes = sv.Detections(xyxy=people.boxes.copy(), confidence=people.scores.copy(), class_id=people.classes.copy())
        tracks = tracker.update(boxes, timestamp=at_s)
        rows = zip(tracks.xyxy.tolist(), tracks.tracker_id.tolist(), strict=True)
        looks.append([Sight(id=number, box=(x1, y1, x2, y2)) for (x1, y1, x2, y2), number in rows if number >= 0])
    return looks
