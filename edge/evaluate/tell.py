"""How figures reach a person or a program: a table, or one JSON object."""

import json
from collections.abc import Mapping
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

WIDTH = 130
"""Columns of a table where standard output is no terminal, so that a pipe cuts no figure off."""


def figure(value: float | None) -> str:
    """Three decimals of a fraction; a count as it is; a dash for what has no value."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def document(found: Mapping[str, object], out: Path | None) -> None:
    """Write ``found`` as JSON to ``out``, where one is asked for. Raises OSError."""
    if out is not None:
        out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def print_json(found: Mapping[str, object]) -> None:
    """One line on standard output."""
    typer.echo(json.dumps(found, ensure_ascii=False))


def print_table(table: Table) -> None:
    """On standard output."""
    console = Console()
    Console(width=None if console.is_terminal else WIDTH).print(table)
