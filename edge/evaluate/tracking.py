"""How good are the tracks? CLEAR, IDF1 and HOTA by roboflow ``trackers``, which agrees with TrackEval."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from trackers.eval import box_iou, compute_clear_metrics, compute_hota_metrics, compute_identity_metrics

from edge.evaluate.sight import Look, Sight

MIN_IOU = 0.5
"""From this overlap on a box of CLEAR and IDF1 is found; HOTA averages over 0.05 to 0.95."""

Frames = Sequence[Sequence[Sight]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingScore:
    """0..1 (MOTA may be negative) and counts. ``scored_frames``: those on which there is any truth."""

    mota: float
    idf1: float
    hota: float
    id_switches: int
    precision: float
    recall: float
    truth_boxes: int
    boxes: int
    truth_ids: int
    ids: int
    scored_frames: int

    def document(self) -> dict[str, float | int]:
        """For JSON: four decimals."""
        return {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items()}


def observed(looks: Sequence[Look]) -> list[list[Sight]]:
    """Frame by frame, the tracks that the latest look of the detector found, carried on until its next one.

    A track that the latest look missed is the walk's guess about an occlusion; the field's scores leave guesses out.
    """
    frames, seen_s, latest_s = [], dict[int, float](), float("-inf")
    for look in looks:
        for person in look.people:
            if person.is_seen:
                seen_s[person.id] = latest_s = look.at_s
        frames.append([person for person in look.people if seen_s.get(person.id) == latest_s])
    return frames


def score_tracking(truth: Mapping[int, Sequence[Sight]], found: Frames) -> TrackingScore:
    """``truth``: frame number, from 1 → everybody in it; ``found``: the tracks of each frame of the video, in order."""
    wanted: Frames = [truth.get(number, ()) for number in range(1, len(found) + 1)]
    truth_ids, ids = _numbers(wanted), _numbers(found)
    rows = [np.array([truth_ids[one.id] for one in frame], np.intp) for frame in wanted]
    columns = [np.array([ids[one.id] for one in frame], np.intp) for frame in found]
    alike = [box_iou(_boxes(true), _boxes(seen)) for true, seen in zip(wanted, found, strict=True)]
    clear = compute_clear_metrics(rows, columns, alike, threshold=MIN_IOU)
    identity = compute_identity_metrics(rows, columns, alike, threshold=MIN_IOU)
    hota = compute_hota_metrics(rows, columns, alike)
    return TrackingScore(
        mota=float(clear["MOTA"]),
        idf1=float(identity["IDF1"]),
        hota=float(np.mean(hota["HOTA"])),
        id_switches=int(clear["IDSW"]),
        precision=float(clear["CLR_Pr"]),
        recall=float(clear["CLR_Re"]),
        truth_boxes=sum(map(len, wanted)),
        boxes=sum(map(len, found)),
        truth_ids=len(truth_ids),
        ids=len(ids),
        scored_frames=sum(1 for frame in wanted if frame),
    )


def _numbers(frames: Frames) -> dict[int, int]:
    """Id → a number from 0, as the evaluator wants."""
    return {person: number for number, person in enumerate(sorted({one.id for frame in frames for one in frame}))}


def _boxes(people: Sequence[Sight]) -> NDArray[np.float64]:
    return np.array([one.box for one in people], np.float64).reshape(-1, 4)
