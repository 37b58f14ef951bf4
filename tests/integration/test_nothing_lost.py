"""Durability, end to end, with real processes and SIGKILL: 0 lost, 0 counted twice, asserted by ids on both ends."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sql
import yaml

from tests.support import emitter
from tests.support.fixtures import Mosquitto
from tests.support.postgres import Postgres
from tests.support.process import answer, free_port, wait_until

COUNT, RATE = 400, 20.0


@dataclass
class Server:
    """A real server process on a port of its own."""

    config: Path
    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "server", "run", "--config", str(self.config)],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(lambda: answer(self.port, "/healthz"), "the server to answer")

    def kill(self) -> None:
        """SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/anninh.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def server(tmp_path: Path, mosquitto: Mosquitto, database_url: str) -> Iterator[Server]:
    """A server that knows the emitter's edge; not started."""
    config = tmp_path / "site.yaml"
    port = free_port()
    document = {
        "site": {"slug": emitter.SITE, "name_vi": "Thử nghiệm", "name_en": "Test"},
        "database": {"url": database_url},
        "evidence_dir": str(tmp_path / "evidence"),
        "broker": {"url": mosquitto.url},
        "http": {"port": port},
    }
    config.write_text(yaml.safe_dump(document))
    command = [sys.executable, "-m", "server", "edge-token", "--config", str(config)]
    subprocess.run([*command, "--site", emitter.SITE, "--edge", emitter.EDGE], check=True, capture_output=True)
    server = Server(config, port, tmp_path / "server.log")
    yield server
    server.kill()


def _start_emitter(folder: Path, broker_url: str) -> subprocess.Popen[bytes]:
    """Go on with the first number that was not begun."""
    first = len(_numbers(folder / "begun"))
    arguments = [str(folder), broker_url, str(first), str(COUNT - first), str(RATE)]
    with (folder / "emitter.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.support.emitter", *arguments], stdout=log, stderr=subprocess.STDOUT
        )


def _numbers(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.broker
@pytest.mark.timeout(180)
def test_nothing_is_lost_or_counted_twice_while_everything_is_killed(
    tmp_path: Path, mosquitto: Mosquitto, server: Server, database_url: str
) -> None:
    """400 events at 20/s; the broker is dead for 10 s of it, the server is killed, the edge is killed."""
    folder = tmp_path / "edge"
    folder.mkdir()
    server.start()
    edge = _start_emitter(folder, mosquitto.url)
    try:
        wait_until(lambda: len(_numbers(folder / "journalled")) >= 60, "60 events")
        mosquitto.kill()
        time.sleep(2)
        server.kill()
        time.sleep(3)
        server.start()
        wait_until(lambda: len(_numbers(folder / "journalled")) >= 200, "200 events", 30)
        edge.kill()
        edge.wait()
        edge = _start_emitter(folder, mosquitto.url)
        time.sleep(2)
        mosquitto.start()
        wait_until(lambda: len(_numbers(folder / "begun")) >= COUNT, "all events to be begun", 60)
        server.kill()
        server.start()
        engine = sql.create_engine(database_url)
        wait_until(lambda: _waiting(folder) == 0, "every message to have its receipt", 60)
    finally:
        edge.kill()
        edge.wait()

    journalled, begun = _numbers(folder / "journalled"), _numbers(folder / "begun")
    assert len(begun) == COUNT
    ids = {str(emitter.change(number).data.event_id): number for number in begun}
    with engine.connect() as connection:
        events = list(connection.scalars(sql.text("SELECT id FROM events")))
        revisions = Counter(connection.scalars(sql.text("SELECT message_id FROM event_revisions")))
        incidents = connection.scalar(sql.text("SELECT count(*) FROM incidents"))
        dead = connection.scalar(sql.text("SELECT count(*) FROM dead_letters WHERE accepted_at IS NULL"))
    engine.dispose()
    arrived = {ids[event] for event in events}
    assert set(journalled) <= arrived, f"lost: {sorted(set(journalled) - arrived)}"
    assert len(events) == len(arrived) == incidents, "an event was counted twice"
    assert max(revisions.values()) == 1
    assert dead == 0


def _waiting(folder: Path) -> int:
    engine = sql.create_engine(f"sqlite:///{folder}/outbox.db")
    with engine.connect() as connection:
        waiting = connection.scalar(sql.text("SELECT count(*) FROM message"))
    engine.dispose()
    assert isinstance(waiting, int)
    return waiting
