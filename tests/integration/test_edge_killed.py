"""The edge's power is cut in the middle of a recording: the real process, a real broker, the real server."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sql
import yaml

from tests.support.film import street
from tests.support.fixtures import Mosquitto
from tests.support.process import answer, free_port, wait_until

SITE, EDGE = "hoa-thuan", "khom4"
RULE = {"name": "nguoi", "kind": "intrusion", "zone": "ca", "dwell_s": 0.5, "close_s": 1, "cool_s": 0}
LOOKS = {
    "start_at": "2026-03-02T19:00:00+07:00",
    "zones": {"ca": {"points": [[0, 0], [1, 0], [1, 1], [0, 1]]}},
    "rules": [RULE],
}
STREET = {"name": "pho", "source": "sim:street?seed=7&seconds=9&people=6", **LOOKS}


@contextmanager
def office(folder: Path, broker_url: str) -> Iterator[tuple[int, str, Path]]:
    """A server that runs: its port, its database and the token file of the edge."""
    port, url = free_port(), f"sqlite:///{folder}/anninh.db"
    config = folder / "site.yaml"
    document = {
        "site": {"slug": SITE, "name_vi": "Thử nghiệm", "name_en": "Test"},
        "database": {"url": url},
        "evidence_dir": str(folder / "evidence"),
        "broker": {"url": broker_url},
        "http": {"port": port},
    }
    config.write_text(yaml.safe_dump(document))
    command = [sys.executable, "-m", "server", "edge-token", "--config", str(config), "--site", SITE, "--edge", EDGE]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    token = folder / "token"
    token.write_text(made.stdout.strip())
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "run", "--config", str(config)], stdout=log, stderr=log
        )
    try:
        wait_until(lambda: answer(port, "/healthz"), "the server to answer")
        yield port, url, token
    finally:
        process.kill()
        process.wait()


@contextmanager
def running(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``anninh edge``, killed with SIGKILL at the end of the block."""
    with (config.parent / "edge.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "edge", "edge", "--config", str(config)], stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def asked(url: str, question: str) -> list[tuple[object, ...]]:
    """Rows of a database that others write to."""
    engine = sql.create_engine(url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sql.text(question))]
    except sql.exc.OperationalError:
        return []
    finally:
        engine.dispose()


@pytest.mark.broker
def test_a_power_cut_in_a_recording_loses_doubles_and_leaves_nothing(tmp_path: Path, mosquitto: Mosquitto) -> None:
    """Cut while an event is open, again soon after the start, then left to finish the same recording."""
    with office(tmp_path, mosquitto.url) as (port, database, token):
        config, film = tmp_path / "edge.yaml", tmp_path / "film.mp4"
        film.write_bytes(street(seconds=6.0).clip)
        cameras = [STREET, {"name": "ghi", "source": str(film), **LOOKS}]
        document = {
            "site": SITE,
            "edge": EDGE,
            "data_dir": str(tmp_path / "data"),
            "broker": {"url": mosquitto.url},
            "server": {"url": f"http://127.0.0.1:{port}", "token_file": str(token)},
            "model": {"name": "builtin"},
            "heartbeat_s": 0.5,
            "clip": {"before_s": 1, "after_s": 3, "longest_s": 10},
            "cameras": cameras,
        }
        config.write_text(yaml.safe_dump(document))
        journal = f"sqlite:///{tmp_path}/data/outbox.db"

        with running(config):
            seen = "SELECT DISTINCT camera_id FROM events WHERE phase != 'closed'"
            wait_until(lambda: len(asked(database, seen)) == 2, "an open event of each camera", 20)
        fast = [camera | {"as_fast_as_possible": True} for camera in cameras]
        config.write_text(yaml.safe_dump(document | {"cameras": fast}))
        with running(config):
            wait_until(lambda: asked(database, "SELECT id FROM events WHERE phase = 'closed'"), "a closing", 20)
        (tmp_path / "edge.log").unlink()
        with running(config):
            wait_until(lambda: (tmp_path / "edge.log").read_text().count("recording_finished") == 2, "the end", 60)
            wait_until(lambda: asked(journal, "SELECT count(*) FROM open_event") == [(0,)], "events to close")
            # Closings that waited for the rest of their clip come after the end.
            clips = "SELECT DISTINCT json_extract(data, '$.evidence[1].missing') FROM events"
            wait_until(lambda: asked(database, clips) == [(None,)], "the second analysis to give each event its clip")
            wait_until(lambda: asked(journal, "SELECT count(*) FROM message") == [(0,)], "every receipt")
            wait_until(lambda: asked(journal, "SELECT count(*) FROM evidence") == [(0,)], "all evidence to be there")

        highest = asked(journal, "SELECT value FROM counter WHERE name = 'sequence'")
        assert asked(database, "SELECT sequence FROM edges") == highest
        assert asked(database, "SELECT number FROM sequence_gaps") == []
        events = asked(database, "SELECT camera_id, started_at, phase FROM events")
        assert len({row[:2] for row in events}) == len(events) >= 2, "an event was told as two"
        assert {row[2] for row in events} == {"closed"}
        assert asked(database, clips) == [(None,)]
        doubled = "SELECT message_id FROM event_revisions GROUP BY source, message_id HAVING count(*) > 1"
        assert asked(database, doubled) == []
        assert asked(database, "SELECT reason FROM dead_letters WHERE accepted_at IS NULL") == []
