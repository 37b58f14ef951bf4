"""``anninh bench api`` and ``bench criteria``: how long the pages of a full database take, as JSON or a table."""

import json
import os
import platform
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from server import heap
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
Cameras = Annotated[int, typer.Option(min=1, max=5000, help="Cameras, each with 5 years of hours.")]
Keep = Annotated[
    bool,
    typer.Option(help="Leave the database there (a file in --folder, a schema) and use what an earlier run left."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Out = Annotated[Path | None, typer.Option(help="Write the JSON to this file as well.")]


def api(
    database: DatabaseUrl = None,
    incidents: Incidents = 1_000_000,
    cameras: Cameras = 200,
    runs: Runs = 20,
    criteria: CriteriaFile = Path("configs/criteria.yaml"),
    folder: Folder = None,
    keep: Keep = False,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Fill an empty database with made-up years of a ward and time its lists, searches and review queue."""
    where = _Where(database=database, folder=folder, keep=keep)
    _run("api", lists_and_searches, where, Seed(incidents=incidents, cameras=cameras), runs, criteria, as_json, out)


def criteria(
    database: DatabaseUrl = None,
    incidents: Incidents = 1_000_000,
    cameras: Cameras = 200,
    runs: Runs = 20,
    criteria: CriteriaFile = Path("configs/criteria.yaml"),
    folder: Folder = None,
    keep: Keep = False,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Fill an empty database with made-up years of a ward and time its scoreboards and drill-downs."""
    where = _Where(database=database, folder=folder, keep=keep)
    _run("criteria", scoreboards, where, Seed(incidents=incidents, cameras=cameras), runs, criteria, as_json, out)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """Which database is measured."""

    database: str | None
    folder: Path | None
    keep: bool

    @property
    def kind(self) -> str:
        return "sqlite" if self.database is None else "postgresql"

    def open(self, name: str) -> AbstractContextManager[Database]:
        """``name``: of what is kept."""
        if self.database is None:
            return place.kept_sqlite(self.folder or Path(), name) if self.keep else place.sqlite(self.folder)
        url = postgresql(self.database)
        return place.kept_postgresql(url, name) if self.keep else place.postgresql(url)


def postgresql(url: str) -> str:
    """The ``--database`` of a command line, if it names one. Raises typer.BadParameter."""
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend != "postgresql":
        raise typer.BadParameter("write postgresql+psycopg://user@host:port/name", param_hint="--database")
    return url


@contextmanager
def told_in_a_line() -> Iterator[None]:
    """What a database refuses ends the command with one line."""
    try:
        yield
    except SQLAlchemyError as error:
        line = f"the database can't be measured: {str(error).splitlines()[0]}; check --database and its rights"
        typer.echo(line, err=True)
        raise typer.Exit(1) from error


def _run(
    bench: str,
    asked: Questions,
    where: _Where,
    seed: Seed,
    runs: int,
    criteria: Path,
    as_json: bool,
    out: Path | None,
) -> None:
    with told_in_a_line(), where.open(f"anninh_bench_{seed.incidents}_{seed.cameras}") as opened:
        heap.settle()
        timed, overall = measure(opened, definition.load(criteria), seed, runs, partial(typer.echo, err=True), asked)
    document: dict[str, Any] = {
        "bench": bench,
        "software": version("camera-an-ninh"),
        "machine": {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "database": where.kind,
        "incidents": seed.incidents,
        "cameras": seed.cameras,
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
    table = Table("question", "first ms", "p50 ms", "p95 ms", "found", caption=f"all answers: p95 {overall:.1f} ms")
    for each in timed:
        table.add_row(each.name, f"{each.first_ms:.1f}", f"{each.p50_ms:.1f}", f"{each.p95_ms:.1f}", str(each.found))
    return table
