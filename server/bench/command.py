"""``anninh bench ingest``: figures of the server's ingest, as JSON."""

import json
import logging
import os
import platform
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from server import heap, log
from server.bench import place
from server.bench.api_command import api, criteria, postgresql, told_in_a_line
from server.bench.ingest import Measured, Place, measure
from server.bench.load import PHASES, Load

app = typer.Typer(help="Measure the server on this machine.", no_args_is_help=True)


app.command()(api)
app.command()(criteria)


@app.callback()
def _group() -> None:
    pass


@app.command()
def ingest(
    database: Annotated[
        str | None,
        typer.Option(help="A PostgreSQL URL to measure too; a schema of its own is made there and dropped."),
    ] = None,
    lifecycles: Annotated[int, typer.Option(min=1, help="Events, each told in 4 messages.")] = 4000,
    edges: Annotated[int, typer.Option(min=1, max=100, help="Edges that send.")] = 10,
    cameras: Annotated[int, typer.Option(min=1, max=200, help="Cameras of each edge.")] = 20,
    batch: Annotated[int, typer.Option(min=1, help="Messages a transaction; 2000 is the server's own limit.")] = 2000,
    runs: Annotated[int, typer.Option(min=1, help="Runs on each database; the one with the median ratio counts.")] = 3,
    folder: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Where SQLite's temporary folder is made.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines to read.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the JSON to this file as well.")] = None,
) -> None:
    """Compare the ingest of event lifecycles with a bare insert of the rows it makes: same tables, same transactions.

    The bare insert is SQLAlchemy Core's executemany of the final rows: it reads no message, checks nothing, places
    nothing. SQLite is measured always, as the server runs it: in a file, synchronous FULL.
    """
    load = Load(lifecycles=lifecycles, edges=edges, cameras=cameras, batch=batch)
    places: list[Place] = [partial(place.sqlite, folder)]
    if database is not None:
        places.append(partial(place.postgresql, postgresql(database)))
    log.configure(level=logging.WARNING)
    _tell(f"{lifecycles} lifecycles, {lifecycles * len(PHASES)} messages, {batch} a transaction")
    heap.settle()
    with told_in_a_line():
        measured = [measure(each, load, runs, _tell) for each in places]
    document = json.dumps(_document(load, measured), indent=2)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(document + "\n", encoding="utf-8")
    typer.echo(document if as_json else "\n".join(_lines(measured)))


def _document(load: Load, measured: list[Measured]) -> dict[str, object]:
    return {
        "bench": "ingest",
        "software": version("camera-an-ninh"),
        "machine": {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "load": {
            "lifecycles": load.lifecycles,
            "messages": load.lifecycles * len(PHASES),
            "batch": load.batch,
            "edges": load.edges,
            "cameras": load.edges * load.cameras,
        },
        "databases": [each.to_json() for each in measured],
    }


def _lines(measured: list[Measured]) -> list[str]:
    lines = ["database    way   lifecycles/s  messages/s  batch p50  p95 ms   CPU s  ratio"]
    for each in measured:
        for way, figures, ratio in (("bare", each.bare, 1.0), ("ours", each.ours, each.ratio)):
            lines.append(
                f"{each.database:<12}{way:<5}{figures.lifecycles_per_s:>13.0f}{figures.messages_per_s:>12.0f}"
                f"{figures.batch_ms_p50:>11.1f}{figures.batch_ms_p95:>8.1f}{figures.cpu_s:>8.2f}{ratio:>7.2f}"
            )
    return lines


def _tell(line: str) -> None:
    typer.echo(line, err=True)
