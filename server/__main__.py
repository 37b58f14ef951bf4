"""``python -m server`` (``anninh server``): run the server, or do at the machine what needs no sign-in.

Heavy things are imported by the command that needs them, so that ``--help`` and the small ones are quick.
"""

import importlib
import logging
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from server.role import ROLES, Role

if TYPE_CHECKING:
    from server.database import Database
    from server.settings import Settings

app = typer.Typer(
    help="The server: events become incidents, officers decide, criteria count.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Config = Annotated[Path, typer.Option("--config", help="The site's YAML; configs/site.yaml explains every key.")]
SITE_YAML = Path("configs/site.yaml")
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": list[str]()}


@app.command()
def run(
    config: Config = SITE_YAML,
    log_json: Annotated[bool, typer.Option(help="One JSON object a line, for a log collector.")] = False,
) -> None:
    """Run the server until SIGTERM or Ctrl-C. The first start makes an admin and prints its one-time password."""
    from server import log
    from server.running import Running

    loaded = _load(config)
    log.configure(as_json=log_json)
    try:
        running = Running(loaded)
    except (OSError, ValueError) as error:
        _fail(str(error))
    made = running.first_admin()
    if made is not None:
        name, password = made
        typer.echo(f"first sign-in: {name} / {password}   (told once; it must be replaced at the first sign-in)")
    if not running.serve():
        raise typer.Exit(1)


@app.command(context_settings=_PASS_ON)
def bench(context: typer.Context) -> None:
    """Measure the server on this machine."""
    bench_app = importlib.import_module("server.bench.command").app
    bench_app(args=list(context.args), prog_name="anninh server bench")


@app.command()
def migrate(config: Config = SITE_YAML) -> None:
    """Bring the database's tables to this version (``run`` does it too)."""
    _open(config).close()


@app.command("audit-verify")
def audit_verify(config: Config = SITE_YAML) -> None:
    """Read the whole audit log and check its chain of seals; ends with 1 at the first row that is not what was written.

    The printed seal, kept elsewhere, also shows later whether the log's end was cut off.
    """
    from server.store import audit

    database = _open(config)
    with database.read() as session:
        chain = audit.verify(session)
    database.close()
    if chain.broken is not None:
        _fail(f"audit log: row {chain.broken} is not what was written, or what stood before it is gone")
    typer.echo(f"audit log: {chain.rows} rows, whole; last seal {chain.head or 'none'}")


@app.command("edge-token")
def edge_token(
    site: Annotated[str, typer.Option(help="The edge's site, as its own YAML says.")],
    edge: Annotated[str, typer.Option(help="The edge's name.")],
    config: Config = SITE_YAML,
) -> None:
    """Register an edge, or replace its token, and print the token: this once, it is not kept."""
    from contract.names import SLUG_PATTERN
    from server import commands
    from server.clock import SystemClock

    for value in (site, edge):
        if not re.match(SLUG_PATTERN, value):
            _fail(f"{value!r} is no name: 1-64 of a-z, 0-9, _ and -, beginning with a letter or digit")
    database = _open(config)
    with database.transaction() as session:
        token = commands.edge_token(session, site, edge, SystemClock().now())
    database.close()
    typer.echo(token)


@app.command("user-add")
def user_add(
    username: Annotated[str, typer.Option(help="What is typed to sign in.")],
    role: Annotated[str, typer.Option(help=f"One of: {', '.join(ROLES)}.")],
    name: Annotated[str, typer.Option(help="What colleagues read; the user name when left out.")] = "",
    config: Config = SITE_YAML,
) -> None:
    """Make an account, or give one a new password and role. The password is read from standard input.

    With no password given, a one-time one is made and printed.
    """
    chosen: dict[str, Role] = {each: each for each in ROLES}
    if role not in chosen:
        _fail(f"--role {role}: one of {', '.join(ROLES)} is needed")
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,63}", username):
        _fail(f"--username {username}: 2-64 of a-z, 0-9, dot, _ and - are needed")
    from server import auth, commands
    from server.clock import SystemClock

    given = _read_password()
    password = given or auth.one_time_password()
    database = _open(config)
    password_hash = auth.hash_password(password)
    with database.transaction() as session:
        is_new = commands.put_account(
            session,
            username=username,
            display_name=name or username,
            role=chosen[role],
            password_hash=password_hash,
            is_one_time=not given,
            now=SystemClock().now(),
        )
    database.close()
    typer.echo(f"{'made' if is_new else 'changed'}: {username} ({role})" + ("" if given else f" / {password}"))


@app.command("retention")
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be deleted now.")] = False,
    config: Config = SITE_YAML,
) -> None:
    """Delete now what need not be kept any longer (``run`` does it by itself), or tell what that would be."""
    from server import commands
    from server.clock import SystemClock

    loaded = _load(config)
    database = _open(config)
    for line in commands.retention(loaded, database, SystemClock(), dry_run=dry_run):
        typer.echo(line)
    database.close()


@app.command("openapi")
def openapi() -> None:
    """Print the API's description: ``anninh server openapi > docs/openapi.json``."""
    from server import commands, log
    from server.app import create_app

    log.configure(level=logging.WARNING)
    typer.echo(commands.openapi(create_app), nl=False)


def _read_password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("password (empty: one is made)", default="", hide_input=True, show_default=False))
    return sys.stdin.readline().strip()


def _load(config: Path) -> "Settings":
    from contract.config import SettingsError
    from server import settings

    try:
        return settings.load(config)
    except SettingsError as error:
        _fail(str(error))


def _open(config: Path) -> "Database":
    """The database with its tables; what is logged goes to standard error, so that output is only the answer."""
    from server import log
    from server.database import Database

    log.configure(level=logging.WARNING)
    named = _load(config).database
    try:
        database = Database(named.url, pool_size=named.pool_size, password_file=named.password_file)
        database.migrate()
    except (OSError, ValueError) as error:
        _fail(str(error))
    return database


def _fail(message: str) -> NoReturn:
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
