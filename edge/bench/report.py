"""From the measurements of a run to figures that compare: medians, ratios, our own share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from rich.table import Table

from edge.bench.measure import VARIANTS
from edge.evaluate.tell import figure

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One variant's figures over its repetitions: medians; ``spread``: highest cost ÷ lowest."""

    cpu_per_s: float
    """Processor seconds per second of video."""
    wall_s: float
    spread: float
    frames: int
    video_s: float
    inferences: int
    inference_per_s: float
    peak_mib: float
    score: Json | None
    stages: dict[str, float]
    """Stage → processor seconds per second of video."""


def figures(runs: Sequence[Json]) -> Figures:
    """``runs``: the documents of `edge.bench.measure.Measured`, at least one, all of one variant."""
    video_s = runs[0]["video_s"] or 1.0
    costs = [run["cpu_s"] / video_s for run in runs]
    return Figures(
        cpu_per_s=median(costs),
        wall_s=median(run["wall_s"] for run in runs),
        spread=max(costs) / min(costs) if min(costs) > 0 else 1.0,
        frames=runs[0]["frames"],
        video_s=runs[0]["video_s"],
        inferences=runs[0]["inferences"],
        inference_per_s=median(run["inference_s"] for run in runs) / video_s,
        peak_mib=max(run["peak_mib"] for run in runs),
        score=runs[0]["score"],
        stages={name: median(run["stages_s"][name] for run in runs) / video_s for name in runs[0]["stages_s"]},
    )


def report(found: Mapping[str, Figures]) -> Json:
    """What is compared, for JSON. ``own_share``: part of our processor time that is neither decoding (what bare
    decoding cost beside it) nor the model's answers."""
    ours, decoding = found["ours"], found["decode"].cpu_per_s
    own = ours.cpu_per_s - decoding - ours.inference_per_s
    return {
        "video_s": round(ours.video_s, 3),
        "frames": ours.frames,
        "variants": {name: _document(one) for name, one in found.items()},
        "ours_to_naive": round(ours.cpu_per_s / found["naive"].cpu_per_s, 4),
        "ours_to_naive5": round(ours.cpu_per_s / found["naive5"].cpu_per_s, 4),
        "own_share": round(own / ours.cpu_per_s, 4),
        "stages": {name: round(seconds, 5) for name, seconds in ours.stages.items()},
    }


def _document(one: Figures) -> Json:
    return {
        "cpu_s_per_video_s": round(one.cpu_per_s, 5),
        "inference_s_per_video_s": round(one.inference_per_s, 5),
        "wall_s": round(one.wall_s, 3),
        "spread": round(one.spread, 3),
        "inferences": one.inferences,
        "peak_mib": round(one.peak_mib, 1),
        "score": one.score,
    }


def table(video: str, document: Json) -> Table:
    """The figures of one video for people."""
    heads = (
        "",
        "CPU s/video s",
        "÷ naive",
        "inference",
        "wall s",
        "inferences",
        "peak MiB",
        "F1",
        "precision",
        "recall",
    )
    made = Table(*heads, title=f"{video}: {document['frames']} frames, {document['video_s']:.1f} s")
    base = document["variants"]["naive"]["cpu_s_per_video_s"]
    for name, one in document["variants"].items():
        score = one["score"] or {}
        made.add_row(
            VARIANTS[name],
            f"{one['cpu_s_per_video_s']:.4f}",
            f"{one['cpu_s_per_video_s'] / base:.3f}",
            f"{one['inference_s_per_video_s']:.4f}",
            f"{one['wall_s']:.1f}",
            str(one["inferences"]),
            f"{one['peak_mib']:.0f}",
            *(figure(score.get(rate)) for rate in ("f1", "precision", "recall")),
        )
    stages = ", ".join(f"{name} {seconds:.4f}" for name, seconds in document["stages"].items())
    made.caption = f"the walk's stages: {stages}; our own share {document['own_share']:.0%}"
    return made
