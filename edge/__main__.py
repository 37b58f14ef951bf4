"""``anninh``: the command line. Heavy things are imported by the command that needs them, so ``--help`` is quick."""

import importlib
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(
    help="Camera An Ninh: edge workers see, officers decide, criteria count.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

MOUNTED: dict[str, tuple[str, str, str]] = {
    "analyze": ("edge.analyze_command", "analyze_command", "Run the walk over recordings and say what it saw."),
    "bench": ("edge.bench.command", "bench_app", "Measure what edge and server cost, beside what is simpler."),
    "demo": ("edge.demo", "demo", "Run the main job on this machine; Ctrl-C stops everything."),
    "evaluate": ("edge.evaluate.command", "evaluate_app", "Score the walk against ground truth."),
    "models": ("models.cli", "models_app", "List, check, fetch and export detectors."),
}
"""Command → module, the function or typer app in it, one line of help. Imported only when it is called."""
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": list[str]()}


def main() -> None:
    """The console script."""
    app()


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("camera-an-ninh"))
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    pass


@app.command()
def edge(
    config: Annotated[Path, typer.Option(help="The edge's YAML; configs/edge.yaml explains every key.")] = Path(
        "configs/edge.yaml"
    ),
    check_config: Annotated[
        bool, typer.Option("--check-config", help="Only say whether the YAML can be used.")
    ] = False,
    log_json: Annotated[
        bool | None, typer.Option("--log-json/--log-text", help="Default: text on a terminal, else JSON.")
    ] = None,
) -> None:
    """Run the cameras of one edge until SIGTERM or Ctrl-C."""
    from contract.config import SettingsError
    from edge import log, settings

    try:
        loaded = settings.load(config)
    except SettingsError as error:
        _fail(str(error))
    if check_config:
        typer.echo(
            f"{config}: {len(loaded.cameras)} cameras, {sum(len(one.rules) for one in loaded.cameras)} rules: good"
        )
        return
    log.configure(as_json=log_json)
    from edge import supervisor

    try:
        supervisor.run(loaded)
    except supervisor.StartError as error:
        _fail(str(error))


@app.command()
def broker(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 1883,
) -> None:
    """Run the built-in MQTT broker: for a demo or one household."""
    from edge import broker as embedded
    from edge import log

    log.configure()
    try:
        embedded.run(host, port)
    except embedded.BrokerError as error:
        _fail(str(error))


@app.command(context_settings=_PASS_ON)
def server(context: typer.Context) -> None:
    """Run the server or one of its commands (``anninh server --help``)."""
    # The edge never imports the server: it makes way for it.
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "server", *context.args])  # noqa: S606 (our own interpreter)


def _fail(text: str) -> NoReturn:
    from edge.log import masked

    typer.secho(masked(text), err=True, fg="red")
    raise typer.Exit(2)


def _mounted(module: str, name: str, command: str) -> Callable[[typer.Context], None]:
    """A command that becomes ``name`` of ``module`` when it is called, ``--help`` included."""

    def call(context: typer.Context) -> None:
        found = getattr(importlib.import_module(module), name)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            alone.command()(found)
            found = alone
        found(args=list(context.args), prog_name=f"anninh {command}")

    return call


for _command, (_module, _name, _help) in MOUNTED.items():
    app.command(_command, help=_help, context_settings=_PASS_ON)(_mounted(_module, _name, _command))


if __name__ == "__main__":
    main()
