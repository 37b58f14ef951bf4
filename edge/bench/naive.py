"""The baseline that everybody writes first, and bare decoding: what the walk is measured against.

Nothing of the edge's stages is in here, only the same detector: decode, detect, roboflow's ByteTrack, supervision's
zones.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np
import supervision as sv
from trackers import ByteTrackTracker

from edge.evaluate.sight import PERSON, Look, Sight
from edge.evaluate.zone_entries import Polygon
from models.detector import Detections, Detector

MIN_SCORE = 0.25
NEW_SCORE = 0.35
"""A track begins from this score on: ByteTrack's own rule (0.1 above what associates first). The library's 0.7 suits
large detectors and would lose people here."""
EARLY_S = 0.012
"""A frame that comes this much before its turn takes it."""


def decode(video: Path) -> list[float]:
    """Decode every frame on one thread and look at none. Returns their times in seconds."""
    return [picture.time or 0.0 for picture in _pictures(video)]


def naive(
    video: Path, detector: Detector, zones: Sequence[Polygon], fps: float | None
) -> tuple[list[Look], list[float]]:
    """Detect on every frame (``fps``: on so many a second), track, ask the zones.

    Returns the frames that were looked at, and the times of all frames.
    """
    tracker = ByteTrackTracker(
        frame_rate=fps or _rate(video), track_activation_threshold=NEW_SCORE, high_conf_det_threshold=MIN_SCORE
    )
    areas = [sv.PolygonZone(np.array(zone, np.int64)) for zone in zones]
    looks: list[Look] = []
    stamps_s: list[float] = []
    turn_s: float | None = None
    for picture in _pictures(video):
        at_s = picture.time or 0.0
        stamps_s.append(at_s)
        if fps is not None:
            if turn_s is not None and at_s + EARLY_S < turn_s:
                continue
            turn_s = (at_s if turn_s is None else turn_s) + 1 / fps
        image = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
        found = detector.detect([image], MIN_SCORE)[0]
        tracks = tracker.update(_people(found, detector.classes), timestamp=at_s)
        tracks = tracks[tracks.tracker_id >= 0]
        for area in areas:
            area.trigger(tracks)
        looks.append(_look(at_s, tracks))
    return looks, stamps_s


def _rate(video: Path) -> float:
    """Frames a second as the header says."""
    with av.open(str(video)) as container:
        return float(container.streams.video[0].average_rate or 25)


def _pictures(video: Path) -> Iterator[av.VideoFrame]:
    """Every picture, in order of showing."""
    with av.open(str(video)) as container:
        container.streams.video[0].thread_count = 1
        yield from container.decode(video=0)


def _people(found: Detections, classes: Sequence[str]) -> sv.Detections:
    chosen = found.classes == classes.index(PERSON)
    return sv.Detections(xyxy=found.boxes[chosen], confidence=found.scores[chosen], class_id=found.classes[chosen])


def _look(at_s: float, tracks: sv.Detections) -> Look:
    rows = zip(tracks.xyxy.tolist(), tracks.tracker_id.tolist(), strict=True)
    return Look(at_s=at_s, people=tuple(Sight(id=number, box=(x1, y1, x2, y2)) for (x1, y1, x2, y2), number in rows))
