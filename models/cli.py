"""``anninh models …``: which models are here, whether they see, how to get and make better ones."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from models import catalog, registry, selftest
from models.errors import ModelError

models_app = typer.Typer(help="Detection models: list, check, fetch, export, evaluate.", no_args_is_help=True)

WEIGHTS = Path(__file__).parent / "weights"
Threads = Annotated[int, typer.Option(min=1, help="Processor threads for one picture.")]


@models_app.command("list")
def list_models() -> None:
    """Show the weights that are here, best first, and what can be fetched."""
    console = Console()
    table = Table("weights", "input", "classes", "licence", "mAP", Column("where", overflow="fold"))
    for path in registry.found():
        try:
            detector = registry.open_unchecked(path)
        except ModelError as error:
            table.add_row(path.name, "", "", "", "", f"unreadable: {error.reason}")
            continue
        entry = catalog.by_digest(detector.info.sha256)
        size = "×".join(map(str, detector.info.input_size or ()))
        licence = entry.licence if entry else "not in the catalogue"
        precision = f"{entry.map50_95:.3f}" if entry and entry.map50_95 is not None else ""
        table.add_row(path.name, size, str(len(detector.classes)), licence, precision, str(path.parent))
    table.add_row("builtin", "any", "3", "Apache-2.0", "", "needs no weights; sees only what moves")
    console.print(table)
    console.print("To be fetched:", ", ".join(name for name, entry in catalog.read().items() if entry.can_fetch))


@models_app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders; without: all that are found.")] = None,
    threads: Threads = 1,
) -> None:
    """Self-test: does it see? Exits 1 if any is refused."""
    table = Table(Column("weights", overflow="fold"), "verdict", "why")
    refused = 0
    for path in paths or registry.found():
        try:
            result = selftest.check(registry.open_unchecked(path, threads), str(path))
            table.add_row(path.name, "[green]sees[/green]", str(result))
        except ModelError as error:
            refused += 1
            table.add_row(path.name, "[red]refused[/red]", error.reason)
    if not table.row_count:
        folders = ", ".join(str(folder) for folder in registry.folders())
        typer.echo(f"No weights in {folders}: the built-in detector runs. Get better: anninh models fetch yolo26n")
    else:
        Console().print(table)
    if refused:
        raise typer.Exit(1)


@models_app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="A name that `anninh models list` says can be fetched.")],
    calibrate: Annotated[Path | None, typer.Option(help="A folder of pictures: makes the network INT8.")] = None,
) -> None:
    """Download official weights and export them to OpenVINO, once."""
    from models import fetch as fetching

    with _refusals():
        made = fetching.fetch(name, WEIGHTS, calibrate=calibrate)
    _report(made)


@models_app.command()
def export(
    weights: Annotated[Path, typer.Argument(help="A .pt that you trust: loading it runs the code inside it.")],
    int8: Annotated[bool, typer.Option("--int8", help="8-bit numbers: about three times as fast.")] = False,
    calibrate: Annotated[Path | None, typer.Option(help="A folder of pictures as the cameras see; for --int8.")] = None,
    form: Annotated[str, typer.Option("--format", help="openvino or onnx.")] = "openvino",
    imgsz: Annotated[int, typer.Option(help="Height and width of the network's picture.")] = 640,
    out: Annotated[Path, typer.Option(help="Where to.")] = WEIGHTS,
) -> None:
    """Export your own .pt to what an edge runs."""
    from models import export as exporting

    with _refusals():
        if form not in ("openvino", "onnx"):
            raise ModelError(weights, f"can't become {form!r}; the formats are openvino and onnx")
        if int8 != (calibrate is not None):
            raise ModelError(weights, "--int8 and --calibrate FOLDER belong together")
        chosen: exporting.Form = "onnx" if form == "onnx" else "openvino"
        made = exporting.export(weights, out, form=chosen, size=imgsz, calibrate=calibrate)
    _report(made)


@models_app.command()
def evaluate(
    weights: Annotated[str, typer.Argument(help="A file, a folder, or a name such as builtin.")],
    images: Annotated[Path | None, typer.Option(help="A folder with images/ and labels/ (YOLO).")] = None,
    video: Annotated[Path | None, typer.Option(help="A video; with --boxes.")] = None,
    boxes: Annotated[Path | None, typer.Option(help="Its people in MOTChallenge text.")] = None,
    threads: Threads = 1,
) -> None:
    """Measure precision and speed; prints JSON."""
    import cv2

    from models import evaluate as evaluating

    cv2.setNumThreads(threads)
    with _refusals():
        path = Path(weights)
        detector = registry.open_unchecked(path, threads) if path.exists() else registry.load(weights, None, threads)
        if images is not None:
            samples = evaluating.labelled_pictures(images)
        elif video is not None and boxes is not None:
            samples = evaluating.labelled_video(video, boxes)
        else:
            raise ModelError(weights, "needs --images FOLDER, or --video FILE and --boxes FILE")
        measured = evaluating.evaluate(detector, samples)
    typer.echo(json.dumps(measured.as_dict()))


class _refusals:  # noqa: N801 - reads as what it is: with _refusals():
    """Turns a ModelError into its one line and exit code 1."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ModelError):
            typer.echo(f"refused: {error}", err=True)
            raise typer.Exit(1) from error


def _report(made: Path) -> None:
    """Say what was made and whether it sees."""
    typer.echo(f"made {made}")
    try:
        typer.echo(f"self-test: {selftest.check(registry.open_unchecked(made), str(made))}")
    except ModelError as error:
        typer.echo(f"self-test: it would be refused: {error.reason}", err=True)
        raise typer.Exit(1) from error
