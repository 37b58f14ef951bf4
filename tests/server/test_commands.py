"""``python -m server``: what an operator types, as real processes."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml
from typer.testing import CliRunner

from server.__main__ import app
from tests.support.needs import ROOT
from tests.support.process import answer, free_port, wait_until

NAMES = {"slug": "hoa-thuan", "name_vi": "Phường Hòa Thuận", "name_en": "Hoa Thuan Ward"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A site's YAML; the broker is nobody's port."""
    path = tmp_path / "site.yaml"
    document = {
        "site": NAMES,
        "database": {"url": f"sqlite:///{tmp_path / 'anninh.db'}"},
        "evidence_dir": str(tmp_path / "evidence"),
        "broker": {"url": f"mqtt://127.0.0.1:{free_port()}"},
        "http": {"port": free_port()},
    }
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return path


def command(config: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """One of the server's commands, to its end."""
    line = [sys.executable, "-m", "server", *arguments, "--config", str(config)]
    return subprocess.run(line, cwd=ROOT, input=given, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [(["--help"], "fastapi,uvicorn,sqlalchemy,pydantic"), (["migrate", "--config", "{}"], "fastapi,uvicorn,argon2")],
)
def test_what_a_command_does_not_need_is_not_imported(config: Path, arguments: list[str], unneeded: str) -> None:
    probe = (
        "import sys; from server.__main__ import app; app(sys.argv[2:], standalone_mode=False);"
        "found = set(sys.argv[1].split(',')) & set(sys.modules); sys.exit(f'imported {found}' if found else 0)"
    )
    line = [sys.executable, "-c", probe, unneeded, *(each.format(config) for each in arguments)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["migrate", "run"])
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "sqlite:///file or postgresql+psycopg://"),
        ("postgres://x:s3cret@db/anninh", "sqlite:///file or postgresql+psycopg://"),
        ("postgresql+psycopg://x:s3cret@127.0.0.1:1/anninh", "cannot be used: connection failed"),
        ("sqlite:////proc/anninh.db", "cannot be used: unable to open database file"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(config: Path, name: str, url: str, told: str) -> None:
    document = yaml.safe_load(config.read_text())
    document["database"] = {"url": url}
    config.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    done = CliRunner().invoke(app, [name, "--config", str(config)])
    assert done.exit_code == 1
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "s3cret" not in done.output


def test_an_edge_gets_a_token_and_nothing_else_is_printed(config: Path) -> None:
    first = command(config, "edge-token", "--site", "hoa-thuan", "--edge", "khom4")
    second = command(config, "edge-token", "--site", "hoa-thuan", "--edge", "khom4")
    assert (first.returncode, len(first.stdout.split())) == (0, 1)
    assert first.stdout != second.stdout


def test_an_altered_audit_log_is_found(config: Path, tmp_path: Path) -> None:
    command(config, "edge-token", "--site", "hoa-thuan", "--edge", "khom4")
    command(config, "user-add", "--username", "tran.b", "--role", "officer")
    whole = CliRunner().invoke(app, ["audit-verify", "--config", str(config)])
    assert (whole.exit_code, whole.stdout.startswith("audit log: 2 rows, whole; last seal ")) == (0, True)
    with sqlite3.connect(tmp_path / "anninh.db") as connection:
        connection.execute("UPDATE audit SET subject = 'nobody' WHERE id = 1")
    broken = CliRunner().invoke(app, ["audit-verify", "--config", str(config)])
    assert (broken.exit_code, "row 1 is not what was written" in broken.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["edge-token", "--site", "Hòa Thuận", "--edge", "a"], "is no name"),
        (["user-add", "--username", "tran.b", "--role", "chief"], "viewer, officer, supervisor, admin"),
        (["user-add", "--username", "Trần B", "--role", "officer"], "--username"),
    ],
)
def test_a_wrong_word_is_answered_with_one_line(config: Path, arguments: list[str], expected: str) -> None:
    done = CliRunner().invoke(app, [*arguments, "--config", str(config)])
    assert (done.exit_code, done.stdout) == (1, "")
    assert expected in done.stderr


def test_a_wrong_configuration_is_answered_with_one_line(config: Path) -> None:
    config.write_text("site: {slug: x}\nbrokre: {}\n")
    done = CliRunner().invoke(app, ["run", "--config", str(config)])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "brokre: unknown key" in done.stderr


def test_the_server_runs_signs_an_account_in_and_stops_on_sigterm(config: Path) -> None:
    made = command(config, "user-add", "--username", "tran.b", "--role", "officer", given="mot cau de nho\n")
    assert made.stdout == "made: tran.b (officer)\n"
    changed = command(config, "user-add", "--username", "tran.b", "--role", "officer")
    password = changed.stdout.split()[-1]
    port = yaml.safe_load(config.read_text())["http"]["port"]
    server = subprocess.Popen(
        [sys.executable, "-m", "server", "run", "--config", str(config)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        wait_until(lambda: answer(port, "/healthz"), "the server")
        signed_in = httpx.post(
            f"http://127.0.0.1:{port}/api/v1/session", json={"username": "tran.b", "password": password}
        )
        assert signed_in.status_code == 200
        server.send_signal(signal.SIGTERM)
        output, _ = server.communicate(timeout=5)
    finally:
        server.kill()
        server.wait()
    assert "first sign-in" not in output, "there is an account already"
    assert password not in output
    assert "level=error" not in output
