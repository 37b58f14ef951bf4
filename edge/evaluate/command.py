"""``anninh evaluate tracking`` and ``anninh evaluate events``."""

import logging
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
from edge.collector import Site
from edge.defaults import camera_name, default_camera
from edge.evaluate import mot, tell
from edge.evaluate.events import Row, score_events
from edge.evaluate.tracking import observed, score_tracking
from edge.evaluate.walk import Walked, walk
from edge.settings import CameraSettings, ModelSettings
from edge.settings import load as load_settings
from models import registry, scripted
from models.detector import Detector

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
        Path | None, typer.Option(help="Play these boxes (MOTChallenge det.txt) on every frame; no model runs.")
    ] = None,
    model: Model = None,
    detect_fps: Annotated[float, typer.Option(min=0.1, help="At most so many detections a second.")] = 5.0,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """MOTA, IDF1, HOTA and id switches of the walk's tracks."""
    _quiet()
    with _refusals():
        wanted = mot.read(truth)
        if detections is not None:
            detector: Detector = scripted.load(detections)
            detect_fps = _frame_rate(video)
        else:
            detector = _detector(model, ModelSettings())
        camera = default_camera(camera_name(video.name), str(video), detect_fps=detect_fps)
        walked = _walked(camera, detector, Site())
        scored = score_tracking(wanted, observed(walked.looks)).document()
    document = _head(video, truth, walked) | scored
    tell.document(document, out)
    if as_json:
        tell.print_json(document)
    else:
        tell.print_table(_figures(video, scored))


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


def _frame_rate(video: Path) -> float:
    """Frames a second as the header says; what is given on every frame comes at this rate."""
    with av.open(str(video)) as container:
        rate = container.streams.video[0].average_rate if container.streams.video else None
    return float(rate) if rate else 25.0


def _walked(camera: CameraSettings, detector: Detector, site: Site) -> Walked:
    """The walk, behind a progress bar where somebody watches. Raises TruthError where the file gave no frame."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(Path(camera.source).name, total=None)
        walked = walk(
            camera,
            detector,
            site=site,
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


def _figures(video: Path, scored: Mapping[str, float | int]) -> Table:
    table = Table("", "MOTA", "IDF1", "HOTA", "id switches", "precision", "recall")
    names = ("mota", "idf1", "hota", "id_switches", "precision", "recall")
    table.add_row(video.name, *(tell.figure(scored[name]) for name in names))
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
        if isinstance(error, mot.TruthError | SettingsError | registry.ModelError | av.FFmpegError | OSError):
            typer.echo(log.masked(str(error)), err=True)
            raise typer.Exit(2) from error
