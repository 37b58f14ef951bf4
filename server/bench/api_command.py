"""``anninh bench api`` and ``bench criteria``: how long the pages of a full database take, as JSON or a table."""

import json
import os
import platform
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import make_url

from server.bench import place
from server.bench.api import Questions, Timed, lists_and_searches, measure, scoreboards
from server.bench.seed import Seed
from server.criteria import definition
from server.database import Database

DatabaseUrl = Annotated[
    str | None, typer.Option(help="A PostgreSQL URL to measure instead; a schema of its own is made and dropped.")
]
Incidents = Annotated[int, typer.Option(min=100, help="Incidents in the database, over 5 years.")]
Runs = Annotated[int, typer.Option(min=2, help="Times each question is asked.")]
CriteriaFile = Annotated[Path, typer.Option(exists=True, dir_okay=False)]
Folder = Annotated[
    Path | None, typer.Option(exists=True, file_okay=False, help="Where SQLite's temporary folder is made.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Out = Annotated[Path | None, typer.Option(help="Write the JSON to this file as well.")]


def api(
    database: DatabaseUrl = None,
    incidents: Incidents = 1_000_000,
    runs: Runs = 20,
    criteria: CriteriaFile = Path("configs/criteria.yaml"),
    folder: Folder = None,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Fill an empty database with made-up years of a ward and time its lists, searches and review queue."""
    _run("api", lists_and_searches, database, Seed(incidents=incidents), runs, criteria, folder, as_json, out)


def criteria(
    database: DatabaseUrl = None,
    incidents: Incidents = 1_000_000,
    runs: Runs = 20,
    criteria: CriteriaFile = Path("configs/criteria.yaml"),
    folder: Folder = None,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Fill an empty database with made-up years of a ward and time its scoreboards and drill-downs."""
    _run("criteria", scoreboards, database, Seed(incidents=incidents), runs, criteria, folder, as_json, out)


def _run(
    bench: str,
    asked: Questions,
    database: str | None,
    seed: Seed,
    runs: int,
    criteria: Path,
    folder: Path | None,
    as_json: bool,
    out: Path | None,
) -> None:
    where: Callable[[], AbstractContextManager[Database]] = partial(place.sqlite, folder)
    name = "sqlite"
    if database is not None:
        if make_url(database).get_backend_name() != "postgresql":
            raise typer.BadParameter("write postgresql+psycopg://user@host:port/name", param_hint="--database")
        where, name = partial(place.postgresql, database), "postgresql"
    with where() as opened:
        timed, overall = measure(opened, definition.load(criteria), seed, runs, partial(typer.echo, err=True), asked)
    document: dict[str, Any] = {
        "bench": bench,
        "software": version("camera-an-ninh"),
        "machine": {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "database": name,
        "incidents": seed.incidents,
        "runs": runs,
        "p95_ms": overall,
        "questions": [each.to_json() for each in timed],
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n", encoding="utf-8")
    if as_json:
        typer.echo(text)
    else:
        Console().print(_table(timed, overall))


def _table(timed: tuple[Timed, ...], overall: float) -> Table:
    table = Table("question", "p50 ms", "p95 ms", "found", caption=f"all answers: p95 {overall:.1f} ms")
    for each in timed:
        table.add_row(each.name, f"{each.p50_ms:.1f}", f"{each.p95_ms:.1f}", str(each.found))
    return table
