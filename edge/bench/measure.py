"""One variant over one recording, measured in this process."""

import resource
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter, process_time

import av
import cv2

from contract.zones import Zone
from edge.bench.naive import decode, naive
from edge.bench.timed import Timed
from edge.defaults import camera_name, default_camera
from edge.evaluate.matching import Score
from edge.evaluate.sight import Look, step_s
from edge.evaluate.walk import walk
from edge.evaluate.zone_entries import Reference, references, score_entries
from edge.settings import CameraSettings, RuleSettings
from models import registry
from models.detector import Detector

VARIANTS = {
    "decode": "bare decoding",
    "naive": "naive, every frame",
    "naive5": "naive at 5 fps",
    "ours": "the walk",
}
"""What is measured, in this order → what a table calls it."""
NAIVE_FPS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be measured. ``model``: a name or weights; ``truth``: a table of zone intervals; ``core``: the one
    processor core that the process may use, None where the system can't pin."""

    variant: str
    video: str
    model: str
    truth: str | None
    core: int | None


@dataclass(slots=True, kw_only=True)
class Measured:
    """What was found. Seconds of processor time (user and system, all threads) from the first packet to the last
    frame; loading the model is left out. ``score``: zone entries, where there is truth."""

    variant: str
    model: str = ""
    frames: int = 0
    video_s: float = 0.0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    inferences: int = 0
    inference_s: float = 0.0
    stages_s: dict[str, float] = field(default_factory=dict)
    peak_mib: float = 0.0
    score: dict[str, float | int | None] | None = None
    fault: str | None = None

    def document(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def measure(order: Order) -> Measured:
    """Do what ``order`` says. Raises ModelError, TruthError, av.FFmpegError, OSError."""
    cv2.setNumThreads(1)
    video, done = Path(order.video), Measured(variant=order.variant)
    wanted = references(Path(order.truth), video.name) if order.truth else []
    if order.variant == "decode":
        began = _begin()
        stamps_s = decode(video)
        _end(done, began, stamps_s)
        return done
    detector = Timed(_detector(order.model), process_time)
    work = _ours if order.variant == "ours" else _naive
    looks, stamps_s = work(video, detector, wanted, done)
    done.model, done.inferences, done.inference_s = detector.info.name, detector.inferences, detector.spent_s
    if wanted:
        scores = score_entries(looks, wanted, stamps_s).values()
        done.score = sum(scores, start=Score(found=0, wanted=0)).document()
    return done


def _ours(
    video: Path, detector: Timed, wanted: Sequence[Reference], done: Measured
) -> tuple[Sequence[Look], list[float]]:
    camera = _camera(video, wanted)
    began = _begin()
    walked = walk(camera, detector, timer=process_time)
    _end(done, began, walked.stamps_s)
    done.stages_s, done.fault = walked.stages_s, walked.fault
    return walked.looks, walked.stamps_s


def _naive(
    video: Path, detector: Timed, wanted: Sequence[Reference], done: Measured
) -> tuple[Sequence[Look], list[float]]:
    fps = NAIVE_FPS if done.variant == "naive5" else None
    began = _begin()
    looks, stamps_s = naive(video, detector, [one.polygon for one in wanted], fps)
    _end(done, began, stamps_s)
    return looks, stamps_s


def _begin() -> tuple[float, float]:
    return process_time(), perf_counter()


def _end(done: Measured, began: tuple[float, float], stamps_s: Sequence[float]) -> None:
    done.cpu_s, done.wall_s = process_time() - began[0], perf_counter() - began[1]
    done.frames = len(stamps_s)
    # Not last minus first: some files' last stamp jumps back.
    done.video_s = max(stamps_s) - min(stamps_s) + step_s(stamps_s) if stamps_s else 0.0
    done.peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _detector(model: str) -> Detector:
    return registry.load("auto", Path(model)) if Path(model).exists() else registry.load(model)


def _camera(video: Path, wanted: Sequence[Reference]) -> CameraSettings:
    """The truth's zones with an intrusion rule each; without truth, what a source without configuration gets."""
    camera = default_camera(camera_name(video.name), str(video))
    if not wanted:
        return camera
    with av.open(str(video)) as container:
        width, height = container.streams.video[0].width, container.streams.video[0].height
    zones = {one.zone: Zone(points=tuple((x / width, y / height) for x, y in one.polygon)) for one in wanted}
    rules = tuple(RuleSettings(name=one.zone, kind="intrusion", zone=one.zone, dwell_s=1.0) for one in wanted)
    return camera.model_copy(update={"zones": zones, "rules": rules})
