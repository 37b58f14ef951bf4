"""``anninh evaluate tracking`` and ``anninh evaluate events``."""

import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import av
import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from contract.config import SettingsError
from edge import log
from edge.capture import open_source
from edge.clock import SystemClock
from edge.collector import Site
from edge.defaults import camera_name, default_camera
from edge.evaluate import mot, tell
from edge.evaluate.events import Row, score_events
from edge.evaluate.given import Given, dump, given
from edge.evaluate.rivals import RivalError, associate, rival
from edge.evaluate.tracking import observed, score_tracking
from edge.evaluate.walk import Walked, walk
from edge.settings import CameraSettings, ModelSettings
from edge.settings import load as load_settings
from models import registry, scripted
from models.detector import Detector

LOOKS = 5.0
"""Looks a second, where nothing else is said."""

evaluate_app = typer.Typer(
    help="Score the walk against ground truth: tracking, events.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Video = Annotated[Path, typer.Argument(help="The recording.")]
TruthFile = Annotated[Path, typer.Option("--truth", help="Its people, MOTChallenge text.")]
Model = Annotated[str | None, typer.Option(help="A model's name or its weights; default: the configured or best one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Out = Annotated[Path | None, typer.Option(help="Write the JSON here, too.")]


@evaluate_app.command()
def tracking(
    video: Video,
    truth: TruthFile,
    detections: Annotated[
        Path | None, typer.Option(help="Play these boxes (MOTChallenge det.txt), on every frame; no model runs.")
    ] = None,
    dump_detections: Annotated[
        Path | None, typer.Option(help="Let the model look at every frame, write its people here, and play them.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(help="Trackers for the same boxes: sort,ocsort,bytetrack; sort@0.5: from which score they begin."),
    ] = None,
    model: Model = None,
    detect_fps: Annotated[
        float | None, typer.Option(min=0.1, help="At most so many looks a second. [5; boxes that are played: all]")
    ] = None,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """MOTA, IDF1, HOTA and id switches of the walk's tracks, and of other trackers on the same boxes.

    Boxes that are played at --detect-fps are scored on the frames that were looked at alone.
    """
    _quiet()
    with _refusals():
        wanted = mot.read(truth)
        rivals = {name: rival(name) for name in (against or "").split(",") if name}
        if rivals and not (detections or dump_detections):
            raise RivalError("--against needs boxes that are the same for all: --detections or --dump-detections")
        if dump_detections is not None:
            dump(video, _detector(model, ModelSettings()), dump_detections)
            detections = dump_detections
        if detections is not None:
            found = _given(video, detections, detect_fps)
            wanted = {look: wanted.get(number, ()) for look, number in enumerate(found.numbers, start=1)}
            walked = _walked(_filmed(video, found.rate), found.detector(), Site(), found.numbers)
        else:
            walked = _walked(_filmed(video, detect_fps or LOOKS), _detector(model, ModelSettings()), Site())
        scored = score_tracking(wanted, observed(walked.looks)).document()
        others = {name: score_tracking(wanted, associate(found, make)).document() for name, make in rivals.items()}
    document = _head(video, truth, walked) | scored | ({"against": others} if others else {})
    tell.document(document, out)
    if as_json:
        tell.print_json(document)
    else:
        tell.print_table(_figures(video, {"ours": scored} | others))


@evaluate_app.command()
def events(
    video: Video,
    truth: TruthFile,
    config: Annotated[Path, typer.Option(help="An edge's YAML with the camera's zones, lines and rules.")],
    camera: Annotated[str | None, typer.Option(help="Which of its cameras, where it has several.")] = None,
    model: Model = None,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Precision, recall, F1 and delay of zone entries and of each rule's events (people only)."""
    _quiet()
    with _refusals():
        wanted = mot.read(truth)
        edge = load_settings(config)
        chosen = _camera(edge.cameras, camera).model_copy(update={"source": str(video), "start_at": None})
        site = Site(site=edge.site, edge=edge.edge, timezone=edge.timezone, min_score=edge.model.min_score)
        walked = _walked(chosen, _detector(model, edge.model), site)
        rows = score_events(chosen, wanted, walked)
    document = _head(video, truth, walked) | {"rows": [row.document() for row in rows]}
    tell.document(document, out)
    if as_json:
        tell.print_json(document)
    else:
        tell.print_table(_agreement(video, rows))


def _quiet() -> None:
    """Standard output is for the scores, standard error for what went wrong."""
    if not structlog.is_configured():
        log.configure(level=logging.WARNING)


def _camera(cameras: Sequence[CameraSettings], name: str | None) -> CameraSettings:
    found = [one for one in cameras if name in (None, one.name)]
    if len(found) != 1:
        raise SettingsError(f"which camera filmed it? Say --camera with one of {', '.join(c.name for c in cameras)}")
    return found[0]


def _detector(name: str | None, configured: ModelSettings) -> Detector:
    if name is None:
        return registry.load(configured.name, configured.weights, configured.threads)
    path = Path(name)
    return registry.load("auto", path) if path.exists() else registry.load(name)


def _filmed(video: Path, detect_fps: float) -> CameraSettings:
    return default_camera(camera_name(video.name), str(video), detect_fps=detect_fps, as_fast_as_possible=True)


def _given(video: Path, detections: Path, fps: float | None) -> Given:
    """The boxes of a file, for the frames of a video. Raises TruthError where it has none."""
    source = open_source(_filmed(video, LOOKS), SystemClock(), threading.Event())
    found = given(source, scripted.load(detections), Site().min_score, fps)
    if not found.numbers:
        raise mot.TruthError(f"{video}: no frame to score ({source.counters.error})")
    return found


def _walked(camera: CameraSettings, detector: Detector, site: Site, only: Sequence[int] | None = None) -> Walked:
    """The walk, behind a progress bar where somebody watches. Raises TruthError where the file gave no frame."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(Path(camera.source).name, total=None)
        walked = walk(
            camera,
            detector,
            site=site,
            only=only,
            progress=lambda at_s, promised_s: progress.update(bar, completed=at_s, total=promised_s),
        )
    if not walked.looks:
        raise mot.TruthError(f"{camera.source}: no frame to score ({walked.fault})")
    return walked


def _head(video: Path, truth: Path, walked: Walked) -> dict[str, object]:
    return {
        "video": video.name,
        "truth": truth.name,
        "model": walked.model,
        "frames": len(walked.looks),
        "inferences": walked.inferences,
        "fault": walked.fault,
    }


def _figures(video: Path, rows: Mapping[str, Mapping[str, float | int]]) -> Table:
    table = Table("", "MOTA", "IDF1", "HOTA", "id switches", "precision", "recall", title=video.name)
    names = ("mota", "idf1", "hota", "id_switches", "precision", "recall")
    for tracker, scored in rows.items():
        table.add_row(tracker, *(tell.figure(scored[name]) for name in names))
    return table


def _agreement(video: Path, rows: Sequence[Row]) -> Table:
    table = Table(
        "question", "place", "found", "due", "matched", "precision", "recall", "F1", "delay s", title=video.name
    )
    for row in rows:
        name = row.kind if row.kind == "zone_entry" else f"{row.name} ({row.kind})"
        if row.score is None:
            table.add_row(name, row.place, row.note)
            continue
        one = row.score
        counts = (str(count) for count in (one.found, one.wanted, one.matched))
        table.add_row(
            name, row.place, *counts, *(tell.figure(rate) for rate in (one.precision, one.recall, one.f1, one.delay_s))
        )
    return table


class _refusals:  # noqa: N801 - reads as what it is: with _refusals():
    """Turns an input that can't be used into one line and exit code 2."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(
            error, mot.TruthError | RivalError | SettingsError | registry.ModelError | av.FFmpegError | OSError
        ):
            typer.echo(log.masked(str(error)), err=True)
            raise typer.Exit(2) from error
