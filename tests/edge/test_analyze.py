"""``anninh analyze``: the walk offline, its summary, its events file, its errors."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from contract.codec import decode
from contract.event import Event, Phase
from edge.analyze import analyze
from edge.analyze_command import analyze_command
from edge.collector import drawn
from edge.defaults import camera_name, default_camera
from models import registry
from tests.support.coded import a_video
from tests.support.driven_clock import DrivenClock
from tests.support.events import a_change
from tests.support.walk import BEGIN, frame

app = typer.Typer()
app.command()(analyze_command)
CONFIG = """
site: hoa-thuan
edge: khom4
model: {name: builtin}
cameras:
  - name: kho
    source: rtsp://camera/1
    zones: {all: {points: [[0, 0], [1, 0], [1, 1], [0, 1]]}}
    rules:
      - {name: xam-nhap, kind: intrusion, zone: all, classes: [person, motorcycle, car], dwell_s: 0.3, severity: high}
"""


def test_the_summary_adds_up_and_a_second_recording_follows_on_the_first(tmp_path: Path) -> None:
    recordings = [
        default_camera("one", str(a_video(tmp_path / "one.mp4", seconds=3)), start_at=BEGIN),
        default_camera("two", str(a_video(tmp_path / "two.mp4", seconds=2))),
    ]
    summary, events = analyze(recordings, lambda: registry.load("builtin"), DrivenClock())
    assert (summary.files, summary.frames) == (2, 50)
    assert summary.video_s == pytest.approx(2.9 + 1.9)
    assert sum(summary.stages.values()) <= summary.wall_s
    assert sum(summary.stages.values()) > 0.7 * summary.wall_s
    assert sum(summary.events.values()) == len([event for event in events if event.data.phase is Phase.OPENED])
    second = [event for event in events if event.source.endswith("/two")]
    assert all(event.data.started_at >= BEGIN + timedelta(seconds=2.9) for event in second)
    assert [int(event.sequence) for event in events] == list(range(len(events)))


def test_analysing_twice_gives_the_same_events(tmp_path: Path) -> None:
    camera = default_camera("one", str(a_video(tmp_path / "one.mp4", seconds=4)), start_at=BEGIN)
    first, second = (analyze([camera], lambda: registry.load("builtin"), DrivenClock())[1] for _ in range(2))
    assert first
    assert first == second


def test_the_command_writes_contract_messages_pictures_and_a_json_summary(tmp_path: Path) -> None:
    video = a_video(tmp_path / "kho.mp4", seconds=3)
    (tmp_path / "edge.yaml").write_text(CONFIG)
    out, pictures = tmp_path / "events.jsonl", tmp_path / "pictures"
    arguments = [
        str(video),
        "--config",
        str(tmp_path / "edge.yaml"),
        "--start-at",
        "2026-03-02T19:00:00+0700",
        "--json",
    ]
    result = CliRunner().invoke(app, [*arguments, "--out", str(out), "--evidence", str(pictures)])
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout.splitlines()[-1])
    assert summary["frames"] == 30
    assert summary["events"] == {"xam-nhap": 1}
    messages = [decode(line) for line in out.read_bytes().splitlines()]
    assert all(isinstance(message, Event) for message in messages)
    event = messages[0]
    assert isinstance(event, Event)
    assert event.source == "anninh:hoa-thuan/khom4/kho"
    assert BEGIN <= event.data.started_at <= BEGIN + timedelta(seconds=4)
    assert event.data.clock.basis == "file"
    assert len(list(pictures.glob("*.jpg"))) == 1


def test_standard_output_is_the_summary_and_nothing_else(tmp_path: Path) -> None:
    video = a_video(tmp_path / "kho.mp4", seconds=1)
    command = [sys.executable, "-m", "edge", "analyze", str(video), "--model", "builtin", "--json"]
    result = subprocess.run(command, capture_output=True, check=True, text=True)
    assert json.loads(result.stdout)["frames"] == 10


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["missing.mp4", "--model", "builtin"], 1, "cannot be opened"),
        (["missing.mp4", "--model", "no-such-model"], 2, "no such model"),
        (["missing.mp4", "--config", "none.yaml"], 2, "cannot be read"),
        (["missing.mp4", "--model", "builtin", "--out", "/no/such/folder/events.jsonl"], 2, "No such file"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], status: int, says: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == status
    assert says in result.output.replace("\n", " ")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/data/Camera 01.MP4", "camera-01"),
        ("rtsp://admin:secret@10.0.0.5/ch1", "ch1"),
        ("sim:street?seed=7", "street"),
        ("Đường.mp4", "ng"),
    ],
)
def test_a_camera_is_named_after_its_source_without_its_credentials(source: str, name: str) -> None:
    assert camera_name(source) == name
    assert camera_name(source, frozenset({name})) == f"{name}-2"


def test_a_picture_shows_no_box_of_somebody_who_has_gone() -> None:
    grey = frame(6.0)
    gone = replace(a_change(1), seen=frozenset())
    there = replace(a_change(1), seen=frozenset({57}))
    assert (drawn(grey, gone) == grey.image).all()
    assert (drawn(grey, there) != grey.image).any()
