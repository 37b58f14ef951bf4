"""The command line: quick to answer, one clear line for a mistake, credentials never shown."""

import io
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from edge import log
from tests.support.logs import log_as_before


def anninh(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "edge", *arguments], capture_output=True, text=True, check=False)


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    probe = (
        "import sys; from edge.__main__ import app; app(['--help'], standalone_mode=False);"
        "heavy = {'cv2', 'av', 'numpy', 'paho', 'amqtt', 'httpx', 'openvino'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in ("edge", "broker", "server", "analyze", "bench", "demo", "evaluate", "models"):
        assert command in done.stdout


@pytest.mark.parametrize("command", ["edge", "broker", "analyze", "bench", "demo", "evaluate", "models"])
def test_each_command_explains_itself(command: str) -> None:
    done = anninh(command, "--help")
    assert done.returncode == 0, done.stderr
    assert f"anninh {command}" in done.stdout or f"edge {command}" in done.stdout


def test_the_version_is_that_of_the_package() -> None:
    assert anninh("--version").stdout.strip()[0].isdigit()


def test_a_wrong_configuration_is_one_line_and_status_2(tmp_path: Path) -> None:
    config = tmp_path / "edge.yaml"
    config.write_text("site: a\nedge: b\ncameras: [{name: x, source: 'rtsp://u:s3cret@h/x', zons: {}}]")
    done = anninh("edge", "--config", str(config))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "cameras.0.zons: unknown key" in done.stderr
    assert "s3cret" not in done.stdout + done.stderr


def test_a_configuration_can_be_checked_without_starting(tmp_path: Path) -> None:
    config = tmp_path / "edge.yaml"
    config.write_text(f"site: a\nedge: b\ndata_dir: {tmp_path}/data\ncameras: [{{name: x, source: y}}]")
    done = anninh("edge", "--config", str(config), "--check-config")
    assert done.returncode == 0
    assert "1 cameras, 0 rules" in done.stdout
    assert not (tmp_path / "data").exists()


def test_a_model_that_is_not_there_is_one_line_and_status_2(tmp_path: Path) -> None:
    config = tmp_path / "edge.yaml"
    config.write_text(
        f"site: a\nedge: b\ndata_dir: {tmp_path}/data\nmodel: {{name: nowhere}}\ncameras: [{{name: x, source: y}}]"
    )
    done = anninh("edge", "--config", str(config))
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://admin:p%40ss@10.0.0.7:554/live", "rtsp://***@10.0.0.7:554/live"),
        ("mqtt://edge@broker:1883", "mqtt://***@broker:1883"),
        ("http://server:8000/api", "http://server:8000/api"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("password=geheim, user=x", "password=***, user=x"),
        ("at 12:30 a token bucket", "at 12:30 a token bucket"),
    ],
)
def test_credentials_are_masked_in_text(text: str, shown: str) -> None:
    assert log.masked(text) == shown


def fail(text: str) -> None:
    raise OSError(text)


def test_no_log_line_leaves_with_a_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    log.configure(as_json=True)
    structlog.get_logger("edge.x").warning("lost", camera="c", source="rtsp://u:s3cret@h/1", token="s3cret")
    logging.getLogger("somebody.else").warning("cannot reach %s", "http://u:s3cret@h/")
    try:
        fail("rtsp://u:s3cret@h/1 is gone")
    except OSError:
        structlog.get_logger("edge.x").warning("failed", exc_info=True)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["lost", "cannot reach http://***@h/", "failed"]
    assert "s3cret" not in stream.getvalue()
    assert lines[0]["camera"] == "c"


LOG = structlog.get_logger("edge.of_a_module")


def test_a_command_in_the_process_of_tests_leaves_the_log_as_it_was(caplog: pytest.LogCaptureFixture) -> None:
    with log_as_before():
        log.configure(as_json=True)
        LOG.warning("in_a_command")
    LOG.warning("after_it", camera="a1")
    assert [record.message for record in caplog.records] == ["after_it"]
