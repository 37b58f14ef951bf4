"""``anninh analyze VIDEO…``: recordings in, events out."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from contract.config import SettingsError
from contract.event import Event
from edge import log
from edge.analyze import Summary, analyze
from edge.clock import SystemClock
from edge.collector import Site, write
from edge.defaults import camera_name, default_camera
from edge.settings import CameraSettings, EdgeSettings, ModelSettings
from edge.settings import load as load_settings
from edge.worker import Load
from models import registry


def analyze_command(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO…", help="Recordings, in order.")],
    config: Annotated[
        Path | None, typer.Option(help="An edge's YAML; without it any person or vehicle counts.")
    ] = None,
    camera: Annotated[str | None, typer.Option(help="Which camera of --config filmed them.")] = None,
    start_at: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z"], help="When the first begins, with its zone.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the events here, one JSON message a line.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    evidence: Annotated[Path | None, typer.Option(help="A folder for a picture of each event.")] = None,
    model: Annotated[str | None, typer.Option(help="A model's name instead of the configured one.")] = None,
) -> None:
    """Run the walk over recordings as fast as they decode, and say what it saw."""
    if not structlog.is_configured():
        # Standard output is for the summary; what went well needs no line beside the progress bar.
        log.configure(level=logging.WARNING)
    console = Console(stderr=True)
    try:
        edge = load_settings(config) if config is not None else None
        recordings = cameras(videos, edge, camera, start_at)
        load = loader(edge.model if edge is not None else ModelSettings(), model)
        _prepare(out, evidence)
    except (SettingsError, registry.ModelError, OSError) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(2) from error
    summary, events = _analyze(console, recordings, load, _site(edge), evidence)
    if out is not None:
        write(out, events)
    _print(summary, as_json)
    raise typer.Exit(1 if summary.frames == 0 else 0)


def cameras(
    videos: Sequence[Path], edge: EdgeSettings | None, camera: str | None, start_at: datetime | None
) -> list[CameraSettings]:
    """The camera each recording is analysed as. Raises SettingsError where ``camera`` is not in ``edge``."""
    if edge is None:
        made: list[CameraSettings] = []
        for video in videos:
            name = camera or camera_name(video.name, frozenset(one.name for one in made))
            made.append(default_camera(name, str(video)))
    else:
        names = [one.name for one in edge.cameras]
        if camera is None and len(names) > 1:
            raise SettingsError(f"which camera filmed it? Say --camera with one of {', '.join(names)}")
        if camera is not None and camera not in names:
            raise SettingsError(f"--camera {camera}: the configuration has {', '.join(names)}")
        chosen = next(one for one in edge.cameras if camera in (None, one.name))
        made = [chosen.model_copy(update={"source": str(video), "start_at": None}) for video in videos]
    if start_at is not None:
        made[0] = made[0].model_copy(update={"start_at": start_at})
    return made


def _prepare(out: Path | None, evidence: Path | None) -> None:
    """Find out before hours of work whether the results can be written. Raises OSError."""
    if out is not None:
        out.touch()
    if evidence is not None:
        evidence.mkdir(parents=True, exist_ok=True)


def _analyze(
    console: Console, recordings: Sequence[CameraSettings], load: Load, site: Site, evidence: Path | None
) -> tuple[Summary, list[Event]]:
    """The analysis, behind a progress bar where somebody watches."""
    with _progress(console) as progress:
        bars = {one.source: progress.add_task(Path(one.source).name, total=None) for one in recordings}

        def show(one: CameraSettings, promised_s: float | None, at_s: float) -> None:
            progress.update(bars[one.source], completed=at_s, total=promised_s)

        return analyze(
            recordings,
            load,
            SystemClock(),
            site=site,
            pictures=evidence,
            watch=lambda one, promised_s, frame, _: show(one, promised_s, frame.pts_s),
        )


def _site(edge: EdgeSettings | None) -> Site:
    if edge is None:
        return Site()
    return Site(site=edge.site, edge=edge.edge, timezone=edge.timezone, min_score=edge.model.min_score)


def loader(model: ModelSettings, name: str | None) -> Load:
    """Loads the detector once, or once a recording where it remembers frames. Raises registry.ModelError."""
    new = partial(registry.load, name or model.name, model.weights, model.threads)
    first = new()
    return new if first.needs_motion else lambda: first


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _print(summary: Summary, as_json: bool) -> None:
    document = summary.document()
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    speed = summary.video_s / summary.wall_s if summary.wall_s else 0.0
    lines = [
        f"{summary.frames} frames, {summary.video_s:.1f} s of video in {summary.wall_s:.1f} s ({speed:.0f} × as fast)",
        f"processor {summary.cpu_s:.1f} s; {summary.inferences} inferences by {summary.model}",
        "stages: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in summary.stages.items()),
        "events: " + (", ".join(f"{name} {count}" for name, count in summary.events.items()) or "none"),
    ]
    lines += [f"{path}: {fault}" for path, fault in summary.faults.items()]
    typer.echo("\n".join(lines))
