"""``anninh bench edge VIDEO…``, and ``anninh bench ingest`` and ``api``, which are the server's."""

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from edge.bench.cameras import cameras
from edge.bench.measure import VARIANTS, Order
from edge.bench.report import figures, report, table
from edge.evaluate import tell
from edge.evaluate.mot import TruthError
from edge.evaluate.zone_entries import references

bench_app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@bench_app.callback()
def _bench() -> None:
    """What edge and server cost, beside what is simpler."""


@bench_app.command()
def edge(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO…", help="Recordings.")],
    model: Annotated[str, typer.Option(help="A model's name or its weights; the same for all.")] = "yolo11n_int8",
    truth: Annotated[
        Path | None, typer.Option(help="A table of zone intervals (zone_intervals.csv); its zones are asked about.")
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="So often; medians are told.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the JSON here, too.")] = None,
) -> None:
    """Processor time of bare decoding, the naive baseline (every frame; 5 a second) and the walk: each in a process of
    its own, one after the other, on one core."""
    console = Console(stderr=True)
    _check(videos, truth)
    found: dict[str, dict[str, Any]] = {}
    document = {"machine": _machine(), "model": model, "repeat": repeat, "videos": found}
    for video in videos:
        found[video.name] = report(_measured(console, video, model, truth, repeat))
        tell.document(document, out)  # what is measured is kept, whatever becomes of the next one
    if as_json:
        tell.print_json(document)
    else:
        for name, one in found.items():
            tell.print_table(table(name, one))


bench_app.command()(cameras)


@bench_app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def ingest(context: typer.Context) -> None:
    """The server's ingest of event lifecycles, beside a bare insert of the same rows."""
    _make_way("ingest", context.args)


@bench_app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def api(context: typer.Context) -> None:
    """The server's lists, searches and review queue over years of made-up incidents."""
    _make_way("api", context.args)


def _make_way(command: str, arguments: list[str]) -> None:
    """The edge never imports the server: it makes way for it."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "server", "bench", command, *arguments])  # noqa: S606 (our own interpreter)


def _check(videos: list[Path], truth: Path | None) -> None:
    """Minutes are not measured for a command line that can't be done."""
    try:
        for video in videos:
            if not video.is_file():
                raise FileNotFoundError(f"{video}: there is no such file")
            if truth is not None:
                references(truth, video.name)
    except (OSError, TruthError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def _measured(console: Console, video: Path, model: str, truth: Path | None, repeat: int) -> dict[str, Any]:
    """Variant → its figures. The variants take turns, so that what else the machine does falls on all of them."""
    runs: dict[str, list[dict[str, Any]]] = {variant: [] for variant in VARIANTS}
    core = _core()
    for turn in range(repeat):
        for variant, name in VARIANTS.items():
            console.print(f"{video.name}: {name} ({turn + 1} of {repeat})", highlight=False, markup=False)
            order = Order(
                variant=variant, video=str(video), model=model, truth=str(truth) if truth else None, core=core
            )
            runs[variant].append(_child(order))
    return {variant: figures(measured) for variant, measured in runs.items()}


def _child(order: Order) -> dict[str, Any]:
    """Measure in a child; what it refuses ends the command."""
    arguments = [sys.executable, "-m", "edge.bench.child", json.dumps(asdict(order))]
    # Libraries that ask the environment, not the affinity, how many threads to start.
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, env=os.environ | one_thread)
    if done.returncode != 0:
        typer.echo(done.stderr.strip() or f"{order.variant} ended with status {done.returncode}", err=True)
        raise typer.Exit(2)
    measured: dict[str, Any] = json.loads(done.stdout)
    if measured["frames"] == 0:
        typer.echo(f"{order.video}: no frame in it ({measured['fault']})", err=True)
        raise typer.Exit(2)
    return measured


def _core() -> int | None:
    """The core that the children are pinned to: the last one, as the first is where a system's interrupts go."""
    return max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None


def _machine() -> dict[str, object]:
    """What the figures were measured on, and how busy it was (load over the last minute)."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
