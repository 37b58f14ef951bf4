"""``anninh bench ingest`` on both databases: its figures add up. No test asserts a time."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect
from typer.testing import CliRunner

from server.__main__ import app
from server.bench import place
from server.bench.ingest import measure
from server.bench.load import Load
from server.database import Database
from server.tables import IncidentRow
from tests.support.needs import ROOT
from tests.support.postgres import Postgres

TINY = ["--lifecycles", "30", "--edges", "2", "--cameras", "5", "--batch", "16", "--runs", "1"]
ROWS = {"events": 30, "event_revisions": 120, "evidence": 60, "incidents": 20}
"""30 lifecycles on 10 cameras: each camera has three events, of which the first two are one incident."""


def bench(*more: str) -> subprocess.CompletedProcess[str]:
    """The command on the tiny load, to its end."""
    line = [sys.executable, "-m", "server", "bench", "ingest", *TINY, "--json", *more]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def adds_up(measured: dict[str, Any]) -> None:
    """The counts are the load's, in both ways alike, and the figures agree with each other."""
    assert measured["ours"]["rows"] == measured["bare"]["rows"] == ROWS
    for way in ("ours", "bare"):
        figures = measured[way]
        assert figures["transactions"] == 8, "120 messages, 16 at a time"
        assert figures["messages_per_s"] == pytest.approx(4 * figures["lifecycles_per_s"], rel=0.01)
        assert figures["lifecycles_per_s"] == pytest.approx(30 / figures["seconds"], rel=0.01)
        assert 0 < figures["batch_ms_p50"] <= figures["batch_ms_p95"]
    assert measured["ratio"] == pytest.approx(measured["bare"]["seconds"] / measured["ours"]["seconds"], abs=0.002)
    assert measured["ratios"] == [measured["ratio"]]


def test_the_ingest_is_measured_on_sqlite_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "answers" / "ingest.json"
    folder = tmp_path / "work"
    folder.mkdir()
    done = bench("--out", str(out), "--folder", str(folder))
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document == json.loads(out.read_text(encoding="utf-8"))
    assert document["load"] == {"lifecycles": 30, "messages": 120, "batch": 16, "edges": 2, "cameras": 10}
    (sqlite,) = document["databases"]
    assert sqlite["database"] == "sqlite"
    adds_up(sqlite)
    assert "sqlite run 1/1" in done.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.postgres
def test_the_ingest_is_measured_on_postgresql_in_a_schema_that_is_dropped(postgres: Postgres) -> None:
    url = postgres.database()
    done = bench("--database", url)
    assert done.returncode == 0, done.stderr
    databases = json.loads(done.stdout)["databases"]
    assert [each["database"] for each in databases] == ["sqlite", "postgresql"]
    for measured in databases:
        adds_up(measured)
    left = Database(url)
    assert inspect(left.engine).get_schema_names() == ["information_schema", "public"]
    assert inspect(left.engine).get_table_names() == []
    left.close()


@pytest.mark.parametrize("bench", ["ingest", "api", "criteria"])
@pytest.mark.parametrize(
    ("url", "code", "told"),
    [
        ("sqlite:///x.db", 2, "postgresql+psycopg://"),
        ("nonsense", 2, "postgresql+psycopg://"),
        ("postgresql+psycopg://x@127.0.0.1:1/y", 1, "check --database and its rights"),
    ],
)
def test_a_database_that_cannot_be_measured_is_refused_with_the_cure(
    bench: str, url: str, code: int, told: str
) -> None:
    size = TINY if bench == "ingest" else ["--incidents", "100", "--cameras", "1"]
    done = CliRunner().invoke(app, ["bench", bench, "--database", url, *size])
    assert done.exit_code == code
    assert told in done.stderr
    assert "Traceback" not in done.output


def test_every_run_is_told_and_the_median_one_is_reported() -> None:
    told: list[str] = []
    measured = measure(place.sqlite, Load(lifecycles=6, edges=1, cameras=2, batch=5), 3, told.append)
    assert len(told) == len(measured.ratios) == 3
    assert measured.ratio == sorted(measured.ratios)[1]
    assert measured.ours.rows[IncidentRow.__tablename__] == 4


def test_the_command_line_of_the_edge_makes_way_for_it() -> None:
    line = [sys.executable, "-m", "edge", "bench", "ingest", *TINY, "--json"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["bench"] == "ingest"


def test_lists_and_searches_of_a_full_database_are_timed(tmp_path: Path) -> None:
    out = tmp_path / "api.json"
    line = [
        "bench",
        "api",
        "--incidents",
        "3000",
        "--cameras",
        "5",
        "--runs",
        "2",
        "--json",
        "--out",
        str(out),
        "--folder",
        str(tmp_path),
    ]
    done = CliRunner().invoke(app, line)
    assert done.exit_code == 0, done.stderr
    document = json.loads(out.read_text(encoding="utf-8"))
    found = {each["name"]: each["found"] for each in document["questions"]}
    assert (found["list "], found["list state:dismissed"], found["list no-such-word"]) == (30, 30, 0)
    assert found["review queue"] > 0
    assert all(0 < each["p50_ms"] <= each["p95_ms"] for each in document["questions"])
    assert list(tmp_path.iterdir()) == [out], "the database is gone"
