"""``anninh demo``: the whole system on this machine with nothing but Python: broker, SQLite, server, edge, a street."""

import json
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
import yaml

from edge.children import Children
from edge.defaults import default_camera
from edge.democheck import CheckFailed, Officer, check_path
from edge.settings import CameraSettings
from edge.signals import stop_on_signals

SITE, EDGE, OFFICER = "phuong-mau", "demo", "truc-ban"
STREET = "sim:street?seed=7"
CHECK_STREET = "sim:street?seed=7&seconds=90"
CHECK_S = 38.0
"""Then a check gives up unless told otherwise, so that with stopping it never takes more than 45 s."""
ROOT = Path(__file__).resolve().parents[1]


class DemoError(RuntimeError):
    """The demo cannot go on; the text says which part failed and shows its last words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where the demo runs and what it shows."""

    folder: Path
    sources: tuple[str, ...]
    is_fast: bool
    model: str
    host: str
    port: int
    broker_port: int

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{self.host}:{self.port}"


def demo(
    source: Annotated[
        list[str] | None,
        typer.Option(help="A file, rtsp://… or webcam:0; repeatable. Default: a simulated street.", show_default=False),
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Play files as fast as they decode.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Headless: exit 0 when an event was confirmed and counted, else 1.")
    ] = False,
    patience: Annotated[
        float,
        typer.Option(
            min=1.0, metavar="SECONDS", help="With --check: give up after so long; a busy machine needs more."
        ),
    ] = CHECK_S,
    model: Annotated[str, typer.Option(help="A detector of `anninh models list`; auto takes the best here.")] = "auto",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the pages; the next free one is taken when it is in use.")] = 8000,
    data_dir: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path("var/demo"),
) -> None:
    """Run the main job on this machine: cameras → events → incidents → criteria. Ctrl-C stops everything."""
    stop = stop_on_signals()
    began_s = time.monotonic()
    with _folder(data_dir, is_throwaway=check) as folder:
        plan = Plan(
            folder=folder,
            sources=tuple(source or [CHECK_STREET if check else STREET]),
            is_fast=fast or check,
            model=model,
            host=host,
            port=_free_port(host, 0 if check else port),
            broker_port=_free_port("127.0.0.1", 0),
        )
        try:
            _require_files(plan.sources)
            with Children(folder / "logs") as children:
                password = start(plan, children, stop)
                if check:
                    _check(plan, children, password, stop, began_s, patience)
                else:
                    _show(plan, children, password, stop)
        except (DemoError, CheckFailed) as error:
            typer.secho(str(error), err=True, fg="red")
            raise typer.Exit(1) from error


def start(plan: Plan, children: Children, stop: threading.Event) -> str:
    """Start broker, server and edge, each after the one it needs; returns the demo officer's password."""
    site, edge = _write_settings(plan)
    children.start("broker", ["-P", "-m", "edge", "broker", "--port", str(plan.broker_port)])
    _wait(children, stop, "broker", lambda: _listens("127.0.0.1", plan.broker_port))
    password = _password(plan.folder)
    token = _server(site, "edge-token", "--site", SITE, "--edge", EDGE)
    _server(site, "user-add", "--username", OFFICER, "--name", "Trực ban", "--role", "supervisor", secret=password)
    token_file = plan.folder / "edge-token"
    _write_secret(token_file, token.strip())
    children.start("server", ["-P", "-m", "server", "run", "--config", str(site)])
    _wait(children, stop, "server", lambda: _listens(plan.host, plan.port) and _answers(plan.address))
    children.start("edge", ["-P", "-m", "edge", "edge", "--config", str(edge)])
    return password


def cameras(plan: Plan, now: datetime) -> list[CameraSettings]:
    """One camera a source, with a zone over the whole picture. What is played fast has ended by ``now``."""
    return [
        default_camera(
            f"camera-{number}",
            text,
            label=_label(text, number),
            as_fast_as_possible=plan.is_fast and _has_end(text),
            loop=not plan.is_fast and _is_file(text),
            start_at=now - timedelta(hours=1) if plan.is_fast and _has_end(text) else None,
        )
        for number, text in enumerate(plan.sources, start=1)
    ]


def _show(plan: Plan, children: Children, password: str, stop: threading.Event) -> None:
    typer.echo(f"\n  {typer.style(plan.address, fg='cyan', bold=True)}   sign in: {OFFICER} / {password}")
    typer.echo(f"  API: {plan.address}/docs   logs: {plan.folder / 'logs'}   Ctrl-C stops everything\n")
    told = False
    seen: set[str] = set()
    with Officer(plan.address, OFFICER, password) as officer:
        while not stop.wait(2.0):
            _require_alive(children)
            told = told or _tell_model(children)
            for incident in reversed(officer.incidents()):
                if incident["code"] not in seen:
                    seen.add(incident["code"])
                    where = incident["camera_label"], incident["place_label"] or incident["place"]
                    typer.echo(f"  {incident['code']}  {incident['rule_kind']:<14} {' · '.join(where)}")
    typer.echo("  stopping…")


def _tell_model(children: Children) -> bool:
    """Say which detector looks, and how to get a better one; False while the edge has not chosen."""
    for line in children.log("edge").read_text(encoding="utf-8").splitlines():
        said = json.loads(line) if line.startswith("{") and line.endswith("}") else {}
        if said.get("event") == "model_ready":
            typer.echo(f"  detector: {said['model']}")
            if said["sha256"] is None:
                typer.echo("  (needs no weights and sees only what moves; better: `anninh models fetch yolo26n`)\n")
            return True
    return False


def _check(
    plan: Plan, children: Children, password: str, stop: threading.Event, began_s: float, patience_s: float
) -> None:
    """``patience_s``: from ``began_s`` on, of the monotonic clock."""

    def is_late() -> bool:
        return time.monotonic() > began_s + patience_s

    def must_end() -> bool:
        _require_alive(children)
        return stop.is_set() or is_late()

    try:
        with Officer(plan.address, OFFICER, password) as officer:
            summary = check_path(officer, must_end)
    except CheckFailed as error:
        late = f" within {patience_s:.0f} s; if this machine is busy, give it more with --patience" if is_late() else ""
        logs = "".join(f"\n{name}: {children.tail(name)}" for name in ("edge", "server"))
        raise CheckFailed(f"{error}{late}{logs}") from error
    played = yaml.safe_load((plan.folder / "edge.yaml").read_text(encoding="utf-8"))["cameras"][0].get("start_at")
    typer.echo(json.dumps({**summary, "played_from": played}, ensure_ascii=False, indent=2))


def _require_files(sources: tuple[str, ...]) -> None:
    """A file that is not there is worth saying before anything starts."""
    for text in sources:
        if _is_file(text) and not Path(text).is_file():
            raise DemoError(f"--source {text}: there is no such file")


def _write_settings(plan: Plan) -> tuple[Path, Path]:
    """The server's and the edge's YAML, as a person would write them."""
    site: dict[str, Any] = {
        "site": {"slug": SITE, "name_vi": "Phường Mẫu", "name_en": "Model Ward"},
        "database": {"url": f"sqlite:///{plan.folder / 'anninh.db'}"},
        "evidence_dir": str(plan.folder / "evidence"),
        "broker": {"url": f"mqtt://127.0.0.1:{plan.broker_port}"},
        "http": {"host": plan.host, "port": plan.port},
        "criteria_file": str(ROOT / "configs" / "criteria.yaml"),
    }
    edge: dict[str, Any] = {
        "site": SITE,
        "edge": EDGE,
        "data_dir": str(plan.folder / "edge"),
        "broker": {"url": f"mqtt://127.0.0.1:{plan.broker_port}"},
        "server": {"url": plan.address, "token_file": str(plan.folder / "edge-token")},
        "model": {"name": plan.model},
        "heartbeat_s": 2.0,
        # A clip comes when it is whole: on a busy street that is when it is full, and nobody waits a minute here.
        "clip": {"longest_s": 20.0},
        "cameras": [
            camera.model_dump(mode="json", exclude_defaults=True) for camera in cameras(plan, datetime.now(UTC))
        ],
    }
    paths = plan.folder / "site.yaml", plan.folder / "edge.yaml"
    for path, document in zip(paths, (site, edge), strict=True):
        path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return paths


def _server(config: Path, command: str, *arguments: str, secret: str = "") -> str:
    """Run one of the server's commands to its end; its output."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "server", command, "--config", str(config), *arguments],
        input=secret,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DemoError(f"`anninh server {command}` failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _password(folder: Path) -> str:
    """The demo officer's password: the same for as long as the demo's data lives."""
    path = folder / "sign-in"
    if not path.exists():
        _write_secret(path, secrets.token_urlsafe(9))
    return path.read_text(encoding="utf-8")


def _write_secret(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _wait(
    children: Children, stop: threading.Event, what: str, holds: Callable[[], bool], timeout_s: float = 30.0
) -> None:
    for _ in range(int(timeout_s / 0.1)):
        if holds():
            return
        _require_alive(children)
        if stop.wait(0.1):
            raise DemoError("stopped")
    raise DemoError(f"the {what} did not answer within {timeout_s:.0f} s:\n{children.tail(what)}")


def _require_alive(children: Children) -> None:
    dead = children.dead()
    if dead is not None:
        raise DemoError(f"the {dead} has ended by itself:\n{children.tail(dead)}")


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=1.0).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def _free_port(host: str, wanted: int) -> int:
    """``wanted``, or the next free one; 0: any."""
    for port in range(wanted, wanted + 50) if wanted else [0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoError(f"ports {wanted} to {wanted + 49} of {host} are in use; name another with --port")


def _is_file(text: str) -> bool:
    return "://" not in text and not text.startswith(("sim:", "webcam:"))


def _has_end(text: str) -> bool:
    return _is_file(text) or "seconds=" in text


def _label(text: str, number: int) -> str:
    if text.startswith("sim:"):
        return "Phố mô phỏng"
    return Path(text).stem if _is_file(text) else f"Camera {number}"


@contextmanager
def _folder(data_dir: Path, *, is_throwaway: bool) -> Iterator[Path]:
    """The demo's folder, absolute; a check starts from nothing and leaves nothing."""
    if is_throwaway:
        with tempfile.TemporaryDirectory(prefix="anninh-check-") as folder:
            yield Path(folder)
    else:
        data_dir.mkdir(parents=True, exist_ok=True)
        yield data_dir.resolve()
